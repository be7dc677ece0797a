"""Rarely used built-ins: rounding, interpolation, spatial vectors, matrices of vectors, and argmax and argmin."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Infix, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, MATRIX, NUMERIC, SCALAR, VECTOR, call
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.recipes.quaternion import element, finished

_NUMBER, _VEC, _SPATIAL = Type("float32"), Type("float32", (3,)), Type("float32", (6,))
_AROUND = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "exp", "tanh", "sqrt"))
_ODD = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "tanh"))  # none of them loses a sign
_VECTORS = (*VECTOR.values(), *LINEAR.values(), *(SCALAR[name] for name in ("add", "mul", "sin")))
_UNIT = Domain(low=-1.0, high=1.0)
_TWISTS = ("twists", "velocities", "body_v", "motions", "v_s")
_WRENCHES = ("wrenches", "forces", "body_f", "loads", "f_s")


def _draw_numeric(stream: Stream, target: str) -> KernelSpec:
    """Draw a numeric function with arithmetic around it."""
    choices = stream.child("shape")
    kind = Type("float32" if target == "div_approx" else choices.weighted([("float32", 0.93), ("float64", 0.07)]))
    draft = Draft(stream, (kind,), rank=choices.weighted([(1, 0.85), (2, 0.15)]))
    around = _ODD if target == "copysign" else _AROUND
    weaver = Weaver(draft, stream.child("weave"), around, max_fresh=choices.integer(0, 1))
    operation, site = NUMERIC[target], draft.sites[0][0]
    operands: list[Term] = []
    for position, domain in enumerate(operation.domains):
        narrow = Domain(low=max(domain.low, -6.0), high=min(domain.high, 6.0))
        if target in ("lerp", "smoothstep") and position < 2 and choices.chance(0.4):
            operands.append(draft.add_uniform(kind, narrow))
        else:
            operands.append(draft.read(kind, narrow, site))
    made = weaver.require(operation, *operands)
    others = [draft.read(kind, typical_domain(choices, kind), site) for _ in range(choices.integer(1, 2))]
    result = weaver.weave([draft.keep(made) if choices.chance(0.4) else made, *others], steps=choices.integer(1, 4))
    return finished(draft, "math", "numeric", target, result, f"Elementwise {target}")


def _spatial(draft: Draft, pool: tuple[str, ...]) -> Term:
    return Term(element(draft, _SPATIAL, _UNIT, pool, "wp.spatial_vector"), _SPATIAL, _UNIT, flat=True)


def _draw_spatial(stream: Stream, target: str) -> KernelSpec:
    """Draw spatial motions and forces of bodies: 6-vectors with the angular part first."""
    choices = stream.child("shape")
    draft = Draft(stream, (_VEC, _NUMBER))
    ops = frozenset({target})
    motion = _spatial(draft, _TWISTS)
    if target == "spatial_vector":
        first, second = (draft.read(_VEC, _UNIT, draft.sites[0][0]) for _ in range(2))
        made = draft.add_local(
            Call(Name("wp.spatial_vector"), (first.node, second.node)), ("screw", "s", "wrench", "twist")
        )
        node: Expression = Infix(choices.choice("+-"), made, motion.node)
        return _combined(stream, draft, node, target, "Construction of spatial vectors from two 3-vectors")
    if target in ("spatial_top", "spatial_bottom"):
        part = draft.keep(Term(call(target, motion.node), _VEC, _UNIT, ops))
        other = "spatial_bottom" if target == "spatial_top" else "spatial_top"
        terms = [part]
        if choices.chance(0.6):
            terms.append(Term(call(other, _spatial(draft, _WRENCHES).node), _VEC, _UNIT, frozenset({other})))
        weaver = Weaver(draft, stream.child("weave"), _VECTORS, max_fresh=1)
        result = weaver.weave([*terms, draft.read(_VEC, _UNIT, draft.sites[0][0])], steps=choices.integer(1, 3))
        return finished(draft, "transform", "spatial", target, result, "Angular and linear parts of spatial vectors")
    force = _spatial(draft, _WRENCHES)
    node = call(target, motion.node, force.node)
    if target == "spatial_dot":
        power = Term(node, _NUMBER, Domain(low=-6.0, high=6.0), ops, 1)
        weaver = Weaver(draft, stream.child("weave"), _AROUND, max_fresh=1)
        other = draft.read(_NUMBER, typical_domain(choices, _NUMBER), draft.sites[0][0])
        result = weaver.weave([power, other], steps=choices.integer(1, 4))
        return finished(
            draft, "transform", "spatial", target, result, "Dot product of spatial motion and force vectors"
        )
    return _combined(
        stream,
        draft,
        node,
        target,
        "Cross product of spatial vectors" if target == "spatial_cross" else "Dual cross product of spatial vectors",
    )


def _combined(stream: Stream, draft: Draft, node: Expression, target: str, summary: str) -> KernelSpec:
    """Scale a spatial vector and add others to it, then store it and return the finished kernel."""
    choices = stream.child("steps")
    for step in range(choices.integer(1, 4)):
        style = choices.choice(("array", "uniform", "literal", "sum", "sum", "combination"))
        if style in ("sum", "combination"):
            other: Expression = _spatial(draft, ("bias", "rest", "external", "coriolis", "drag")).node
            if style == "combination":
                other = Infix("*", other, _factor(choices, draft))
            node = Infix(choices.choice("+-"), node, other)
        elif style == "literal":
            node = Infix(
                choices.choice("*/"), node, draft.literal(choices.choice((0.5, 0.8, 1.5, 2.0)), "float32").node
            )
        else:
            node = Infix("*", node, _factor(choices, draft))
        if step and choices.chance(0.4):
            node = draft.add_local(node)
    result = Term(node, _SPATIAL, Domain(low=-6.0, high=6.0))
    return finished(draft, "transform", "spatial", target, result, summary, "wp.spatial_vector")


def _factor(choices: Stream, draft: Draft) -> Expression:
    """Return a factor: an element of each thread, or one argument for all."""
    domain = Domain(low=0.3, high=1.5)
    return (
        draft.read(_NUMBER, domain, draft.sites[0][0]) if choices.chance(0.5) else draft.add_uniform(_NUMBER, domain)
    ).node


def _draw_made(stream: Stream, target: str) -> KernelSpec:
    """Draw a matrix made from vectors: from its rows, from its columns, or the skew matrix of a cross product."""
    choices = stream.child("shape")
    size = 3 if target == "skew" else choices.choice((2, 3, 4))
    vector, matrix = Type("float32", (size,)), Type("float32", (size, size))
    draft = Draft(stream, (vector, _NUMBER))
    site = draft.sites[0][0]
    count = 1 if target == "skew" else size
    parts = [draft.read(vector, typical_domain(choices, vector), site) for _ in range(count)]
    bound = max(part.interval.magnitude for part in parts)
    node = call(target, *(part.node for part in parts))
    local = draft.add_local(node, ("m", "basis", "K", "R", "frame", "J"))
    made = Term(local, matrix, Domain(low=-bound, high=bound), frozenset({target}), 1)
    operations = (*MATRIX.values(), *LINEAR.values(), *(VECTOR[name] for name in ("dot", "cw_mul")))
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=1)
    other = draft.read(vector, typical_domain(choices, vector), site)
    product = weaver.require(MATRIX["matmul"], made, other)
    result = weaver.weave([product, draft.read(vector, _UNIT, site)], steps=choices.integer(1, 3))
    return finished(draft, "matrix", "made", target, result, "Construction of matrices from vectors")


def _draw_extreme(stream: Stream, target: str) -> KernelSpec:
    """Draw the index of the largest or smallest component of a vector, used to select a component of another."""
    choices = stream.child("shape")
    size = choices.choice((2, 3, 4))
    vector = Type("float32", (size,))
    draft = Draft(stream, (vector, _NUMBER))
    site = draft.sites[0][0]
    weaver = Weaver(draft, stream.child("weave"), _AROUND, max_fresh=1)
    asked = draft.read(vector, _UNIT, site)
    place = draft.add_local(call(target, asked.node), ("axis", "where", "best", "major", "place"))
    taken = draft.add_local(
        draft.read(vector, typical_domain(choices, vector), site).node, ("row", "choice", "picked", "w")
    )
    value = Term(Subscript(taken, (place,)), _NUMBER, Domain(low=-2.0, high=2.0), frozenset({target}), 2)
    other = draft.read(_NUMBER, typical_domain(choices, _NUMBER), site)
    result = weaver.weave([value, other], steps=choices.integer(1, 4))
    return finished(
        draft,
        "vector",
        "extreme",
        target,
        result,
        "Vector component selected by the arg max or arg min of another vector",
    )


_SPATIALS = ("spatial_dot", "spatial_cross", "spatial_cross_dual", "spatial_top", "spatial_bottom", "spatial_vector")
RECIPES = (
    Recipe(name="numeric", category="math", targets=tuple(NUMERIC), draw=_draw_numeric, difficulties=(1, 2)),
    Recipe(name="spatial", category="transform", targets=_SPATIALS, draw=_draw_spatial, difficulties=(1, 2)),
    Recipe(name="made", category="matrix", targets=("matrix_from_rows", "matrix_from_cols", "skew"), draw=_draw_made),
    Recipe(name="extreme", category="vector", targets=("argmax", "argmin"), draw=_draw_extreme),
)
