"""Products and contractions of vectors and matrices, and decompositions of well-conditioned matrices."""

import math

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import CONTRACTIONS, ELEMENTWISE, PRODUCTS, SHAPES, call, number
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES
from synthesis.grammar.operations import Term
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import Attribute, Call, Expression, Infix, Literal, Name, Subscript
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import DrawError, Weaver, typical_domain
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


def _draw_contraction(stream: Stream, target: str) -> KernelSpec:
    """Two arrays contracted by a pattern, or one brought down to its size."""
    shape = stream.child("shape")
    sizes = [shape.choice(SIZES) for _ in range(3)]
    if target in ("kron", "trace"):
        sizes = [shape.choice(SIZES[:4])] * 3
    kinds = [Type("float32", tuple(sizes[:rank])) for rank in (2, 1, 2, 3)]
    kinds += [Type("float32", tuple(sizes[1:])), Type("float32")]
    draft = Draft(stream, kinds)
    first = shape.choice(kinds[:2] if target == "kron" else kinds[2:4] if target == "einsum" else kinds[:1])
    operation = CONTRACTIONS[target]
    weaver = Weaver(draft, stream.child("weave"), _CONTRACTING, max_fresh=shape.integer(0, 1), leveller=SHAPES["ravel"])
    left = draft.fresh(first, typical_domain(shape, first, _SMALL))
    if shape.chance(0.35):
        left = weaver.weave([left], steps=1)
    operands = [left]
    if operation.arity == 2:
        partners = [first] if target == "kron" else kinds[:-1]
        for kind in shape.shuffled(partners):
            probe = Term(Name("_"), kind, _SMALL)
            if operation.apply(shape.child("probe"), (left, probe)) is not None:
                operands.append(draft.fresh(kind, typical_domain(shape, kind, _SMALL)))
                break
        else:
            raise DrawError("no partner fits")
    contracted = weaver.require(operation, *operands)
    result = weaver.weave([contracted], steps=shape.integer(1, 4))
    summary = f"Contraction of arrays with {target}"
    return draft.finish([result], category="linalg", recipe="contraction", summary=summary)


def _draw_decomposition(stream: Stream, target: str) -> KernelSpec:
    """Something of a matrix that is made positive definite first, so that it is well-conditioned."""
    shape = stream.child("shape")
    size = shape.choice((2, 3, 4, 5))
    matrix, vector = Type("float32", (size, size)), Type("float32", (size,))
    draft = Draft(stream, [vector, matrix, Type("float32")])
    weaver = Weaver(draft, stream.child("weave"), _ARITHMETIC, max_fresh=shape.integer(0, 1))
    wide = Type("float32", (size, shape.choice((size, size + 1, size + 2))))
    base = draft.fresh(wide, Domain(low=-1.0, high=1.0))
    ridge = shape.choice((0.5, 1.0, 1.5, 2.0))
    highest = wide.shape[1] * size + ridge
    gram = Infix("@", base.node, Attribute(base.node, "T"))
    eye = Infix("*", number(ridge), call("eye", number(size)))
    node: Expression = Infix("+", gram, eye)
    if shape.chance(0.4):
        scale = float(wide.shape[1])
        node, highest = Infix("+", Infix("/", gram, number(scale)), eye), size + ridge
    definite = draft.keep(Term(node, matrix, Domain(low=-highest, high=highest), frozenset({"matmul", "eye"})))
    made = draft.keep(_decomposed(draft, shape, target, definite, ridge, highest))
    result = weaver.weave([made], steps=shape.integer(1, 4))
    summary = f"A positive definite {size}x{size} matrix under {target}"
    return draft.finish([result], category="linalg", recipe="decomposition", summary=summary)


def _decomposed(draft: Draft, shape: Stream, target: str, definite: Term, low: float, high: float) -> Term:
    """The target applied to a symmetric matrix whose eigenvalues lie between two numbers."""
    kind = definite.type
    size, vector = kind.shape[0], kind.with_shape(kind.shape[:1])
    ops = definite.ops | {target}
    spectrum = Domain(low=low, high=high)
    if target == "solve":
        side = draft.fresh(shape.choice((vector, kind.with_shape((size, 2)))), Domain(low=-2.0, high=2.0))
        bound = 2.0 * math.sqrt(size) / low
        module = shape.choice(("jnp.linalg.solve", "jnp.linalg.solve", "jax.scipy.linalg.solve"))
        node = Call(Name(module), (definite.node, side.node))
        return Term(node, side.type, Domain(low=-bound, high=bound), ops, 2)
    node: Expression = call(f"linalg.{target}", definite.node)
    if target in ("slogdet", "qr"):
        node = Subscript(node, (Literal("1"),))
    if target == "svd":
        node = call("linalg.svd", definite.node, compute_uv=Literal("False"))
    results = {
        "inv": (kind, Domain(low=-1 / low, high=1 / low)),
        "cholesky": (kind, Domain(low=-math.sqrt(high), high=math.sqrt(high))),
        "qr": (kind, Domain(low=-high, high=high)),
        "eigvalsh": (vector, spectrum),
        "svd": (vector, spectrum),
        "slogdet": (kind.with_shape(()), Domain(low=size * math.log(low), high=size * math.log(high))),
    }
    made, interval = results[target]
    return Term(node, made, interval, ops, 2)


_CONTRACTING = (*CONTRACTIONS.values(), SHAPES["transpose"], *_ARITHMETIC)

RECIPES = (
    Recipe(name="product", category="linalg", targets=("dot", "matmul", "outer"), draw=_draw),
    Recipe(name="contraction", category="linalg", targets=tuple(CONTRACTIONS), draw=_draw_contraction),
    Recipe(
        name="decomposition",
        category="linalg",
        targets=("solve", "inv", "cholesky", "qr", "eigvalsh", "svd", "slogdet"),
        draw=_draw_decomposition,
    ),
)
