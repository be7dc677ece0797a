"""Compilation of a kernel's CUDA text, as rows store it, to PTX and machine code with NVRTC, without a GPU."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import warp._src.build as _build  # noqa: TID251

from synthesis.frontends.linemap import Where, origins_of
from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.lowering import cuda_unit

build: Any = _build
CUDA_ARCHITECTURE = 80
"""The compute capability, times ten, for which PTX and machine code are compiled."""


def start_warp() -> None:
    """Start Warp's runtime, with its cache in the temporary folder if the usual folder cannot be written."""
    try:
        wp.init()
    except OSError:  # Warp needs a cache folder for the kernels that it compiles itself, although irsmith uses none
        wp.config.kernel_cache_dir = str(Path(tempfile.gettempdir(), f"irsmith-{os.getuid()}", "warp"))
        wp.init()


def compile_cuda(
    kernel: Any, options: Mapping[str, Any], suffix: str, where: Where
) -> tuple[bytes, Mapping[tuple[str, int], int]]:
    """Compile the kernel's CUDA text, forward and backward in one unit, with NVRTC; no GPU is needed.

    The text is compiled with line information, which does not change instructions.

    Args:
        kernel: a concrete Warp kernel.
        options: the options of its specification.
        suffix: ``ptx`` for PTX text, ``cubin`` for machine code.
        where: maps a file and a line of it to a line of the kernel's source.

    Returns:
        The compiled output, and a map from (name of the compiled file, line) to the line of the kernel's source, for
            the lines that come from one.

    Raises:
        Exception: any exception that Warp raises for a kernel that it cannot build.
    """
    unit = cuda_unit(kernel, options, where)
    start_warp()
    with tempfile.TemporaryDirectory(prefix="irsmith-") as folder:
        source, output = Path(folder, "kernel.cu"), Path(folder, f"kernel.{suffix}")
        source.write_text(unit.header + unit.text, encoding="utf-8")
        build.build_cuda(
            str(source),
            CUDA_ARCHITECTURE,
            str(output),
            pch_dir=None,
            config=unit.options["mode"],
            fast_math=unit.options["fast_math"],
            fuse_fp=unit.options["fuse_fp"],
            use_precompiled_headers=False,
            lineinfo=True,
        )
        above = unit.header.count("\n")
        origins = origins_of(unit.runs).items()
        return output.read_bytes(), {(source.name, above + line): origin for line, origin in origins}


def compilers() -> dict[str, str]:
    """Return the Warp libraries that contain Clang and NVRTC, and NVRTC's CUDA release."""
    libraries = sorted(Path(build.warp_home, "bin").iterdir())
    clang = [str(each) for each in libraries if "clang" in each.name]
    start_warp()
    version = wp.get_cuda_toolkit_version()
    nvrtc = [str(each) for each in libraries if each.suffix != ".lib" and "clang" not in each.name]
    return {
        "Clang": ", ".join(clang) or "missing",
        "NVRTC": f"CUDA {'.'.join(map(str, version))} in {', '.join(nvrtc)}" if version else "missing",
    }
