"""Matrices: each thread combines 2×2, 3×3 or 4×4 matrices, vectors and numbers."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Infix, Literal, Name
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, MATRIX, SCALAR, VECTOR, call
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.spelling import scalar_name

_SCALAR = tuple(SCALAR[name] for name in ("add", "mul", "sin"))
_VECTOR = tuple(VECTOR[name] for name in ("dot", "length", "cw_mul"))
_OPERATIONS = (*MATRIX.values(), *LINEAR.values(), *_VECTOR, *_SCALAR)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    dtype = choices.weighted([("float32", 0.92), ("float64", 0.08)])
    order = choices.weighted([(2, 0.35), (3, 0.4), (4, 0.25)])
    matrix, vector, number = Type(dtype, (order, order)), Type(dtype, (order,)), Type(dtype)
    draft = Draft(stream, (matrix, vector, number), rank=choices.weighted([(1, 0.9), (2, 0.1)]))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=1)
    terms = draft.leaves(1, types=(matrix,))
    operand = vector if target == "mat_vec" else matrix
    if target != "transpose" or choices.chance(0.6):
        terms.append(draft.fresh(operand, typical_domain(choices, operand)))
    if choices.chance(0.35):
        extra = choices.choice((vector, number, matrix))
        terms.append(draft.fresh(extra, typical_domain(choices, extra)))
    product = MATRIX["transpose" if target == "transpose" else "matmul"]
    first = terms[:2] if product.arity == 2 else terms[:1]
    started = product.apply(stream.child("product"), tuple(first))
    assert started is not None
    goal = choices.weighted([(None, 0.4), (vector, 0.25), (matrix, 0.25), (number, 0.1)])
    result = weaver.weave([started, *terms[len(first) :]], steps=choices.integer(1, 4), goal=goal)
    draft.store(result)
    summary = f"Per-thread {target.replace('_', '-')} product on {order}x{order} matrices of {dtype}"
    if target == "transpose":
        summary = f"Per-thread transpose of {order}x{order} matrices of {dtype}"
    return draft.finish(category="matrix", recipe="matrix_map", summary=summary, ops=result.ops)


_SPECIAL = {
    "determinant": "Determinant",
    "inverse": "Matrix inverse",
    "outer": "Outer product",
    "trace": "Trace",
    "diag": "Diagonal matrix",
    "ddot": "Double dot product",
    "get_diag": "Diagonal extraction",
}


def _draw_special(stream: Stream, target: str) -> KernelSpec:
    """Draw the inverse, determinant, trace or diagonal of a matrix, a double dot product, or a matrix of vectors."""
    choices = stream.child("shape")
    dtype = choices.weighted([("float32", 0.92), ("float64", 0.08)])
    order = choices.weighted([(2, 0.35), (3, 0.4), (4, 0.25)])
    matrix, vector, number = Type(dtype, (order, order)), Type(dtype, (order,)), Type(dtype)
    draft = Draft(stream, (matrix, vector, number), rank=choices.weighted([(1, 0.9), (2, 0.1)]))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    site = draft.sites[0][0]
    if target in ("outer", "diag"):
        operands = [
            draft.read(vector, typical_domain(choices, vector), site) for _ in range(2 if target == "outer" else 1)
        ]
        made = weaver.require(MATRIX[target], *operands)
        made = weaver.weave(
            [made, draft.read(matrix, typical_domain(choices, matrix), site)], steps=choices.integer(0, 2)
        )
    elif target == "inverse":
        # Diagonal dominance keeps the inverse small.
        raw = draft.read(matrix, Domain(low=-1.0, high=1.0), site)
        ridge = draft.literal(order + choices.choice((0.5, 1.0, 2.0)), dtype)
        eye = Call(Name("wp.identity"), (), (("n", Literal(str(order))), ("dtype", Name(scalar_name(dtype)))))
        node = call("inverse", Infix("+", raw.node, Infix("*", eye, ridge.node)))
        made = draft.keep(Term(node, matrix, Domain(low=-2.0, high=2.0), frozenset({"inverse", "identity"}), 2))
        if choices.chance(0.6):
            made = Term(
                Infix(choices.choice(("*", "@")), made.node, draft.read(vector, Domain(low=-1.0, high=1.0), site).node),
                vector, Domain(low=-2.0 * order, high=2.0 * order), made.ops | {"matmul"}, 3,
            )  # fmt: skip
    elif target in ("determinant", "trace"):
        made = weaver.require(MATRIX[target], draft.read(matrix, Domain(low=-1.0, high=1.0), site))
    else:
        operands = [draft.read(matrix, Domain(low=-1.0, high=1.0), site) for _ in range(2 if target == "ddot" else 1)]
        node = call(target, *(operand.node for operand in operands))
        kind = number if target == "ddot" else vector
        bound = float(order * order)
        made = draft.keep(Term(node, kind, Domain(low=-bound, high=bound), frozenset({target}), 2))
    result = weaver.weave([made], steps=choices.integer(1, 4))
    draft.store(result)
    summary = f"{_SPECIAL[target]} per thread for {order}x{order} {dtype} matrices"
    return draft.finish(category="matrix", recipe="matrix_special", summary=summary, ops=result.ops | {target})


RECIPES = (
    Recipe(
        name="matrix_map",
        category="matrix",
        targets=("mat_vec", "mat_mat", "transpose"),
        draw=_draw,
        difficulties=(1, 2),
    ),
    Recipe(
        name="matrix_special",
        category="matrix",
        targets=("determinant", "inverse", "outer", "trace", "diag", "ddot", "get_diag"),
        draw=_draw_special,
    ),
)
