"""PTX and SASS: what NVRTC makes of a kernel's CUDA text, and its disassembly."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path
from typing import Any

from synthesis.frontends.warp import lowering
from synthesis.frontends.warp.texts import clean, words

_DATA = re.compile(
    r"^(?:\.visible |\.extern )*\.(?:const|global) [^;={]*?(\w+)(?:\[\d*\])?(?: = [^;]*)?;\n", re.MULTILINE
)
_SECTION = re.compile(r"^\t?\.section\s+(\S+?),", re.MULTILINE)


class ToolMissingError(Exception):
    """A program that a level needs and that is not installed."""


def ptx_of(kernel: Any, options: Mapping[str, Any]) -> str:
    """The PTX of a kernel, forward and backward, without comments and without tables that it does not use.

    Raises:
        Exception: whatever Warp raises for a kernel that it cannot build.
    """
    text = clean(lowering.compile_cuda(kernel, options, "ptx").decode().rstrip("\0"), {})
    bodies = words(_DATA.sub("", text))
    return _DATA.sub(lambda match: match[0] if match[1] in bodies else "", text)


def sass_of(kernel: Any, options: Mapping[str, Any]) -> str:
    """The machine code of a kernel, forward and backward, disassembled; code sections alone, without addresses.

    Raises:
        ToolMissingError: if nvdisasm is not installed.
        Exception: whatever Warp raises for a kernel that it cannot build.
    """
    program = find_nvdisasm()
    if program is None:
        raise ToolMissingError("nvdisasm is not installed; install it with: pip install nvidia-cuda-nvdisasm")
    with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
        binary = Path(folder, "kernel.cubin")
        binary.write_bytes(lowering.compile_cuda(kernel, options, "cubin"))
        result = subprocess.run([program, "-c", binary], capture_output=True, text=True, check=True)  # noqa: S603
    starts = [*_SECTION.finditer(result.stdout)]
    ends = [match.start() for match in starts[1:]] + [len(result.stdout)]
    code = "".join(
        result.stdout[match.start() : end]
        for match, end in zip(starts, ends, strict=True)
        if match[1].startswith(".text.")
    )
    return clean(code, {})


def find_nvdisasm() -> str | None:
    """NVIDIA's disassembler: on the path, or in its Python package."""
    found = shutil.which("nvdisasm")
    if found is not None:
        return found
    try:
        packaged = [file for file in files("nvidia-cuda-nvdisasm") or () if file.name == "nvdisasm"]
    except PackageNotFoundError:
        return None
    return str(packaged[0].locate()) if packaged else None
