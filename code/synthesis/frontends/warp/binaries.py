"""Compilation of a kernel's CUDA text to PTX and SASS with line maps, by NVRTC and nvdisasm.

NVRTC generates line information, which refers to lines of the CUDA text. The origins of these lines in the kernel's
source are known. The line marks are then removed, which leaves the text that NVRTC makes without line information.
"""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import PackageNotFoundError, files
from pathlib import Path, PurePosixPath
from typing import Any

from synthesis.frontends.linemap import LineMap, Where, runs_of
from synthesis.frontends.nvidia_texts import code_sections, ptx_lines, sass_lines
from synthesis.frontends.warp.compilation import compile_cuda
from synthesis.frontends.warp.texts import clean_lines, words

_DATA = re.compile(r"(?:\.visible |\.extern )*\.(?:const|global) [^;={]*?(\w+)(?:\[\d*\])?(?: = [^;]*)?;")

Origins = Mapping[tuple[str, int], int]
"""Maps (file, line) to the line of a kernel's source."""


class ToolMissingError(Exception):
    """Raised if an executable that a level needs is not installed."""


def ptx_of(kernel: Any, options: Mapping[str, Any], where: Where) -> tuple[str, LineMap]:
    """Return the PTX of a kernel, forward and backward, and the map from its lines to lines of the source.

    Comments are removed, and tables of numbers that no instruction uses.

    Raises:
        Exception: any exception that Warp raises for a kernel that it cannot build.
    """
    compiled, origins = compile_cuda(kernel, options, "ptx", where)
    text = compiled.decode().rstrip("\0")
    lines = list(_cleaned(ptx_lines(text, _by_name(origins))))
    used = words("\n".join(line for line, _ in lines if not _DATA.fullmatch(line)))
    return _finished((line, origin) for line, origin in lines if not (data := _DATA.fullmatch(line)) or data[1] in used)


def sass_of(kernel: Any, options: Mapping[str, Any], where: Where) -> tuple[str, LineMap]:
    """Return the disassembled machine code of a kernel, forward and backward: only code sections, without addresses.

    Raises:
        ToolMissingError: if nvdisasm is not installed.
        Exception: any exception that Warp raises for a kernel that it cannot build.
    """
    program = find_nvdisasm()
    if program is None:
        raise ToolMissingError("nvdisasm is not installed; install it with: pip install nvidia-cuda-nvdisasm")
    with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
        binary = Path(folder, "kernel.cubin")
        compiled, origins = compile_cuda(kernel, options, "cubin", where)
        binary.write_bytes(compiled)
        command = [program, "-c", "-gi", binary]
        result = subprocess.run(command, capture_output=True, text=True, check=True)  # noqa: S603
    code = code_sections(result.stdout)
    return _finished(_cleaned(sass_lines(code, _by_name(origins))))


def _by_name(origins: Origins) -> Where:
    return lambda file, line: origins.get((PurePosixPath(file).name, line))


def _cleaned(lines: Iterable[tuple[str, int | None]]) -> Iterator[tuple[str, int | None]]:
    """Yield the lines without comments, each with its source line; lines that hold only comments are dropped."""
    marked = "".join(
        (f'#line {origin} "source"\n' if origin is not None else "") + f"{line}\n" for line, origin in lines
    )
    for line, place in zip(*clean_lines(marked, {}), strict=True):
        yield line, place[1] if place is not None else None


def _finished(lines: Iterable[tuple[str, int | None]]) -> tuple[str, LineMap]:
    kept = list(lines)
    return "".join(f"{line}\n" for line, _ in kept), runs_of(origin for _, origin in kept)


def find_nvdisasm() -> str | None:
    """Return the path of NVIDIA's disassembler, in ``PATH`` or in its Python package; None if not installed."""
    found = shutil.which("nvdisasm")
    if found is not None:
        return found
    try:
        packaged = [file for file in files("nvidia-cuda-nvdisasm") or () if file.name == "nvdisasm"]
    except PackageNotFoundError:
        return None
    return str(packaged[0].locate()) if packaged else None
