"""Transformed functions: gradients, batching, tangents, custom derivative rules, and recomputation."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import NameBook
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import FunctionScope, name_of, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Display,
    Evaluate,
    Expression,
    Function,
    Infix,
    Literal,
    Name,
    Negation,
    Return,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, call, method, number
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES

_OPERATIONS = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "exp", "square", "atan", "expm1"))
# Functions whose derivative is not constant, so that a gradient still depends on every input. The second derivative of
# all but the first is not constant either.
_CURVED = ("square", "exp", "atan", "erf", "expm1")
_SLOPES = Domain(low=-300.0, high=300.0)
_NAMES = ("loss", "energy", "objective", "potential", "f", "cost", "score")


def _inner(
    draft: Draft, stream: Stream, operands: Sequence[Term], *, curves: Sequence[str] = (), total: bool
) -> tuple[str, Term, tuple[str, ...]]:
    """Define a function of the operands inside the kernel, and return its name, its result, and its parameters.

    Args:
        draft: the kernel around it.
        stream: the random choices.
        operands: the values that its parameters stand for.
        curves: operations for its last step, so that its derivative depends on all operands; empty if not needed.
        total: whether it returns a single number.
    """
    choices = stream.child("inner")
    scope = draft.inner()
    parameters = [scope.add_parameter(operand) for operand in operands]
    weaver = Weaver(scope, stream.child("inner weave"), _OPERATIONS, max_fresh=0)
    result = weaver.weave(parameters, steps=choices.integer(1, 3))
    if curves:
        result = weaver.bend(result, [ELEMENTWISE[name] for name in curves])
    if total and result.type.rank:
        verb = choices.choice(("sum", "mean"))
        node = call(verb, result.node) if choices.chance(0.6) else method(result.node, verb)
        result = Term(node, result.type.with_shape(()), _SLOPES, result.ops | {verb})
    name = draft.book.take(_NAMES)
    listed = tuple((name_of(parameter), "") for parameter in parameters)
    draft.add(Function(name, listed, (*scope.statements, Return(result.node))))
    return name, result, tuple(name_of(parameter) for parameter in parameters)


def _transformed(name: str, *arguments: Expression, **keywords: Expression) -> Call:
    return Call(Name(f"jax.{name}"), arguments, tuple(keywords.items()))


def _finish(
    draft: Draft, results: Sequence[Term], recipe: str, target: str, summary: str, ops: frozenset[str]
) -> KernelSpec:
    return draft.finish(results, category="transform", recipe=recipe, summary=summary, ops=ops | {target})


def _draw_gradient(stream: Stream, target: str) -> KernelSpec:
    """Draw the gradient, Jacobian or Hessian of a function of one or more arrays, or a value with its gradient."""
    choices = stream.child("shape")
    width = choices.choice(SIZES)
    kind = Type("float32", (width,)) if target != "grad" or choices.chance(0.6) else Type("float32", (width, 3))
    draft = Draft(stream, [kind, Type("float32")])
    operands = [draft.fresh(kind, typical_domain(choices, kind))]
    operands += [
        draft.fresh(choices.choice(draft.types), typical_domain(choices, kind)) for _ in range(choices.integer(0, 2))
    ]
    total = target in ("grad", "value_and_grad", "hessian")
    name, result, _ = _inner(
        draft, stream, operands, curves=_CURVED[1:] if target == "hessian" else _CURVED, total=total
    )
    given = tuple(operand.node for operand in operands)
    ops = result.ops
    moved = choices.below(len(operands)) if choices.chance(0.4) else 0
    keywords: dict[str, Expression] = {"argnums": number(moved)} if moved else {}
    wrt = operands[moved]
    if target == "value_and_grad":
        both = Call(_transformed(target, Name(name), **keywords), given)
        value, slope = draft.book.take(("value", "out", "val")), draft.book.take(("slope", "grads", "g"))
        draft.add(Assign(Display((Name(value), Name(slope))), both))
        results = [
            Term(Name(value), result.type, result.interval, ops),
            Term(Name(slope), wrt.type, _SLOPES, ops),
        ]
        return _finish(draft, results, "gradient", target, "Value and gradient of a function", ops)
    node = Call(_transformed(target, Name(name), **keywords), given)
    if target == "grad":
        made = Term(node, wrt.type, _SLOPES, ops)
        rate = number(choices.choice((0.01, 0.05, 0.1)))
        if choices.chance(0.4):
            made = Term(Infix("-", wrt.node, Infix("*", rate, node)), wrt.type, _SLOPES, ops)
        return _finish(draft, [made], "gradient", target, "Gradient of a function", ops)
    rank = result.type.rank + wrt.type.rank * (2 if target == "hessian" else 1)
    made = Term(node, Type("float32", (*result.type.shape, *wrt.type.shape[: rank - result.type.rank])), _SLOPES, ops)
    if target == "hessian":
        made = Term(node, Type("float32", wrt.type.shape * 2), _SLOPES, ops)
    if choices.chance(0.4) and made.type.rank:
        made = Term(method(node, "sum", axis=number(-1)), made.type.with_shape(made.type.shape[:-1]), _SLOPES, ops)
    return _finish(
        draft,
        [made],
        "gradient",
        target,
        f"{'Hessian of a function' if target == 'hessian' else f'Jacobian of a function with {target}'}",
        ops,
    )


def _draw_batched(stream: Stream, target: str) -> KernelSpec:
    """Draw a function of one row, or its gradient, applied to every row."""
    choices = stream.child("shape")
    rows, width = choices.integer(3, 6), choices.choice(SIZES)
    row = Type("float32", (width,))
    draft = Draft(stream, [row, Type("float32")])
    operands: list[Term] = []
    axes: list[str] = []
    for position in range(choices.integer(1, 3)):
        kind = row if position == 0 else choices.choice((row, Type("float32")))
        batched = position == 0 or choices.chance(0.4)
        argument = draft.fresh(kind.with_shape((rows, *kind.shape)) if batched else kind, typical_domain(choices, kind))
        operands.append(Term(argument.node, kind, argument.interval))
        axes.append("0" if batched else "None")
    gradient = target == "vmap_grad"
    name, result, _ = _inner(
        draft, stream, operands, curves=_CURVED if gradient else (), total=gradient or choices.chance(0.5)
    )
    function: Expression = _transformed("grad", Name(name)) if gradient else Name(name)
    keywords: dict[str, Expression] = {}
    if "None" in axes or choices.chance(0.3):
        keywords["in_axes"] = Display(tuple(map(Literal, axes))) if len(axes) > 1 else number(0)
    node = Call(_transformed("vmap", function, **keywords), tuple(operand.node for operand in operands))
    ending = row.shape if gradient else result.type.shape
    made = Term(node, Type("float32", (rows, *ending)), _SLOPES if gradient else result.interval, result.ops)
    if choices.chance(0.3) and made.type.rank > 1:
        made = Term(method(node, "sum", axis=number(0)), made.type.with_shape(ending), _SLOPES, made.ops)
    summary = "Gradient vectorised over rows" if gradient else "Function vectorised over rows"
    return _finish(draft, [made], "batched", target, summary, result.ops)


def _draw_tangent(stream: Stream, target: str) -> KernelSpec:
    """Draw a function together with its tangent, its linearization, or its pullback."""
    choices = stream.child("shape")
    sizes = tuple(choices.choice(SIZES) for _ in range(choices.integer(1, 2)))
    kind = Type("float32", sizes)
    draft = Draft(stream, [kind])
    x = draft.fresh(kind, typical_domain(choices, kind))
    name, result, _ = _inner(draft, stream, [x], curves=_CURVED, total=False)
    other = draft.fresh(kind, typical_domain(choices, kind), pool=("dx", "tangent", "v", "direction", "ct", "seed"))
    out, moved = draft.book.take(("out", "value", "y")), draft.book.take(("dout", "moved", "slope", "dy"))
    ops = result.ops
    if target == "jvp":
        pair = _transformed("jvp", Name(name), Display((x.node,)), Display((other.node,)))
        draft.add(Assign(Display((Name(out), Name(moved))), pair))
        second: Expression = Name(moved)
    elif target == "linearize":
        function = draft.book.take(("push", "linear", "f_lin"))
        draft.add(Assign(Display((Name(out), Name(function))), _transformed("linearize", Name(name), x.node)))
        second = Call(Name(function), (other.node,))
    else:
        function = draft.book.take(("pull", "pullback", "vjp_fn"))
        draft.add(Assign(Display((Name(out), Name(function))), _transformed("vjp", Name(name), x.node)))
        second = Subscript(Call(Name(function), (other.node,)), (number(0),))
    results = [Term(Name(out), result.type, result.interval, ops), Term(second, kind, _SLOPES, ops)]
    return _finish(
        draft,
        results,
        "tangent",
        target,
        f"{'Vector-Jacobian product' if target == 'vjp' else 'Jacobian-vector product'} with {target}",
        ops,
    )


def _draw_checkpoint(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that is compiled by itself, or whose intermediate values are recomputed for the gradient."""
    choices = stream.child("shape")
    kind = Type("float32", (choices.choice(SIZES), choices.choice(SIZES)))
    draft = Draft(stream, [kind, Type("float32")])
    operands = draft.leaves(choices.integer(1, 3))
    name, result, _ = _inner(draft, stream, operands, total=False)
    names = {"checkpoint": ("checkpoint", "remat"), "jit": ("jit",)}[target]
    wrapped: Expression = _transformed(choices.choice(names), Name(name))
    if choices.chance(0.5):
        local = draft.book.take(("block", "layer", "stage", "segment"))
        draft.add(Assign(Name(local), wrapped))
        wrapped = Name(local)
    node = Call(wrapped, tuple(operand.node for operand in operands))
    made = Term(node, result.type, result.interval, result.ops, 3)
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=0)
    end = after.weave([made], steps=choices.integer(0, 2))
    summary = "Gradient checkpointing of a block" if target == "checkpoint" else "Nested block compiled with jit"
    return _finish(draft, [end], "block", target, summary, end.ops)


def _draw_custom(stream: Stream, target: str) -> KernelSpec:
    """Draw a function with its own derivative rule: clipped, scaled, or multiplied by another function."""
    choices = stream.child("shape")
    kind = Type("float32", (choices.choice(SIZES), choices.choice(SIZES)))
    draft = Draft(stream, [kind, Type("float32")])
    x = draft.fresh(kind, typical_domain(choices, kind))
    before = Weaver(draft, stream.child("before"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    inner = before.weave([x], steps=choices.integer(0, 2), goal=kind)
    name = draft.book.title()
    scope = FunctionScope(draft.literal, NameBook(stream.child("rule names")))
    parameter = scope.add_parameter(inner)
    weaver = Weaver(scope, stream.child("rule"), _OPERATIONS, max_fresh=0)
    value = weaver.weave([parameter], steps=choices.integer(1, 2))
    own = name_of(parameter)
    body = (*scope.statements, Return(value.node))
    style = choices.choice(("clip", "scale", "bend"))
    decorator = f"jax.{target}"
    draft.declare(Function(name, ((own, ""),), body, (decorator,)))
    if target == "custom_vjp":
        _declare_vjp(draft, choices, name, own, style)
    else:
        _declare_jvp(draft, choices, name, own, style)
    node = Call(Name(name), (inner.node,))
    made = Term(node, value.type, value.interval, inner.ops | value.ops, 3)
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=0)
    end = after.weave([made], steps=choices.integer(0, 2))
    return _finish(draft, [end], "custom", target, "Function with a custom derivative", end.ops)


def _slope(choices: Stream, style: str, of: Expression, moved: Expression) -> Expression:
    """Return the tangent or cotangent that a derivative rule passes on."""
    if style == "clip":
        edge = number(choices.choice((0.5, 1.0, 2.0)))
        return call("clip", moved, Negation(edge), edge)
    if style == "scale":
        return Infix("*", number(choices.choice((0.1, 0.5, 2.0))), moved)
    return Infix("*", moved, call(choices.pick(("cos", "exp", "tanh")), of))


def _declare_vjp(draft: Draft, choices: Stream, name: str, own: str, style: str) -> None:
    forward, backward = f"{name}_fwd", f"{name}_bwd"
    kept: Expression = Name(own) if style == "bend" else Literal("None")
    draft.declare(Function(forward, ((own, ""),), (Return(Display((Call(Name(name), (Name(own),)), kept))),)))
    saved = choices.choice(("res", "saved", "residual")) if style == "bend" else "_"
    cotangent = choices.choice(("ct", "g", "grad_out"))
    given = Display((_slope(choices, style, Name(saved), Name(cotangent)),))
    draft.declare(Function(backward, ((saved, ""), (cotangent, "")), (Return(given),)))
    draft.declare(Evaluate(Call(Name(f"{name}.defvjp"), (Name(forward), Name(backward)))))


def _declare_jvp(draft: Draft, choices: Stream, name: str, own: str, style: str) -> None:
    moved = f"d{own}" if len(own) < 3 else f"{own}_dot"
    body = (
        Assign(Display((Name(own),)), Name("primals")),
        Assign(Display((Name(moved),)), Name("tangents")),
        Return(Display((Call(Name(name), (Name(own),)), _slope(choices, style, Name(own), Name(moved))))),
    )
    rule = Function(f"{name}_jvp", (("primals", ""), ("tangents", "")), body, (f"{name}.defjvp",))
    draft.declare(rule)


RECIPES = (
    Recipe(
        name="gradient",
        category="transform",
        targets=("grad", "value_and_grad", "jacfwd", "jacrev", "hessian"),
        draw=_draw_gradient,
    ),
    Recipe(
        name="batched",
        category="transform",
        targets=("vmap", "vmap_grad"),
        draw=_draw_batched,
        target_weights={"vmap_grad": 0.4},
    ),
    Recipe(name="tangent", category="transform", targets=("jvp", "vjp", "linearize"), draw=_draw_tangent),
    Recipe(name="custom", category="transform", targets=("custom_vjp", "custom_jvp"), draw=_draw_custom),
    Recipe(name="block", category="transform", targets=("checkpoint", "jit"), draw=_draw_checkpoint),
)
