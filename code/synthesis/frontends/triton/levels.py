"""Triton's levels, one entry each, which are available without Triton.

``made_by`` is the stage of Triton's compiler that makes the text, or the disassembler. SASS is not lowered again to
verify it: its assembler and disassembler are external executables, which a sandboxed process may not start.
"""

from synthesis.core.languages import AMDGCN, LLVM, MLIR, PTX, SASS
from synthesis.frontends.base import Level

LEVELS = (
    Level(name="ttir", title="the Triton IR", language=MLIR, made_by="ttir", run_by="ttir"),
    Level(
        name="ttgir",
        title="the Triton GPU IR, with the layouts of tensors",
        language=MLIR,
        made_by="ttgir",
        run_by="ttgir",
    ),
    Level(
        name="ptx", title="the PTX that Triton makes", language=PTX, device="cuda", made_by="ptx", lowered_from="ttir"
    ),
    Level(
        name="llir",
        title="the LLVM IR that Triton makes",
        language=LLVM,
        default=False,
        made_by="llir",
        lowered_from="ttir",
    ),
    Level(
        name="sass",
        title="the SASS of the assembled PTX as nvdisasm prints it",
        language=SASS,
        device="cuda",
        default=False,
        made_by="nvdisasm",
        by_program=True,
    ),
    Level(
        name="amdgcn",
        title="the assembly for AMD's GPU",
        language=AMDGCN,
        device="hip",
        default=False,
        made_by="amdgcn",
        lowered_from="ttir",
    ),
)

DEVICES = ("cuda:90", "cuda:80", "cuda:100", "hip:gfx942")
"""The devices for which texts are made, with the default first. None needs to be present."""
