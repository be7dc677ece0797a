"""Reductions along axes of computed arrays. The result is often combined with the array again."""

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError, give_name, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Call, Expression, Function, Infix, Lambda, Literal, Name, Return, Subscript
from synthesis.drawing.templates import Template
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, REDUCTIONS, RUNNING, call, number, numbers
from synthesis.frontends.jax.recipes.drafting import Draft, some_float
from synthesis.frontends.jax.recipes.sketch import SIZES

_BEFORE = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "div", "abs", "exp", "square", "tanh", "neg"))
_AFTER = (
    *REDUCTIONS.values(),
    *(ELEMENTWISE[name] for name in ("add", "sub", "mul", "sqrt", "log", "exp", "tanh")),
)


def _draw(stream: Stream, target: str) -> KernelSpec:
    choices = stream.child("shape")
    rank = choices.weighted([(1, 0.2), (2, 0.5), (3, 0.3)])
    sizes = tuple(choices.choice(SIZES[:-1] if target in _PRODUCTS else SIZES) for _ in range(rank))
    dtype = some_float(stream) if target in _EXACT else "float32"
    kinds = [Type(dtype, sizes), Type(dtype, sizes[1:]), Type(dtype)]
    draft = Draft(stream, kinds)
    before = Weaver(draft, stream.child("before"), _BEFORE, max_fresh=choices.integer(0, 1))
    if target in _PRODUCTS:
        inner = draft.fresh(kinds[0], Domain(low=0.5, high=choices.choice((1.5, 1.8, 2.0))))
    elif target in _SPREADS:
        scaled = Weaver(draft, stream.child("scaled"), _SCALING, max_fresh=0)
        inner = scaled.weave(draft.leaves(choices.integer(1, 2)), steps=choices.integer(0, 2))
    elif target in ("max", "min", "median"):
        inner = before.weave(draft.leaves(1), steps=choices.integer(0, 2))
    else:
        inner = before.weave(draft.leaves(choices.integer(1, 3)), steps=choices.integer(0, 3))
    after = Weaver(draft, stream.child("after"), _AFTER, max_fresh=choices.integer(0, 1))
    terms = [inner]
    if choices.chance(0.25):
        terms.append(draft.fresh(kinds[0], inner.interval))
    if target not in _PRODUCTS:
        inner = before.fit(inner, _OPERATIONS[target].domains[0]) or inner
    result = after.weave([after.require(_OPERATIONS[target], inner), *terms[1:]], steps=choices.integer(0, 3))
    results = [result]
    if choices.chance(0.15):
        results.append(
            after.weave([after.require(REDUCTIONS["mean"], draft.leaves(1)[0])], steps=choices.integer(0, 1))
        )
    summary = f"Reduction with {target} over axes of a {rank}-D array"
    return draft.finish(results, category="reduction", recipe="reduce", summary=summary)


def _draw_extreme_index(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that finds the indices of the largest or smallest elements along an axis, often with values."""
    choices = stream.child("shape")
    # With enough rows of this length, the extremes are not all at the same position.
    sizes = (choices.integer(7, 12), choices.integer(6, 9))
    kinds = [Type("float32", sizes), Type("float32")]
    draft = Draft(stream, kinds)
    before = Weaver(draft, stream.child("before"), _BEFORE, max_fresh=0)
    inner = before.weave(draft.leaves(1, types=kinds[:1]), steps=choices.integer(0, 2))
    inner = give_name(draft, inner)
    axis = choices.choice((1, -1, 0))
    length, count = (sizes[0], sizes[1]) if axis == 0 else (sizes[1], sizes[0])
    where = draft.keep(
        Term(
            call(target, inner.node, axis=number(axis)),
            Type("int32", (count,)),
            Domain(low=0, high=length - 1),
            inner.ops | {target},
        )
    )
    results = [where]
    if choices.chance(0.6):
        table = draft.fresh(Type("float32", (length,)), typical_domain(choices, kinds[0]))
        picked = Term(Subscript(table.node, (where.node,)), Type("float32", (count,)), table.interval, where.ops)
        after = Weaver(draft, stream.child("after"), _AFTER_EXTREMES, max_fresh=0)
        results = [after.weave([picked], steps=choices.integer(0, 2)), *(results if choices.chance(0.4) else [])]
    summary = f"Index of an extreme along an axis with {target}"
    return draft.finish(
        results,
        category="reduction",
        recipe="extreme_index",
        summary=summary,
        ops=where.ops,
        differentiable=results[0] is not where,
    )


_JOINS: dict[str, tuple[str, Domain, Domain]] = {
    # Commutative functions of two numbers whose neutral element is 0: the source, the domain of the operands, the
    # interval of results.
    "compound": ("a + b + a * b", Domain(low=-0.4, high=0.4), Domain(low=-1.0, high=14.0)),
    "norm": ("jnp.sqrt(a * a + b * b)", Domain(low=-2.0, high=2.0), Domain(low=0.0, high=6.0)),
    "likely": ("a + b - a * b", Domain(low=0.0, high=0.6), Domain(low=0.0, high=1.0)),
    "speed": ("(a + b) / (1.0 + a * b)", Domain(low=-0.8, high=0.8), Domain(low=-1.0, high=1.0)),
    "cubic": ("jnp.cbrt(a ** 3 + b ** 3)", Domain(low=0.2, high=2.0), Domain(low=0.2, high=4.2)),
    "largest": ("jnp.where(jnp.abs(a) > jnp.abs(b), a, b)", Domain(low=-2.0, high=2.0),
                Domain(low=-2.0, high=2.0)),
}  # fmt: skip


def _draw_joined(stream: Stream, target: str) -> KernelSpec:
    """Draw a reduction over axes or windows by a function that the kernel defines."""
    choices = stream.child("shape")
    sizes = (choices.integer(3, 7), choices.integer(3, 7))
    kind = Type("float32", sizes)
    draft = Draft(stream, [kind, Type("float32")])
    text, within, bounds = _JOINS[choices.pick(tuple(_JOINS))]
    before = Weaver(draft, stream.child("before"), _SCALING, max_fresh=0)
    inner = before.weave(draft.leaves(choices.integer(1, 2), types=(kind,)), steps=choices.integer(0, 2))
    few = within.high <= 1.0  # more elements would saturate the result
    odd = ("tanh", "sin") if within.low < 0 and few else ("tanh", "sin", "erf", "atan")
    operation = ELEMENTWISE[choices.pick(odd)]
    inner = before.require(operation, inner)
    low, high = inner.interval.low, inner.interval.high
    factor = choices.choice((0.2, 0.3, 0.35, 0.4)) if few else choices.choice((0.5, 0.8, 1.2))
    node: Expression = Infix("*", number(factor), inner.node)
    if within.low >= 0:
        shift = round(within.low + 0.1 - factor * min(low, 0.0), 2)
        if shift + factor * high > within.high:
            raise DrawError("values beyond where the function may be used")
        node = Infix("+", node, number(shift))
    scaled = draft.keep(Term(node, kind, within, inner.ops, inner.depth + 1))
    names = choices.choice((("a", "b"), ("x", "y"), ("acc", "x"), ("left", "right")))
    template = Template(draft.book, {}, lambda value: call("square", value))
    spelled = template.expression(text, a=Name(names[0]), b=Name(names[1]))
    function: Expression = Lambda(names, spelled)
    if choices.chance(0.5):
        function = Name(draft.book.take(("combine", "join", "merge", "reducer", "op")))
        draft.add(Function(function.id, tuple((each, "") for each in names), (Return(spelled),)))
    if target == "reduce":
        axes = choices.choice(((0,), (1,)) if few else ((0,), (1,), (0, 1)))
        settings: tuple[Expression, ...] = (numbers(axes),)
        left = tuple(size for axis, size in enumerate(sizes) if axis not in axes)
    else:
        width, step = choices.choice((2, 3)), choices.choice((1, 1, 2))
        same = choices.chance(0.35)
        settings = (numbers((width, width)), numbers((step, step)), Literal("'SAME'" if same else "'VALID'"))
        left = tuple(-(-size // step) if same else (size - width) // step + 1 for size in sizes)
    call_node = Call(Name(f"{draft.lax}.{target}"), (scaled.node, number(0.0), function, *settings))
    made = Term(call_node, Type("float32", left), bounds, scaled.ops | {target}, scaled.depth + 2)
    after = Weaver(draft, stream.child("after"), _AFTER_EXTREMES, max_fresh=0)
    others = [draft.fresh(made.type, Domain(low=0.5, high=1.5))] if choices.chance(0.5) else []
    result = after.weave([draft.keep(made), *others], steps=choices.integer(0, 3))
    return draft.finish(
        [result],
        category="reduction",
        recipe="joined",
        summary=f"{'Reduction' if target == 'reduce' else 'Window reduction'} with a custom function",
        differentiable=False,
    )


_AFTER_EXTREMES = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "exp", "tanh"))
# Reductions that are exact enough in half precision.
_EXACT = ("sum", "mean", "logsumexp")
_PRODUCTS = ("prod", "cumprod")
_SPREADS = ("var", "std")
# Operations that change a variance or standard deviation. An offset that all elements share would cancel.
_SCALING = tuple(ELEMENTWISE[name] for name in ("mul", "div", "abs", "exp", "square", "tanh"))
_OPERATIONS = {**REDUCTIONS, **RUNNING}

RECIPES = (
    Recipe(name="reduce", category="reduction", targets=tuple(_OPERATIONS), draw=_draw),
    Recipe(name="joined", category="reduction", targets=("reduce", "reduce_window"), draw=_draw_joined),
    Recipe(name="extreme_index", category="reduction", targets=("argmax", "argmin"), draw=_draw_extreme_index),
)
