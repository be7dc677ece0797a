"""What any JAX function may be given more of: the statements between the first line and the return.

A piece works on whatever arrays are at hand and keeps their shapes, so that any may follow any. What decides a branch
is an argument that is spread evenly, so that both sides are taken.
"""

import math
from collections.abc import Callable, Sequence

from synthesis.frontends.jax.ops import ELEMENTWISE, SPECIAL, call, method, number, numbers
from synthesis.frontends.jax.recipes.sketch import Sketch
from synthesis.grammar import intervals, naming
from synthesis.grammar.elaboration import Piece, make_first, take
from synthesis.grammar.operations import Operation, Term, derive
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Assign,
    Attribute,
    Call,
    Comparison,
    Dictionary,
    Display,
    Expression,
    For,
    Function,
    Infix,
    Lambda,
    Literal,
    Name,
    Return,
    Slice,
    Subscript,
)
from synthesis.grammar.taming import CALM, Limited, Scaled, draw_taming
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import (
    DrawError,
    FunctionScope,
    Weaver,
    give_name,
    name_of,
    typical_domain,
)
from synthesis.records import Domain

_ARITHMETIC = ("add", "sub", "mul")
_OFTEN = ("div", "square", "abs", "sqrt")
_SELDOM = ("sin", "cos", "tanh", "exp", "sigmoid", "log", "softplus")
_SMOOTH = (*_ARITHMETIC, *_OFTEN, *_SELDOM)
_BENT = ("sin", "tanh", "square", "exp", "sigmoid")
_SIGNED = Domain(low=-1.0, high=1.0)
# How often a piece uses an argument that another one uses too.
_AGAIN = 0.8
# How often a choice is by a mask that the function is given.
_GIVEN = 0.25
# Of fewer elements, all may lie on one side of what they are compared with.
_MANY = 8


def _palette(stream: Stream) -> tuple[Operation, ...]:
    chosen = (*_ARITHMETIC, *stream.some(_OFTEN, 0.4), *stream.some(_SELDOM, 0.04))
    return tuple(ELEMENTWISE[name] for name in chosen)


def _weaver(draft: Sketch | FunctionScope, stream: Stream) -> Weaver:
    return Weaver(draft, stream.child("weave"), _palette(stream.child("palette")), max_fresh=0)


def tame(draft: Sketch, stream: Stream, term: Term) -> Term:
    """The term, brought back towards zero where many steps have let it grow."""
    calm = CALM[term.type.dtype]
    if term.interval.magnitude <= calm:
        return term
    term = give_name(draft, term)
    match draw_taming(stream, term.interval, calm):
        case Scaled(factor, interval):
            node: Expression = Infix("*", term.node, number(factor))
            op = "mul"
        case Limited(low, high, interval):
            node, op = call("clip", term.node, number(low), number(high)), "clip"
    return Term(node, term.type, interval, term.ops | {op}, term.depth + 1)


def _put(draft: Sketch, stream: Stream, pool: list[Term], term: Term) -> None:
    pool.append(give_name(draft, tame(draft, stream, term)))


def _take(stream: Stream, pool: list[Term], fits: Callable[[Type], bool] = lambda _: True) -> Term:
    taken = take(stream, pool, lambda kind: kind.is_float and fits(kind))
    if taken is None:
        raise DrawError("no value of such a shape")
    return taken


def _partner(draft: Sketch, stream: Stream, beside: Term, domain: Domain | None = None) -> Term:
    """An argument that broadcasts to a term: of its shape, a row, or a number."""
    kind = beside.type
    shapes = [kind.shape, kind.shape, kind.shape, ()] + ([kind.shape[1:]] if kind.rank > 1 else [])
    return _argument(draft, stream, kind.with_shape(stream.choice(shapes)), domain, beside)


def _argument(
    draft: Sketch, stream: Stream, kind: Type, domain: Domain | None = None, beside: Term | None = None
) -> Term:
    known = draft.again(kind, stream, [beside] if beside else []) if stream.chance(_AGAIN) else None
    if known is not None and (domain is None or known.interval.within(domain)):
        return known
    return draft.fresh(kind, domain or typical_domain(stream, kind))


def _single(kind: Type) -> bool:
    return kind.dtype == "float32"


def _array(kind: Type) -> bool:
    return kind.dtype == "float32" and kind.rank > 0 and min(kind.shape) > 1


def _inside(
    draft: Sketch, stream: Stream, operands: Sequence[Term], *, steps: tuple[int, int] = (1, 2), bend: bool = False
) -> tuple[Expression, Term]:
    """A function of the operands, in a ``def`` or a ``lambda``, whose result has the shape of the first.

    Args:
        draft: the kernel around it.
        stream: the random choices.
        operands: what its parameters stand for.
        steps: how many operations more than it needs, at least and at most.
        bend: whether it must not be linear.
    """
    scope = draft.inner()
    parameters = [scope.add_parameter(operand) for operand in operands]
    weaver = _weaver(scope, stream)
    result = weaver.weave(parameters, steps=stream.integer(*steps))
    if bend:
        result = weaver.bend(result, [ELEMENTWISE[name] for name in _BENT])
    if result.type != operands[0].type:
        raise DrawError("a result of another shape")
    names = tuple(name_of(each) for each in parameters)
    if not scope.statements and stream.chance(0.5):
        return Lambda(names, result.node), result
    title = draft.book.take(("inner", "body", "step_fn", "local", "block", "branch", "fn", "update_fn", "head"))
    draft.add(Function(title, tuple((each, "") for each in names), (*scope.statements, Return(result.node))))
    return Name(title), result


# ---- expressions


def _mix(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A temporary made of two values, or of a value and an argument."""
    x = _take(stream, pool)
    terms = [x, _partner(draft, stream, x)] if stream.chance(0.8) else [x]
    _put(draft, stream, pool, _weaver(draft, stream).weave(terms, steps=stream.integer(1, 3)))


def _catalogued(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """One of the functions that fewer kernels use."""
    x = _take(stream, pool, _single)

    def apply(operation: Operation) -> Term | None:
        others = tuple(
            _argument(draft, stream, x.type, typical_domain(stream, x.type, each), x) for each in operation.domains[1:]
        )
        fitted = _weaver(draft, stream).fit(x, operation.domains[0])
        return fitted and operation.apply(stream.child("apply"), (fitted, *others))

    operations = [*ELEMENTWISE.values(), *(each for each in SPECIAL.values() if each.name != "round")]
    _put(draft, stream, pool, make_first(draft, stream.tries(operations), apply))


def _called(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A function beside the kernel."""
    x = give_name(draft, _take(stream, pool))
    operands = [x] + ([_partner(draft, stream, x)] if stream.chance(0.6) else [])
    _put(
        draft,
        stream,
        pool,
        draft.call_helper(operands, _palette(stream.child("palette")), stream.integer(1, 4), stream),
    )


def _masked(draft: Sketch, stream: Stream, pool: list[Term], x: Term) -> None:
    """One argument or another by a mask that the function is given, used with a value."""
    first, second = _partner(draft, stream, x), _partner(draft, stream, x)
    if first.node == second.node:
        raise DrawError("two sides that are one")
    mask = draft.fresh(Type("bool", x.type.shape), Domain(low=0, high=1), pool=naming.FLAGS)
    node = call("where", mask.node, first.node, second.node)
    between = intervals.hull((first.interval, second.interval))
    picked = give_name(draft, Term(node, x.type, between, first.ops | second.ops | {"where"}, 1))
    _put(draft, stream, pool, _weaver(draft, stream).weave([x, picked], steps=stream.integer(0, 1)))


def _chosen(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """One value or another, element by element, used with what came before."""
    x = _take(stream, pool, lambda kind: math.prod(kind.shape) >= _MANY)
    if stream.chance(_GIVEN):
        _masked(draft, stream, pool, x)
        return
    subject = draft.fresh(x.type, typical_domain(stream, x.type))
    low, width = subject.interval.low, subject.interval.width
    edge = stream.decimal(low + 0.3 * width, low + 0.7 * width)
    other = _weaver(draft, stream.child("other")).weave([_partner(draft, stream, subject)], steps=stream.integer(0, 2))
    test = Comparison(stream.choice((">", "<", ">=", "<=")), subject.node, number(edge))
    style = stream.choice(("where", "where", "mask", "clip"))
    interval = intervals.hull((other.interval, subject.interval, intervals.point(0.0)))
    if style == "where":
        node: Expression = call("where", test, other.node, stream.choice((subject.node, number(0.0))))
    elif style == "mask":
        mask = draft.book.take(("mask", "valid", "inside", "active", "keep"))
        draft.add(Assign(Name(mask), method(test, "astype", Attribute(subject.node, "dtype"))))
        node = Infix("*", other.node, Name(mask))
    else:
        node = Infix(
            "*",
            other.node,
            call(
                "clip",
                subject.node,
                Literal("None") if stream.chance(0.5) else number(round(edge - 0.4, 2)),
                number(round(edge + 0.3, 2)),
            ),
        )
        interval = intervals.scale(interval, 3.0)
    part = Term(node, x.type, interval, other.ops | {"where"}, other.depth + 1)
    _put(draft, stream, pool, _weaver(draft, stream).weave([x, give_name(draft, part)], steps=stream.integer(0, 1)))


# ---- loops and branches


def _branched(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """``cond`` between two functions of the same operands, by a number that is given."""
    x = give_name(draft, _take(stream, pool, _single))
    operands = [x, _partner(draft, stream, x)]
    if operands[1].type.rank > x.type.rank:
        raise DrawError("an operand that is larger")
    kind = Type("float32")
    flag = draft.fresh(kind, _SIGNED, pool=("flag", "gate", "signal", "phase", "switch"))
    first, one = _inside(draft, stream.child("then"), operands)
    second, other = _inside(draft, stream.child("else"), operands)
    if one.node == other.node:
        raise DrawError("two branches that do the same")
    test = Comparison(">", flag.node, number(0.0))
    node = Call(Name(f"{draft.lax}.cond"), (test, first, second, *(each.node for each in operands)))
    scaled = Infix("*", Call(Name(f"{draft.lax}.cond"), node.arguments), Infix("+", number(1.5), flag.node))
    interval = intervals.scale(intervals.hull((one.interval, other.interval, intervals.point(0.0))), 2.5)
    _put(draft, stream, pool, derive(x, scaled, interval, one, other, op="cond"))


def _scanned(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A recurrence along the first axis, whose every step gives a row."""
    x = give_name(draft, _take(stream, pool, lambda kind: _array(kind) and kind.shape[0] <= 8))
    row = x.type.with_shape(x.type.shape[1:])
    init = _argument(draft, stream, row, _SIGNED, x)
    carry, item = (draft.book.take(pool_) for pool_ in (("carry", "state", "c", "h"), ("row", "xt", "item", "inp")))
    keep = number(stream.decimal(0.3, 0.9, 1))
    scope = draft.inner()
    inner = _weaver(scope, stream).weave([Term(Name(item), row, x.interval, x.ops)], steps=stream.integer(0, 2))
    bound = 10.0 * inner.interval.magnitude + 1.0
    moved = Infix("+", Infix("*", keep, Name(carry)), inner.node)
    name = draft.book.take(("step", "tick", "body", "advance", "cell"))
    new = Name(draft.book.take(("new", "nxt", "c_next", "h_new")))
    given: Expression = new
    if stream.chance(0.4):
        given = call("tanh", new)
    body = (*scope.statements, Assign(new, moved), Return(Display((new, given))))
    draft.add(Function(name, ((carry, ""), (item, "")), body))
    last, rows = draft.book.take(("last", "final", "carry_out")), draft.book.take(("ys", "outs", "trace", "rows_out"))
    reverse = (("reverse", Name("True")),) if stream.chance(0.2) else ()
    scan = Call(Name(f"{draft.lax}.scan"), (Name(name), init.node, x.node), reverse)
    draft.add(Assign(Display((Name(last), Name(rows))), scan))
    node = Infix("+", Name(rows), Infix("*", number(stream.decimal(0.1, 0.9, 1)), Name(last)))
    interval = Domain(low=-2.0 * bound, high=2.0 * bound)
    if bound > 100.0:
        raise DrawError("a state that grows too large")
    _put(draft, stream, pool, derive(x, node, interval, inner, op="scan"))


def _repeated(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A few rounds of a map that contracts: ``fori_loop``, or Python's own loop, unrolled."""
    x = give_name(draft, _take(stream, pool, _single))
    rounds = stream.integer(2, 5)
    push = _partner(draft, stream, x)
    keep, gain = number(stream.decimal(0.4, 0.9, 1)), number(stream.choice((0.1, 0.2, 0.25, 0.5)))
    bound = x.interval.magnitude + rounds * 0.5 * push.interval.magnitude + rounds
    bent = stream.pick(("sin", "tanh", "cos"))
    if stream.chance(0.5):
        value = Name(draft.book.take(naming.LOCALS))
        draft.add(Assign(value, Infix("*", keep, x.node)))
        counter = draft.book.take(("k", "it", "n", "step_no"))
        scaled = Infix("+", Name(counter), number(1))
        change = Infix("*", gain, Infix("+", call(bent, Infix("*", value, scaled)), push.node))
        draft.add(For(counter, Call(Name("range"), (number(rounds),)), (Assign(value, change, "+"),)))
        node: Expression = value
    else:
        counter, value_ = draft.book.take(("i", "k", "n", "_i")), draft.book.take(("v", "s", "z", "val"))
        moved = Infix(
            "+", Infix("*", keep, Name(value_)), Infix("*", gain, Infix("+", call(bent, Name(value_)), push.node))
        )
        body = Lambda((counter, value_), moved)
        node = Call(Name(f"{draft.lax}.fori_loop"), (number(0), number(rounds), body, x.node))
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), push, op="loop"))


# ---- transformations


def _batched(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A function of one row, applied to all."""
    x = give_name(draft, _take(stream, pool, lambda kind: _array(kind) and kind.rank > 1))
    row = Term(x.node, x.type.with_shape(x.type.shape[1:]), x.interval, x.ops, x.depth)
    operands, axes, given = [row], ["0"], [x.node]
    if stream.chance(0.6):
        shared = _argument(draft, stream, row.type, None, x)
        operands.append(shared)
        axes.append("None")
        given.append(shared.node)
    function, result = _inside(draft, stream, operands)
    keywords = () if axes == ["0"] else (("in_axes", Display(tuple(map(Literal, axes)))),)
    node = Call(Call(Name("jax.vmap"), (function,), keywords), tuple(given))
    _put(draft, stream, pool, derive(x, node, result.interval, *operands[1:], op="vmap"))


def _sloped(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """The gradient of what a value would cost, as a step of descent takes it."""
    x = give_name(draft, _take(stream, pool, _single))
    other = _argument(draft, stream, x.type, None, x)
    function, result = _inside(draft, stream, [x, other], bend=True)
    if isinstance(function, Lambda):
        function = Lambda(function.parameters, call("sum", function.body))
    else:
        names = draft.book.take(("total", "cost", "objective", "penalty"))
        inner = Call(function, (Name("u"), Name("v")))
        draft.add(Function(names, (("u", ""), ("v", "")), (Return(call("sum", inner)),)))
        function = Name(names)
    slope = Call(Call(Name("jax.grad"), (function,)), (x.node, other.node))
    node = Infix("-", x.node, Infix("*", number(stream.choice((0.01, 0.05, 0.1))), slope))
    bound = x.interval.magnitude + 6.0
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), result, other, op="grad"))


def _tangent(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value and how it moves along a direction; or a block that is computed again for its gradient."""
    x = give_name(draft, _take(stream, pool, _single))
    function, result = _inside(draft, stream, [x], bend=True)
    if stream.chance(0.4):
        node: Expression = Call(Call(Name(stream.choice(("jax.checkpoint", "jax.jit"))), (function,)), (x.node,))
        _put(draft, stream, pool, derive(x, node, result.interval, result, op="checkpoint"))
        return
    direction = _argument(draft, stream, x.type, None, x)
    value, moved = draft.book.take(("primal", "y0", "value", "base_out")), draft.book.take(("tangent", "dy", "moved"))
    pair = Call(Name("jax.jvp"), (function, Display((x.node,)), Display((direction.node,))))
    draft.add(Assign(Display((Name(value), Name(moved))), pair))
    node = Infix("+", Name(value), Infix("*", number(stream.decimal(0.1, 0.9, 1)), Name(moved)))
    bound = result.interval.magnitude + 12.0
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), result, op="jvp"))


# ---- axes


def _normalised(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value in relation to the others of its axis."""
    x = give_name(draft, _take(stream, pool, lambda kind: _array(kind) and kind.shape[-1] > 2))
    axis = stream.below(x.type.rank) if stream.chance(0.3) else -1
    if x.type.shape[axis] < 3:
        raise DrawError("an axis of two has no spread")
    keywords: dict[str, Expression] = {"axis": number(axis), "keepdims": Name("True")}
    style = stream.choice(("centre", "softmax", "rms", "share", "scale"))
    bound = 2.0 * x.interval.magnitude
    if style == "centre":
        part = number(stream.decimal(0.3, 0.9, 1))  # all of it would take out what a row has in common
        node: Expression = Infix("-", x.node, Infix("*", part, method(x.node, "mean", **keywords)))
    elif style == "softmax":
        shares = Call(Name("jax.nn.softmax"), (x.node,), (("axis", number(axis)),))
        node, bound = Infix("*", x.node, shares), x.interval.magnitude
    elif style == "rms":
        square = call("mean", call("square", x.node), **keywords)
        node = Infix("*", x.node, Call(Name(f"{draft.lax}.rsqrt"), (Infix("+", square, number(1.0)),)))
        bound = 3.0
    elif style == "share":
        node = Infix("/", x.node, Infix("+", number(1.0), call("sum", call("abs", x.node), **keywords)))
        bound = 1.0
    else:
        node = Infix("/", x.node, Infix("+", call("std", x.node, **keywords), number(0.5)))
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), op=style))


def _reduced(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value with what a reduction of an argument gives for its row."""
    x = give_name(draft, _take(stream, pool, _array))
    other = _argument(draft, stream, x.type, None, x)
    inner = _weaver(draft, stream.child("inner")).weave([other], steps=stream.integer(0, 2))
    axis = stream.below(x.type.rank)
    name = stream.pick(("sum", "mean", "max", "min"))
    factor = x.type.shape[axis] if name == "sum" else 1
    node = method(give_name(draft, inner).node, name, axis=number(axis), keepdims=Name("True"))
    interval = intervals.scale(inner.interval, factor)
    kind = x.type.with_shape(tuple(1 if place == axis else size for place, size in enumerate(x.type.shape)))
    row = give_name(draft, Term(node, kind, interval, inner.ops | {name}, inner.depth + 1))
    result = _weaver(draft, stream).weave([x, tame(draft, stream, row)], steps=stream.integer(0, 1))
    if result.type != x.type:
        raise DrawError("a result of another shape")
    _put(draft, stream, pool, result)


def _moved(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value with its neighbours, its mirror image, or what has run up to it."""
    x = give_name(draft, _take(stream, pool, lambda kind: _array(kind) and min(kind.shape) > 2))
    axis = stream.below(x.type.rank)
    style = stream.choice(("roll", "flip", "cumsum", "sort", "diff", "pad"))
    bound = 2.0 * x.interval.magnitude
    share = number(stream.decimal(0.2, 0.8, 1))
    if style == "roll":
        node: Expression = Infix(
            "-", x.node, Infix("*", share, call("roll", x.node, number(stream.choice((1, -1, 2))), axis=number(axis)))
        )
    elif style == "flip":
        node = Infix("+", Infix("*", x.node, share), call("flip", x.node, axis=number(axis)))
    elif style == "cumsum":
        node = Infix("*", share, call("cumsum", x.node, axis=number(axis)))
        bound = x.interval.magnitude * x.type.shape[axis]
    elif style == "sort":
        node = Infix("+", x.node, Infix("*", share, call("sort", x.node, axis=number(axis))))
    elif style == "diff":
        first = Subscript(x.node, tuple(Slice("", "1") if place == axis else Slice() for place in range(x.type.rank)))
        node = Infix("+", Infix("*", share, x.node), call("diff", x.node, axis=number(axis), prepend=first))
        bound = 3.0 * x.interval.magnitude
    else:
        widths = Display(tuple(numbers((1, 1) if place == axis else (0, 0)) for place in range(x.type.rank)))
        wide = Name(draft.book.take(("padded", "wide", "ext", "halo")))
        draft.add(
            Assign(wide, call("pad", x.node, widths, mode=Literal(stream.choice(("'edge'", "'wrap'", "'reflect'")))))
        )
        sides = [
            Subscript(wide, tuple(cut if place == axis else Slice() for place in range(x.type.rank)))
            for cut in (Slice("", "-2"), Slice("2", ""))
        ]
        node = Infix("+", x.node, Infix("*", share, Infix("-", sides[1], sides[0])))
        bound = 3.0 * x.interval.magnitude
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), op=style))


# ---- products and tables


def _projected(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value times a matrix of weights, and often a bias and an activation."""
    x = give_name(draft, _take(stream, pool, lambda kind: _array(kind) and kind.rank < 3))
    width = x.type.shape[-1]
    weights = draft.fresh(Type("float32", (width, width)), _SIGNED, pool=("W", "w", "kernel", "weights", "proj", "mat"))
    style = stream.choice(("@", "matmul", "einsum"))
    if style == "@":
        node: Expression = Infix("@", x.node, weights.node)
    elif style == "matmul":
        node = call(stream.choice(("matmul", "dot")), x.node, weights.node)
    else:
        node = call("einsum", Literal("'ij,jk->ik'" if x.type.rank == 2 else "'j,jk->k'"), x.node, weights.node)
    bound = width * x.interval.magnitude
    if stream.chance(0.5):
        bias = draft.fresh(Type("float32", (width,)), _SIGNED, pool=("b", "bias", "offset", "shift"))
        node, bound = Infix("+", node, bias.node), bound + 1.0
    result = give_name(draft, derive(x, node, Domain(low=-bound, high=bound), op="matmul"))
    if stream.chance(0.5):
        name = stream.pick(("gelu", "silu", "relu", "elu", "softplus", "leaky_relu"))
        if name == "relu" and math.prod(x.type.shape) < _MANY:
            name = "silu"
        active = Call(Name(f"jax.nn.{name}"), (result.node,))
        result = derive(result, active, Domain(low=-1.0 - 0.01 * bound, high=bound + 0.7), op=name)
    _put(draft, stream, pool, result)


def _looked_up(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value with rows of a table that indices name; or summed by the segments that they name."""
    x = give_name(draft, _take(stream, pool, _array))
    rows, rest = x.type.shape[0], x.type.shape[1:]
    count = stream.integer(2, 4)
    index = draft.fresh(
        Type("int32", (rows,)), Domain(low=0, high=count - 1), pool=("idx", "ids", "labels", "segments")
    )
    style = stream.choice(("take", "gather", "segments"))
    if style == "segments" and rows <= count:
        raise DrawError("each in a segment of its own")
    if style == "segments":
        total = Name(draft.book.take(("sums", "grouped", "per_group", "binned")))
        sums = Call(Name("jax.ops.segment_sum"), (x.node, index.node), (("num_segments", number(count)),))
        draft.add(Assign(total, sums))
        node: Expression = Infix(
            "-", x.node, Infix("*", number(stream.decimal(0.1, 0.7, 1)), Subscript(total, (index.node,)))
        )
        bound = x.interval.magnitude * (1 + rows)
    else:
        kind = Type("float32", (count, *rest))
        table = draft.fresh(kind, typical_domain(stream, kind), pool=("table", "embeddings", "codebook", "lut"))
        picked: Expression = Subscript(table.node, (index.node,))
        if style == "take":
            picked = call("take", table.node, index.node, axis=number(0))
        node = Infix(stream.choice("+-"), x.node, Infix("*", number(stream.decimal(0.3, 1.5, 1)), picked))
        bound = x.interval.magnitude + 1.5 * table.interval.magnitude
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), op=style))


# ---- trees and noise


def _tree(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """Parameters in a dictionary, changed leaf by leaf, then used."""
    x = give_name(draft, _take(stream, pool, _single))
    leaves = [_partner(draft, stream, x, domain) for domain in (Domain(low=0.5, high=1.5), _SIGNED)]
    if leaves[0].node == leaves[1].node:
        raise DrawError("one leaf twice")
    first, second = stream.choice((("w", "b"), ("scale", "shift"), ("gain", "bias"), ("mult", "add")))
    tree = Name(draft.book.take(("params", "state_tree", "weights_tree", "leaves")))
    draft.add(Assign(tree, Dictionary(((first, leaves[0].node), (second, leaves[1].node)))))
    leaf = draft.book.take(("p", "leaf", "t", "a_leaf"))
    style = stream.choice(("decay", "bend", "plain"))
    if style != "plain":
        decayed = Infix("*", Name(leaf), number(stream.choice((0.5, 0.9, 0.99))))
        function = Lambda((leaf,), decayed if style == "decay" else call(stream.choice(("tanh", "sin")), Name(leaf)))
        draft.add(Assign(tree, Call(Name(stream.choice(("jax.tree.map", "jax.tree_util.tree_map"))), (function, tree))))
    scaled = Infix("*", x.node, Subscript(tree, (Literal(f"'{first}'"),)))
    node = Infix("+", scaled, Subscript(tree, (Literal(f"'{second}'"),)))
    bound = 1.5 * x.interval.magnitude + 1.5
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), op="tree"))


def _noisy(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value with noise from a key."""
    x = give_name(draft, _take(stream, pool, _single))
    if x.type.rank == 0:
        raise DrawError("one number of noise")
    seed = draft.fresh(Type("int32"), Domain(low=0, high=100_000), pool=("seed", "run", "epoch"))
    key = Name(draft.book.take(("key", "rng", "noise_key")))
    draft.add(Assign(key, Call(Name(stream.choice(("jax.random.key", "jax.random.PRNGKey"))), (seed.node,))))
    name = stream.choice(("normal", "uniform"))
    shape: Expression = Attribute(x.node, "shape") if stream.chance(0.6) else numbers(x.type.shape)
    sample = Call(Name(f"jax.random.{name}"), (key, shape))
    node = Infix("+", x.node, Infix("*", number(stream.choice((0.1, 0.2, 0.5))), sample))
    bound = x.interval.magnitude + 2.8
    _put(draft, stream, pool, derive(x, node, Domain(low=-bound, high=bound), op=name))


PIECES: tuple[Piece[Sketch], ...] = (
    Piece("mix", 2.5, _mix),
    Piece("catalogued", 1.5, _catalogued),
    Piece("called", 1.4, _called, 3),
    Piece("chosen", 1.0, _chosen, 2),
    Piece("branched", 0.5, _branched, 1),
    Piece("scanned", 0.6, _scanned, 2),
    Piece("repeated", 0.8, _repeated, 2),
    Piece("batched", 0.6, _batched, 2),
    Piece("sloped", 0.6, _sloped, 1),
    Piece("tangent", 0.6, _tangent, 2),
    Piece("normalised", 0.9, _normalised, 3),
    Piece("reduced", 0.9, _reduced, 2),
    Piece("moved", 0.9, _moved, 3),
    Piece("projected", 0.9, _projected, 3),
    Piece("looked_up", 0.6, _looked_up, 2),
    Piece("tree", 0.5, _tree, 1),
    Piece("noisy", 0.25, _noisy, 1),
)
"""All of them."""
