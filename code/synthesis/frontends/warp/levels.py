"""Warp's levels, one entry each, which are available without Warp."""

from synthesis.core.languages import CPP, CUDA, PTX, SASS
from synthesis.frontends.base import Direction, Level

SOURCES = tuple(
    Level(
        name=f"{prefix}_{direction}",
        title=f"the {words}, {direction} pass",
        language=language,
        device=device,
        direction=direction,
        made_by="code generation",
        run_by="clang",
    )
    for device, prefix, language, words in (
        ("cpu", "cpp", CPP, "C++ that Warp generates for the CPU"),
        ("cuda", "cuda", CUDA, "CUDA C++ that Warp generates"),
    )
    for direction in (Direction.FORWARD, Direction.BACKWARD)
)
"""The levels that Warp generates."""
BINARIES = (
    Level(
        name="ptx",
        title="the PTX that NVRTC makes of Warp's CUDA C++ for compute capability 8.0, all passes in one text",
        language=PTX,
        device="cuda",
        default=False,
        made_by="nvrtc",
    ),
    Level(
        name="cubin_sass",
        title="the SASS for compute capability 8.0 as nvdisasm prints it, all passes in one text",
        language=SASS,
        device="cuda",
        default=False,
        made_by="nvdisasm",
        by_program=True,
    ),
)
"""Levels that hold the forward and the backward function in one text."""
LEVELS = (*SOURCES, *BINARIES)
