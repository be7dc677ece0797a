"""PTX and machine code: what NVRTC makes of a kernel's clean CUDA text. No GPU is needed."""

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
"""The compute capability, times ten, that PTX and machine code are for."""


def start_warp() -> None:
    """Start Warp's runtime, with its cache among temporary files where the usual one cannot be written."""
    try:
        wp.init()
    except OSError:  # Warp wants a folder for kernels that it compiles itself, which none of ours is
        wp.config.kernel_cache_dir = str(Path(tempfile.gettempdir(), f"irsmith-{os.getuid()}", "warp"))
        wp.init()


def compile_cuda(
    kernel: Any, options: Mapping[str, Any], suffix: str, where: Where
) -> tuple[bytes, Mapping[tuple[str, int], int]]:
    """The kernel's clean CUDA text, forward and backward in one unit, compiled by NVRTC; no GPU is needed.

    It is compiled with line information, which changes no instruction.

    Args:
        kernel: a concrete Warp kernel.
        options: the options of its record.
        suffix: ``ptx`` for PTX text, ``cubin`` for machine code.
        where: a file and a line of it to a line of the kernel's source.

    Returns:
        What NVRTC made, and the line of the kernel's source for the compiled file's name and each of its lines that
        comes from one.

    Raises:
        Exception: whatever Warp raises for a kernel that it cannot build.
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
    """Clang and NVRTC: Warp's libraries that they are part of, and the release of CUDA that NVRTC is of."""
    libraries = sorted(Path(build.warp_home, "bin").iterdir())
    clang = [str(each) for each in libraries if "clang" in each.name]
    start_warp()
    version = wp.get_cuda_toolkit_version()
    nvrtc = [str(each) for each in libraries if each.suffix != ".lib" and "clang" not in each.name]
    return {
        "Clang": ", ".join(clang) or "missing",
        "NVRTC": f"CUDA {'.'.join(map(str, version))} in {', '.join(nvrtc)}" if version else "missing",
    }
