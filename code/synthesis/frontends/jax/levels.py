"""JAX's levels, one entry each, which are available without JAX.

``made_by`` is the name of the text in ``Tracing.text``, and ``run_by`` names what ``execution.py`` runs it with.
"""

from dataclasses import replace

from synthesis.core.languages import HLO, JAXPR, LLVM, MLIR
from synthesis.frontends.base import Direction, Level

PREFIXES = {Direction.FORWARD: "", Direction.BACKWARD: "vjp_", Direction.TANGENT: "jvp_"}
_DERIVATIVES = {Direction.BACKWARD: "vector-Jacobian product", Direction.TANGENT: "Jacobian-vector product"}
_INTERPRETER = "the StableHLO interpreter"
_EITHER = "the other of XLA and the StableHLO interpreter"
KINDS = (
    Level(name="jaxpr", title="the jaxpr", language=JAXPR, made_by="jaxpr", run_by="jaxpr", run_again_by=_EITHER),
    Level(
        name="stablehlo",
        title="the StableHLO",
        language=MLIR,
        made_by="stablehlo",
        run_by="stablehlo",
        run_again_by=_EITHER,
    ),
    Level(
        name="hlo",
        title="the HLO before XLA's passes",
        language=HLO,
        default=False,
        made_by="hlo",
        run_by="hlo",
        run_again_by=_INTERPRETER,
    ),
    Level(
        name="optimized_hlo",
        title="the HLO after XLA's passes for the CPU",
        language=HLO,
        device="cpu",
        default=False,
        made_by="optimized_hlo",
        run_by="hlo",
        run_again_by=_INTERPRETER,
        deterministic=False,
    ),
    Level(
        name="llvm_ir",
        title="the LLVM IR that XLA's CPU compiler hands to LLVM",
        language=LLVM,
        device="cpu",
        default=False,
        made_by="llvm_ir",
        deterministic=False,
    ),
)
"""Levels that the function, its vector-Jacobian product and its tangent have."""
PALLAS = (
    Level(
        name="mosaic",
        title="the Mosaic MLIR of the Pallas kernels that it calls",
        language=MLIR,
        device="tpu",
        default=False,
        made_by="mosaic",
    ),
    Level(
        name="triton",
        title="the Triton MLIR of the Pallas kernels that it calls",
        language=MLIR,
        device="cuda",
        default=False,
        made_by="triton",
    ),
)
"""Levels that contain the Pallas kernels that a function calls."""
LEVELS = (
    *KINDS,
    *PALLAS,
    *(
        replace(
            kind,
            name=PREFIXES[direction] + kind.name,
            title=f"{kind.title} of its {_DERIVATIVES[direction]}",
            direction=direction,
            default=False,
        )
        for direction in (Direction.BACKWARD, Direction.TANGENT)
        for kind in KINDS
    ),
)
