"""Warp's levels: one entry each, known without Warp itself."""

from synthesis.core.languages import CPP, CUDA, PTX, SASS
from synthesis.frontends.base import Direction, Level

SOURCES = tuple(
    Level(
        name=f"{prefix}_{direction}",
        language=language,
        device=device,
        direction=direction,
        made_by="code generation",
        run_by="clang",
    )
    for device, prefix, language in (("cpu", "cpp", CPP), ("cuda", "cuda", CUDA))
    for direction in (Direction.FORWARD, Direction.BACKWARD)
)
"""What Warp generates."""
BINARIES = (
    Level(name="ptx", language=PTX, device="cuda", default=False, made_by="nvrtc"),
    Level(name="cubin_sass", language=SASS, device="cuda", default=False, made_by="nvdisasm", by_program=True),
)
"""Levels that hold the forward and the backward function in one text."""
LEVELS = (*SOURCES, *BINARIES)
