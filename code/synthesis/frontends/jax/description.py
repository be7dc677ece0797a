"""The description of JAX for the rest of irsmith, which is available without JAX."""

from synthesis.frontends.base import Description, Direction, Passage
from synthesis.frontends.jax.facts import call_facts

_LOWER = (("jaxpr", "stablehlo"), ("stablehlo", "hlo"), ("hlo", "optimized_hlo"), ("optimized_hlo", "llvm_ir"))
_PREFIXES = ("", "vjp_", "jvp_")

DESCRIPTION = Description(
    tool="JAX",
    modules=("jax", "jaxlib"),
    conventions="no name of the module, no locations, no labels of results",
    passages=(
        *(Passage(f"{prefix}{above}", f"{prefix}{below}") for prefix in _PREFIXES for above, below in _LOWER),
        # A jaxpr shows the derivative rules of the library's functions by name; lower levels do not.
        Passage("jaxpr", "vjp_jaxpr", "derive"),
        Passage("jaxpr", "jvp_jaxpr", "derive"),
    ),
    # HLO instructions are named after the primitives that they come from, which a jaxpr shows and StableHLO does not,
    # and after the transformations of those (``jvp(…)``), which only the source shows.
    beside={f"{prefix}hlo": f"{prefix}jaxpr" for prefix in _PREFIXES},
    derivatives={
        Direction.BACKWARD: (
            "Vector-Jacobian product: takes the arguments, then the cotangents {cotangents}; gives a gradient for "
            "each input that derivatives are with respect to"
        ),
        Direction.TANGENT: (
            "Jacobian-vector product: takes the arguments, then a tangent for each input that derivatives are with "
            "respect to; gives the results, then a tangent for each float result"
        ),
    },
    call_facts=call_facts,
    tags=("jax", "stablehlo", "mlir", "hlo"),
    text_seconds=4.0,
)
