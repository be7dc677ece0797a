"""JAX's levels: one entry each, known without JAX itself.

``made_by`` is what ``Tracing.text`` calls the text, ``run_by`` what ``execution.py`` runs it with.
"""

from dataclasses import replace

from synthesis.core.languages import HLO, JAXPR, LLVM, MLIR
from synthesis.frontends.base import Direction, Level

PREFIXES = {Direction.FORWARD: "", Direction.BACKWARD: "vjp_", Direction.TANGENT: "jvp_"}
_INTERPRETER = "the StableHLO interpreter"
_EITHER = "the other of XLA and the StableHLO interpreter"
KINDS = (
    Level(name="jaxpr", language=JAXPR, made_by="jaxpr", run_by="jaxpr", run_again_by=_EITHER),
    Level(name="stablehlo", language=MLIR, made_by="stablehlo", run_by="stablehlo", run_again_by=_EITHER),
    Level(name="hlo", language=HLO, default=False, made_by="hlo", run_by="hlo", run_again_by=_INTERPRETER),
    Level(
        name="optimized_hlo",
        language=HLO,
        device="cpu",
        default=False,
        made_by="optimized_hlo",
        run_by="hlo",
        run_again_by=_INTERPRETER,
        deterministic=False,
    ),
    Level(name="llvm_ir", language=LLVM, device="cpu", default=False, made_by="llvm_ir", deterministic=False),
)
"""Levels that the function, its vector-Jacobian product and its tangent have."""
PALLAS = (
    Level(name="mosaic", language=MLIR, device="tpu", default=False, made_by="mosaic"),
    Level(name="triton", language=MLIR, device="cuda", default=False, made_by="triton"),
)
"""The kernels that a function calls."""
LEVELS = (
    *KINDS,
    *PALLAS,
    *(
        replace(kind, name=PREFIXES[direction] + kind.name, direction=direction, default=False)
        for direction in (Direction.BACKWARD, Direction.TANGENT)
        for kind in KINDS
    ),
)
