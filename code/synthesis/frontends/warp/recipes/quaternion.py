"""Quaternions and transforms: rotations that are made, combined, interpolated and applied, and changes of frame."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import VECTORS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Assign, Display, Expression, Infix, Literal, Name, Subscript
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR, call
from synthesis.frontends.warp.recipes.drafting import Draft

_VEC, _QUAT, _FRAME = Type("float32", (3,)), Type("float32", (4,)), Type("float32", (7,))
_NUMBER = Type("float32")
_UNIT, _ANGLE = Domain(low=-1.0, high=1.0), Domain(low=-3.0, high=3.0)
_POINT = Domain(low=-2.0, high=2.0)
_OPERATIONS = (
    *(VECTOR[name] for name in ("dot", "cross", "length", "cw_mul", "neg")),
    *LINEAR.values(),
    *(SCALAR[name] for name in ("add", "mul", "sin", "tanh")),
)
_QUATS = ("rotations", "orientations", "quats", "rots", "attitudes", "q_in", "body_q")
_FRAMES = ("transforms", "poses", "frames", "xforms", "body_q", "X_wb")
_ANGLES = ("angles", "theta", "phases", "headings")
_LOCAL_QUATS = ("q", "rot", "r", "qn", "orientation", "spin")


def _begin(stream: Stream) -> tuple[Stream, Draft]:
    draft = Draft(stream, (_VEC, _NUMBER), rank=stream.child("rank").weighted([(1, 0.9), (2, 0.1)]))
    return stream.child("shape"), draft


def element(draft: Draft, kind: Type, domain: Domain, pool: tuple[str, ...], expression: str = "") -> Expression:
    """Return the thread's own element of a new array."""
    array = draft.add_array(kind, domain, draft.threads, pool=pool, element=expression)
    return Subscript(Name(array), tuple(map(Name, draft.indices)))


def _rotation(choices: Stream, draft: Draft) -> tuple[Expression, str]:
    """Return a unit quaternion in a local variable, and the operation that makes it."""
    made = choices.weighted(
        [("normalize", 0.25), ("quat_from_axis_angle", 0.4), ("quat_rpy", 0.25), ("quat_from_matrix", 0.1)]
    )
    if made == "normalize":
        node: Expression = call("normalize", element(draft, _QUAT, _UNIT, _QUATS, "wp.quat"))
    elif made == "quat_from_axis_angle":
        axis = _axis(draft)
        angle = element(draft, _NUMBER, _ANGLE, _ANGLES)
        if draft.stream.child("half turns").chance(0.25):
            angle = Infix("*", angle, Name("wp.pi"))
        node = call(made, axis, angle)
    elif made == "quat_rpy":
        angles = draft.add_local(element(draft, _VEC, Domain(low=-1.2, high=1.2), ("rpy", "euler", "angles")))
        node = call(made, *(Subscript(angles, (Literal(str(place)),)) for place in range(3)))
    else:
        first = call("normalize", element(draft, _QUAT, _UNIT, _QUATS, "wp.quat"))
        node = call(made, call("quat_to_matrix", first))
    return draft.add_local(node, _LOCAL_QUATS), made


def _axis(draft: Draft) -> Expression:
    """Return a rotation axis: a coordinate axis, or a unit vector of the thread."""
    choices = draft.stream.child("axis")
    if choices.chance(0.7):
        along = choices.below(3)
        return call("vec3", *(Literal("1.0" if place == along else "0.0") for place in range(3)))
    return call("normalize", element(draft, _VEC, Domain(low=0.2, high=1.0), VECTORS))


def _point(choices: Stream, draft: Draft, pool: tuple[str, ...] = VECTORS) -> Term:
    """Return a vector of the thread: an element of a new array, perhaps after one or two operations."""
    term = Term(element(draft, _VEC, _POINT, pool), _VEC, _POINT, flat=True)
    if choices.chance(0.35):
        return term
    weaver = Weaver(draft, choices.child("point", choices.below(1000)), _OPERATIONS, max_fresh=1)
    made = weaver.weave([term], steps=choices.integer(1, 2), goal=_VEC)
    return made if choices.chance(0.5) else draft.keep(made)


def _domain_after_rotation(*parts: Term) -> Domain:
    """Return the domain of a component of the sum of vectors after any rotation.

    The factor 1.75 is slightly above sqrt(3), the ratio of a vector's largest length to its largest component.
    """
    bound = sum(1.75 * part.interval.magnitude for part in parts)
    return Domain(low=-bound, high=bound)


def finished(
    draft: Draft, category: str, recipe: str, target: str, term: Term, summary: str, element: str = ""
) -> KernelSpec:
    """Return the kernel that stores a term at each thread's own indices.

    ``element`` is the spelling of the type if it does not follow from the term's type.
    """
    out = draft.add_output(term.type, term.interval, draft.threads, element=element)
    draft.add(draft.assignment(out, term.node))
    return draft.finish(category=category, recipe=recipe, summary=summary, ops=term.ops | {target})


def _woven(stream: Stream, draft: Draft, term: Term) -> Term:
    """Return a term computed from a rotated vector, without ``length``, because no rotation changes the length."""
    choices = stream.child("end")
    operations = tuple(each for each in _OPERATIONS if each.name != "length")
    weaver = Weaver(draft, stream.child("weave"), operations, max_fresh=choices.integer(0, 1))
    others = [_beside(choices, draft) for _ in range(choices.weighted([(0, 0.3), (1, 0.45), (2, 0.25)]))]
    return weaver.weave([term, *others], steps=choices.integer(0, 5))


def _beside(choices: Stream, draft: Draft) -> Term:
    """Return a vector or a number to combine with a rotated vector."""
    kind = choices.choice((_VEC, _NUMBER))
    return draft.fresh(kind, typical_domain(choices, kind))


def _draw_rotated(stream: Stream, target: str) -> KernelSpec:
    """Draw points rotated by a quaternion or its inverse, or by its rotation matrix."""
    choices, draft = _begin(stream)
    rotation, made = _rotation(choices, draft)
    point = _point(choices, draft)
    ops = frozenset({made})
    if target == "quat_to_matrix":
        node: Expression = Infix(choices.choice(("*", "@")), call(target, rotation), point.node)
    elif target == "quat_inverse":
        node = call("quat_rotate", call(target, rotation), point.node)
    else:
        node = call(target, rotation, point.node)
    turned = draft.keep(Term(node, _VEC, _domain_after_rotation(point), ops, 2))
    if choices.chance(0.4):
        pivot = _point(choices, draft)
        turned = Term(Infix("+", turned.node, pivot.node), _VEC, _domain_after_rotation(point, pivot), ops, 2)
    result = _woven(stream, draft, turned)
    return finished(draft, "quaternion", "rotated", target, result, "Rotation of points by quaternions")


def _draw_combined(stream: Stream, target: str) -> KernelSpec:
    """Draw two rotations that are multiplied, interpolated or compared."""
    choices, draft = _begin(stream)
    first, made = _rotation(choices, draft)
    second, also = _rotation(choices, draft)
    ops = frozenset({made, also})
    if target == "quat_slerp":
        amount = draft.add_uniform(_NUMBER, Domain(low=0.1, high=0.9), pool=("t", "alpha", "blend", "weight", "s")).node
        node: Expression = call(target, first, second, amount)
    elif target == "quat_mul":
        node = Infix("*", first, second)
    else:
        node = Infix("*", first, call("quat_inverse", second))
    combined = draft.add_local(node, _LOCAL_QUATS)
    if target == "quat_to_axis_angle":
        axis, angle = draft.book.take(("axis", "dir", "ax")), draft.book.take(("angle", "theta", "amount"))
        draft.add(Assign(Display((Name(axis), Name(angle))), call(target, combined)))
        made_vector = Infix("*", Name(axis), Name(angle))
        result = _woven(stream, draft, Term(made_vector, _VEC, Domain(low=-6.3, high=6.3), ops, 3))
        return finished(
            draft,
            "quaternion",
            "combined",
            target,
            result,
            "Axis-angle vector of the relative rotation of two quaternions",
        )
    if choices.chance(0.8):
        point = _point(choices, draft)
        turned = Term(
            call("quat_rotate", combined, point.node), _VEC, _domain_after_rotation(point), ops | {"quat_rotate"}, 3
        )
        result = _woven(stream, draft, turned)
        return finished(
            draft, "quaternion", "combined", target, result, "Rotation of points by two combined quaternions"
        )
    result = Term(combined, _QUAT, _UNIT, ops)
    return finished(draft, "quaternion", "combined", target, result, "Combination of two quaternions", "wp.quat")


def _frame(choices: Stream, draft: Draft) -> Expression:
    """Return a transform in a local variable, read from an array or assembled from its parts.

    Its rotation is a unit quaternion.
    """
    if choices.chance(0.5):
        given = draft.add_local(element(draft, _FRAME, _UNIT, _FRAMES, "wp.transform"), ("given", "raw", "pose", "X"))
        place = call("transform_get_translation", given)
        rotation: Expression = call("normalize", call("transform_get_rotation", given))
    else:
        place = element(draft, _VEC, _POINT, VECTORS)
        rotation, _ = _rotation(choices, draft)
    return draft.add_local(call("transform", place, rotation), ("frame", "xform", "tf", "X_ab", "T", "local"))


def _draw_frame(stream: Stream, target: str) -> KernelSpec:
    """Draw points and directions transformed from one frame to another."""
    choices, draft = _begin(stream)
    frame = _frame(choices, draft)
    ops: frozenset[str] = frozenset({"transform"})
    point = _point(choices, draft)
    place = Term(Literal("0"), _VEC, Domain(low=-4.0, high=4.0))
    reach = _domain_after_rotation(point, place)
    if target == "transform_inverse":
        node: Expression = call("transform_point", call(target, frame), point.node)
    elif target == "transform_multiply":
        second = _frame(choices, draft)
        both = Infix("*", frame, second) if choices.chance(0.25) else call(target, frame, second)
        node = call("transform_point", draft.add_local(both, ("chained", "X_ac", "combined", "world")), point.node)
    elif target == "transform_vector":  # transform_vector ignores the translation of the frame
        node = Infix("+", call("transform_get_translation", frame), call(target, frame, point.node))
    elif target == "transform_get_translation":
        node = Infix("+", call(target, frame), call("quat_rotate", call("transform_get_rotation", frame), point.node))
    else:
        node = call(target, frame, point.node)
    result = _woven(stream, draft, draft.keep(Term(node, _VEC, reach, ops, 2)))
    return finished(draft, "transform", "frame", target, result, "Rigid transformation of points between frames")


def _draw_integrated(stream: Stream, target: str) -> KernelSpec:
    """Draw the integration of a rotation or a pose over one time step."""
    choices, draft = _begin(stream)
    rotation, made = _rotation(choices, draft)
    spin = _point(choices, draft, ("omega", "angular_velocity", "w", "spin_rates")).node
    step = draft.add_uniform(_NUMBER, Domain(low=0.01, high=0.1), pool=("dt", "step", "h", "delta_t")).node
    if choices.chance(0.35):
        damping = draft.add_uniform(_NUMBER, Domain(low=0.1, high=0.9), pool=("damping", "drag", "friction"))
        spin = Infix("*", spin, Infix("-", Literal("1.0"), Infix("*", damping.node, step)))
    ops = frozenset({made, "normalize", "quat_mul"})
    zero = Literal("0.0")
    if choices.chance(0.5):
        small = draft.add_local(spin, ("w", "rate", "ang"))
        parts = (Subscript(small, (Literal(str(place)),)) for place in range(3))
        pure: Expression = call("quat", *parts, zero)
    else:
        pure = call("quat", spin, zero)
    change = Infix("*", Infix("*", Infix("*", pure, rotation), Literal("0.5")), step)
    turned = draft.add_local(call("normalize", Infix("+", rotation, change)), ("q1", "turned", "q_next", "q_new"))
    if target == "integrate_rotation":
        return finished(
            draft,
            "quaternion",
            "integrated",
            target,
            Term(turned, _QUAT, _UNIT, ops),
            "Integration of quaternion rotations over one time step",
            "wp.quat",
        )
    place = element(draft, _VEC, _POINT, VECTORS)
    velocity = _point(choices, draft, ("velocities", "vel", "linear_velocity", "v")).node
    if choices.chance(0.4):
        push = call("vec3", *(Literal(repr(choices.decimal(-1.0, 1.0, 1))) for _ in range(3)))
        velocity = draft.add_local(Infix("+", velocity, Infix("*", push, step)), ("v1", "v_next", "moved_v"))
    moved = Infix("+", place, Infix("*", velocity, step))
    node = call("transform", moved, turned)
    result = Term(node, _FRAME, Domain(low=-3.0, high=3.0), ops | {"transform"})
    return finished(
        draft, "transform", "pose", target, result, "Integration of rigid poses over one time step", "wp.transform"
    )


RECIPES = (
    Recipe(
        name="rotated",
        category="quaternion",
        targets=("quat_rotate", "quat_rotate_inv", "quat_inverse", "quat_to_matrix"),
        draw=_draw_rotated,
    ),
    Recipe(
        name="combined",
        category="quaternion",
        targets=("quat_mul", "quat_slerp", "quat_to_axis_angle"),
        draw=_draw_combined,
    ),
    Recipe(name="integrated", category="quaternion", targets=("integrate_rotation",), draw=_draw_integrated),
    Recipe(
        name="frame",
        category="transform",
        targets=(
            "transform_point",
            "transform_vector",
            "transform_inverse",
            "transform_multiply",
            "transform_get_translation",
        ),
        draw=_draw_frame,
    ),
    Recipe(name="pose", category="transform", targets=("integrate_pose",), draw=_draw_integrated),
)
