"""JAX's public primitives: which the oracle models, which are excluded and why, and which a row uses."""

from collections.abc import Iterator, Mapping

from synthesis.frontends.base import ToolOperation
from synthesis.frontends.jax import lowering
from synthesis.frontends.jax.graphs import Graph
from synthesis.frontends.jax.jaxprs.parsing import JaxprSyntaxError, parse

_EXCLUDED = {
    "needs several devices": ("all_to_all", "ragged_all_to_all"),
    "is for several devices, and modelled for one": (
        "all_gather", "axis_index", "pmax", "pmin", "ppermute", "psum", "sharding_constraint",
    ),
    "orders effects and computes nothing": ("after_all", "create_token"),
    "reads or writes a reference, which only Pallas kernels have": ("get", "swap"),
    "depends on the platform's own generator": ("rng_bit_generator", "rng_uniform"),
    "is an approximation that depends on the platform": ("approx_top_k",),
    "is only made by JAX inside other primitives": (
        "call", "closed_call", "custom_lin", "empty2", "eq_to", "eval_jaxpr", "igamma_grad_a", "le_to", "lt_to",
        "platform_index", "random_unwrap", "random_wrap", "select_and_gather_add", "threefry2x32",
    ),
    "returns its operand unchanged": ("device_put", "name"),
    "is bound by no public function, not even by the derivative of a maximum over windows": ("select_and_scatter",),
}  # fmt: skip
"""The names of primitives with which no function is drawn, by the reason."""
_WITHOUT_DERIVATIVE = frozenset({
    "and", "argmax", "argmin", "clz", "eq", "ge", "gt", "is_finite", "le", "lt", "ne", "not", "or", "population_count",
    "random_bits", "random_seed", "reduce_and", "reduce_or", "reduce_xor", "shift_left", "shift_right_arithmetic",
    "shift_right_logical", "xor",
})  # fmt: skip


def operations() -> Mapping[str, ToolOperation]:
    """Return every public primitive."""
    from synthesis.frontends.jax.reference.rules import RULES  # slow to import, and not needed for texts

    reasons = {name: reason for reason, names in _EXCLUDED.items() for name in names}
    return {
        name: ToolOperation(
            modelled=name in RULES,
            differentiable=name not in _WITHOUT_DERIVATIVE,
            excluded=reasons.get(name, ""),
        )
        for name in lowering.public_primitives()
    }


def used(texts: Mapping[str, str | None]) -> frozenset[str] | None:
    """Return the primitives of a row's jaxpr; empty if it does not parse, and None if the row has no jaxpr."""
    text = texts.get("jaxpr")
    if not text:
        return None
    try:
        return frozenset(_primitives(parse(text)))
    except JaxprSyntaxError:
        return frozenset()


def _primitives(graph: Graph) -> Iterator[str]:
    for equation in graph.equations:
        yield equation.primitive
        for parameter in equation.parameters.values():
            for each in parameter if isinstance(parameter, tuple | list) else (parameter,):  # pyright: ignore
                if isinstance(each, Graph):
                    yield from _primitives(each)
