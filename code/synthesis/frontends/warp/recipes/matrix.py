"""Matrices: each thread combines 2×2, 3×3 or 4×4 matrices, vectors and numbers."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, MATRIX, SCALAR, VECTOR
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.grammar.streams import Stream
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import Weaver, typical_domain
from synthesis.records import KernelSpec

_SCALAR = tuple(SCALAR[name] for name in ("add", "mul", "sin"))
_VECTOR = tuple(VECTOR[name] for name in ("dot", "length", "cw_mul"))
_OPERATIONS = (*MATRIX.values(), *LINEAR.values(), *_VECTOR, *_SCALAR)


def _draw(stream: Stream, target: str) -> KernelSpec:
    shape = stream.child("shape")
    dtype = shape.weighted([("float32", 0.85), ("float64", 0.15)])
    order = shape.weighted([(2, 0.35), (3, 0.4), (4, 0.25)])
    matrix, vector, number = Type(dtype, (order, order)), Type(dtype, (order,)), Type(dtype)
    draft = Draft(stream, (matrix, vector, number), rank=shape.weighted([(1, 0.9), (2, 0.1)]))
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=1)
    terms = draft.leaves(1, types=(matrix,))
    operand = vector if target == "mat_vec" else matrix
    if target != "transpose" or shape.chance(0.6):
        terms.append(draft.fresh(operand, typical_domain(shape, operand)))
    if shape.chance(0.35):
        extra = shape.choice((vector, number, matrix))
        terms.append(draft.fresh(extra, typical_domain(shape, extra)))
    product = MATRIX["transpose" if target == "transpose" else "matmul"]
    first = terms[:2] if product.arity == 2 else terms[:1]
    started = product.apply(stream.child("product"), tuple(first))
    assert started is not None
    goal = shape.weighted([(None, 0.4), (vector, 0.25), (matrix, 0.25), (number, 0.1)])
    result = weaver.weave([started, *terms[len(first) :]], steps=shape.integer(1, 4), goal=goal)
    draft.store(result)
    summary = f"Per-thread {target.replace('_', '-')} product on {order}x{order} matrices of {dtype}"
    if target == "transpose":
        summary = f"Per-thread transpose of {order}x{order} matrices of {dtype}"
    return draft.finish(category="matrix", recipe="matrix_map", summary=summary, ops=result.ops)


RECIPES = (Recipe(name="matrix_map", category="matrix", targets=("mat_vec", "mat_mat", "transpose"), draw=_draw),)
