"""Products of vectors and matrices, alone and chained."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, PRODUCTS, SHAPES
from synthesis.frontends.jax.recipes.drafting import SIZES, Draft
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import Weaver, typical_domain
from synthesis.records import Domain, KernelSpec

_ARITHMETIC = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "tanh", "sin", "square", "sigmoid", "abs"))
_OPERATIONS = (*PRODUCTS.values(), SHAPES["transpose"], *_ARITHMETIC)
_SMALL = Domain(low=-1.5, high=1.5)


def _draw(stream: Stream, target: str) -> KernelSpec:
    shape = stream.child("shape")
    m, k, n = (shape.choice(SIZES) for _ in range(3))
    shapes = {
        "outer": [((m,), (n,))],
        "dot": [((k,), (k,)), ((m, k), (k,)), ((m, k), (k, n))],
        "matmul": [((m, k), (k, n)), ((m, k), (k,)), ((k,), (k, n)), ((m, k), (k, n))],
    }
    left, right = (Type("float32", each) for each in shape.choice(shapes[target]))
    draft = Draft(stream, [Type("float32", (m, n)), Type("float32", (n,)), Type("float32", (n, k)), Type("float32")])
    operands = [draft.fresh(kind, typical_domain(shape, kind, _SMALL)) for kind in (left, right)]
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=shape.integer(0, 2))
    if shape.chance(0.35):
        position = shape.below(2)
        operands[position] = weaver.chain(operands[position], 1)
    product = weaver.require(PRODUCTS[target], *operands)
    result = weaver.weave([product], steps=shape.integer(1, 5))
    summary = f"Product of arrays with {target}"
    return draft.finish([result], category="linalg", recipe="product", summary=summary)


RECIPES = (Recipe(name="product", category="linalg", targets=("dot", "matmul", "outer"), draw=_draw),)
