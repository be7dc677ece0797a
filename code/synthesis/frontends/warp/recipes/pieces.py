"""What any Warp kernel may be given more of: the statements between the first line and the last.

Each piece works on numbers of the kernel's scalar type; vectors, matrices and rotations come and go inside a piece. A
test in a branch is always on a value that is spread evenly, so that both sides are taken.
"""

from collections.abc import Sequence
from dataclasses import replace

from synthesis.frontends.warp.ops import INTEGER, LINEAR, NUMERIC, SCALAR, VECTOR, call
from synthesis.frontends.warp.recipes.sketch import Axis, Site, Sketch
from synthesis.frontends.warp.spelling import literal_node, value_annotation
from synthesis.grammar import intervals, naming
from synthesis.grammar.drafting import Helper
from synthesis.grammar.elaboration import Piece, make_first, take
from synthesis.grammar.naming import NameBook
from synthesis.grammar.operations import Operation, Term, derive, varies
from synthesis.grammar.streams import Stream
from synthesis.grammar.syntax import (
    Assign,
    Attribute,
    Call,
    Class,
    Comparison,
    Conditional,
    Display,
    Evaluate,
    Expression,
    For,
    If,
    Infix,
    Literal,
    Name,
    Negation,
    Return,
    Statement,
    Subscript,
    While,
)
from synthesis.grammar.taming import CALM, Limited, Scaled, draw_taming
from synthesis.grammar.types import Type
from synthesis.grammar.weaving import (
    DrawError,
    FunctionScope,
    Weaver,
    give_name,
    typical_domain,
)
from synthesis.records import Argument, Domain, Role

_ARITHMETIC = ("add", "sub", "mul")
_OFTEN = ("div", "min", "max", "abs", "sqrt")
_SELDOM = ("sin", "cos", "exp", "log", "tanh", "atan")
_SMOOTH = (*_ARITHMETIC, *_OFTEN, *_SELDOM)
_WHOLE = ("add", "sub", "mul", "min", "max", "abs")
_CALM = Domain(low=-8.0, high=8.0)
_CALM_WHOLE = 2_000.0
_POSITIVE = Domain(low=0.2, high=2.0)
_SIGNED = Domain(low=-1.0, high=1.0)
# How often a piece reads what another one reads too.
_AGAIN = 0.85
# How often a test is of a mask that the kernel is given.
_FLAGGED = 0.08


# ---- what pieces have in common


def _kind(draft: Sketch) -> Type:
    return Type(draft.types[0].dtype)


def _usual(stream: Stream, kind: Type, within: Domain | None = None) -> Domain:
    """A domain as arguments have it; what has no sign starts from nought."""
    if kind.dtype.startswith("uint"):
        return Domain(low=0, high=60)
    return typical_domain(stream, kind, within)


def _palette(stream: Stream, kind: Type) -> tuple[Operation, ...]:
    """A handful of operations, arithmetic among them: one passage of a kernel is of one style."""
    if not kind.is_float:
        return tuple(SCALAR[name] for name in _WHOLE)
    chosen = (*_ARITHMETIC, *stream.some(_OFTEN, 0.4), *stream.some(_SELDOM, 0.03))
    return tuple(SCALAR[name] for name in chosen)


def _weaver(draft: Sketch, stream: Stream, fresh: int = 0) -> Weaver:
    return Weaver(draft, stream.child("weave"), _palette(stream.child("palette"), _kind(draft)), max_fresh=fresh)


def tame(draft: Sketch, stream: Stream, term: Term) -> Term:
    """The term, brought back towards zero where many steps have let it grow; a vector is only made smaller."""
    kind = term.type
    calm = CALM.get(kind.dtype, _CALM_WHOLE)
    if term.interval.magnitude <= calm:
        return term
    if not kind.is_float:
        modulus = stream.choice((97, 101, 251, 997))
        interval = Domain(low=0.0 if term.interval.low >= 0 else 1.0 - modulus, high=modulus - 1.0)
        node: Expression = Infix("%", term.node, literal_node(modulus, kind.dtype))
        return draft.keep(Term(node, kind, interval, term.ops | {"mod"}, 1))
    match draw_taming(stream, term.interval, calm, limits=kind.rank == 0):
        case Scaled(factor, interval):
            node, op = Infix("*", term.node, draft.literal(factor, kind.dtype).node), "mul"
        case Limited(low, high, interval):
            bounds = (draft.literal(each, kind.dtype).node for each in (low, high))
            node, op = call("clamp", term.node, *bounds), "clamp"
    return Term(node, kind, interval, term.ops | {op}, term.depth + 1)


def _put(draft: Sketch, stream: Stream, pool: list[Term], term: Term) -> None:
    pool.append(tame(draft, stream, term))


def _take(draft: Sketch, stream: Stream, pool: list[Term]) -> Term:
    """A number of the pool, which gives it up; a new element where there is none."""
    kind = _kind(draft)
    return take(stream, pool, lambda each: each == kind) or draft.read(kind, _usual(stream, kind), draft.sites[0][0])


def _new(draft: Sketch, stream: Stream, domain: Domain | None = None, avoid: Sequence[Term] = ()) -> Term:
    """A number of a new argument, or of one that is read elsewhere too."""
    kind = _kind(draft)
    known = draft.again(kind, stream, avoid) if kind.is_float and stream.chance(_AGAIN) else None
    if known is not None and (domain is None or known.interval.within(domain)):
        return known
    return draft.fresh(kind, domain or _usual(stream, kind))


def _spread(draft: Sketch, stream: Stream, avoid: Sequence[Term] = ()) -> Term:
    """An element of an array, spread evenly, to test; each is tested once, so that no test decides another."""
    kind = _kind(draft)
    known = draft.again(kind, stream, [*avoid, *draft.tested]) if stream.chance(_AGAIN) else None
    subject = known or draft.read(kind, _usual(stream, kind), draft.sites[0][0])
    draft.tested.append(subject)
    return subject


def _edge(draft: Sketch, stream: Stream, subject: Term, low: float = 0.3, high: float = 0.7) -> Expression:
    """A constant inside the interval of what it is compared with."""
    start, width = subject.interval.low, subject.interval.width
    if not subject.type.is_float:
        return draft.literal(
            round(start + stream.choice((low, (low + high) / 2, high)) * width), subject.type.dtype
        ).node
    return draft.literal(stream.decimal(start + low * width, start + high * width), subject.type.dtype).node


def _test(draft: Sketch, stream: Stream, avoid: Sequence[Term] = ()) -> tuple[Expression, list[Term]]:
    """A comparison, or two, that is true for some threads and false for others; and what is compared."""
    if stream.chance(_FLAGGED):
        flag = draft.add_flag()
        return (Negation(flag, "not ") if stream.chance(0.25) else flag), []
    subject = _spread(draft, stream, avoid)
    subjects = [subject]
    test: Expression = Comparison(stream.choice(("<", "<=", ">", ">=")), subject.node, _edge(draft, stream, subject))
    if not avoid and stream.chance(0.2):
        other = _spread(draft, stream, [subject])
        subjects.append(other)
        second = Comparison(stream.choice(("<", ">")), other.node, _edge(draft, stream, other))
        test = Infix(stream.choice(("and", "or")), test, second)
    return test, subjects


# ---- expressions


def _mix(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A temporary made of one to three values."""
    terms = [_take(draft, stream, pool) for _ in range(stream.integer(1, 2))]
    if len({term.node for term in terms}) < len(terms):
        raise DrawError("one value twice")
    if stream.chance(0.6):
        terms.append(_new(draft, stream, avoid=terms))
    result = _weaver(draft, stream, 1).weave(terms, steps=stream.integer(1, 3))
    _put(draft, stream, pool, give_name(draft, result))


def _catalogued(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """One of the operations that fewer kernels use, on a value and new ones."""
    kind = _kind(draft)
    value = _take(draft, stream, pool)

    def apply(operation: Operation) -> Term | None:
        if operation.arity > 1 and kind.is_float:
            operands = tuple(
                draft.read(kind, _usual(stream, kind, domain), draft.sites[0][0]) for domain in operation.domains[1:]
            )
        else:
            operands = tuple(_new(draft, stream, _usual(stream, kind, each)) for each in operation.domains[1:])
        first = _weaver(draft, stream).fit(value, operation.domains[0])
        return first and operation.apply(stream.child("apply"), (first, *operands))

    operations = [*NUMERIC.values(), *SCALAR.values()] if kind.is_float else [*INTEGER.values()]
    _put(draft, stream, pool, draft.keep(make_first(draft, stream.tries(operations), apply)))


def _blend(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value moved part of the way towards another one."""
    a = _take(draft, stream, pool)
    b = _new(draft, stream, avoid=[a])
    kind = a.type
    if not kind.is_float:
        raise DrawError("whole numbers have no parts")
    part = draft.read(kind, Domain(low=0.0, high=1.0), draft.sites[0][0])
    interval = intervals.hull((a.interval, b.interval))
    if stream.chance(0.4):
        node: Expression = call("lerp", a.node, b.node, part.node)
    else:
        one = draft.literal(1.0, kind.dtype).node
        a = give_name(draft, a)
        node = Infix("+", Infix("*", a.node, Infix("-", one, part.node)), Infix("*", b.node, part.node))
    _put(draft, stream, pool, draft.keep(derive(a, node, interval, b, op="lerp")))


# ---- branches


def _branch(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value that is one thing or another, by a test or two."""
    kind = _kind(draft)
    base = _take(draft, stream, pool)
    style = stream.weighted([("both", 0.4), ("three", 0.2), ("nested", 0.15), ("change", 0.25)])
    if style in ("three", "nested"):
        first = _spread(draft, stream)
        test: Expression = Comparison(stream.choice(("<", ">=")), first.node, _edge(draft, stream, first))
        second, _ = _test(draft, stream.child("second"), [first])
    else:
        (test, _), second = _test(draft, stream), None
    base = give_name(draft, base)
    local = draft.add_variable(kind, 0.0 if kind.is_float else 0)
    sides: list[Term] = []
    written: list[Expression] = []

    def side(label: str) -> tuple[Statement, ...]:
        here = stream.child(label)
        with draft.block() as body:
            terms = [base, _new(draft, here)] if here.chance(0.7) else [base]
            made = _weaver(draft, here).weave(terms, steps=here.integer(1, 2))
            draft.add(Assign(local, made.node))
        sides.append(made)
        behind = {each.target: each.value for each in body if isinstance(each, Assign)}
        written.append(behind.get(made.node, made.node))
        return tuple(body)

    if style == "change":
        draft.add(Assign(local, base.node, "+"))
        with draft.block() as body:
            factor = _new(draft, stream, Domain(low=0.3, high=1.6) if kind.is_float else Domain(low=2, high=5))
            sides += [base, derive(base, base.node, intervals.multiply(base.interval, factor.interval), op="mul")]
            draft.add(Assign(local, factor.node, "*"))
        draft.add(If(test, tuple(body)))
    elif style == "both" or second is None:
        draft.add(If(test, side("then"), side("else")))
    elif style == "three":
        draft.add(If(test, side("then"), (If(second, side("elif"), side("else")),)))
    else:
        draft.add(If(test, (If(second, side("inner"), side("outer")),), side("else")))
    if len(set(written)) < len(written):
        raise DrawError("two sides that are one")
    interval = intervals.hull(each.interval for each in sides)
    _put(draft, stream, pool, derive(base, local, interval, *sides, op="if"))


def _choice(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A choice in one line between two values, used with one of the pool: what came before is never lost."""
    base = _take(draft, stream, pool)
    test, tested = _test(draft, stream)
    first = _new(draft, stream, avoid=[base, *tested])
    if stream.chance(0.4):
        dtype = first.type.dtype
        other = draft.literal(stream.decimal(0.2, 2.0, 1) if first.type.is_float else stream.integer(1, 9), dtype)
    else:
        other = _new(draft, stream, avoid=[base, first, *tested])
    sides = [first.node, other.node] if stream.chance(0.5) else [other.node, first.node]
    node: Expression = Conditional(test, *sides) if stream.chance(0.5) else call("where", test, *sides)
    chosen = draft.keep(derive(first, node, intervals.hull((first.interval, other.interval)), other, op="where"))
    _put(
        draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([base, chosen], steps=stream.integer(0, 1)))
    )


def _bounded(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A new value kept between two bounds, and used with one of the pool."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    subject = _spread(draft, stream)
    low, high = (_edge(draft, stream.child(part), subject, part, part + 0.2) for part in (0.15, 0.65))
    style = stream.choice(("clamp", "minmax", "statements"))
    bounds = Domain(low=subject.interval.low, high=subject.interval.high)
    if style == "clamp":
        made = draft.keep(Term(call("clamp", subject.node, low, high), kind, bounds, frozenset({"clamp"}), 1))
    elif style == "minmax":
        made = draft.keep(
            Term(call("max", low, call("min", subject.node, high)), kind, bounds, frozenset({"min", "max"}), 1)
        )
    else:
        local = draft.add_variable(kind, 0.0 if kind.is_float else 0)
        draft.add(Assign(local, subject.node, "+"))
        draft.add(If(Comparison("<", local, low), (Assign(local, low),)))
        if stream.chance(0.6):
            draft.add(If(Comparison(">", local, high), (Assign(local, high),)))
        made = Term(local, kind, bounds, frozenset({"clamp"}), 1)
    _put(draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([base, made], steps=1)))


# ---- loops


def _loop(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A sum over a row, a table or a window, with a value of the pool inside."""
    kind, base = _kind(draft), give_name(draft, _take(draft, stream, pool))
    trips = stream.integer(2, 5)
    variable = draft.book.take(naming.LOOPS)
    thread, step = draft.sites[0][0][0], Axis(Name(variable), trips)
    window = Axis(Infix("+", thread.index, step.index), thread.extent + trips - 1)
    site: Site = stream.choice(((thread, step), (step,), (window,)))
    total = draft.add_variable(kind, 0.0 if kind.is_float else 0)
    with draft.loop(variable, Call(Name("range"), (Literal(str(trips)),)), [(site, 1.0)]):
        item = draft.read(kind, _usual(stream, kind, _CALM if kind.is_float else None), site)
        picky = site[0] is thread and stream.chance(0.35)  # of a table that threads share, all or none would do
        terms = [base, item] if not picky and stream.chance(0.6) else [item]
        inner = _weaver(draft, stream).weave(terms, steps=stream.integer(0, 2))
        if picky:
            edge = _edge(draft, stream, item)
            draft.add(If(Comparison(stream.choice("<>"), item.node, edge), (Assign(total, inner.node, "+"),)))
        else:
            style = (
                Assign(total, inner.node, "+") if stream.chance(0.6) else Assign(total, Infix("+", total, inner.node))
            )
            draft.add(style)
    interval = intervals.hull((intervals.scale(inner.interval, trips), intervals.point(0.0)))
    result = derive(inner, total, interval, op="loop_sum")
    if not varies(result):
        raise DrawError("a sum that grows too large")
    if len(terms) == 1:
        result = give_name(
            draft, _weaver(draft, stream.child("after")).weave([tame(draft, stream, result), base], steps=0)
        )
    _put(draft, stream, pool, result)


def _recurrence(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value carried through a row: a filter, Horner's scheme, a decay."""
    kind = _kind(draft)
    if not kind.is_float:
        raise DrawError("a recurrence of whole numbers grows")
    base = _take(draft, stream, pool)
    trips = stream.integer(2, 5)
    variable = draft.book.take(naming.LOOPS)
    thread, step = draft.sites[0][0][0], Axis(Name(variable), trips)
    site: Site = stream.choice(((thread, step), (step,)))
    carried = draft.add_variable(kind, 0.0)
    draft.add(Assign(carried, base.node, "+"))
    keep = draft.literal(stream.decimal(0.3, 0.8, 1), kind.dtype).node
    if stream.chance(0.4):
        keep = draft.add_uniform(
            kind, Domain(low=0.3, high=0.8), pool=("decay", "keep", "momentum", "rho", "memory")
        ).node
    with draft.loop(variable, Call(Name("range"), (Literal(str(trips)),)), [(site, 1.0)]):
        item = draft.read(kind, _usual(stream, kind, _CALM), site)
        inner = _weaver(draft, stream).weave([item], steps=stream.integer(0, 2))
        inner = tame(draft, stream, inner)
        draft.add(Assign(carried, Infix("+", Infix("*", keep, carried), inner.node)))
    bound = base.interval.magnitude + trips * inner.interval.magnitude
    _put(draft, stream, pool, derive(base, carried, Domain(low=-bound, high=bound), inner, op="recurrence"))


def _while(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value that relaxes towards another for as many steps as each thread is told."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    if not kind.is_float:
        raise DrawError("whole numbers do not relax")
    goal = give_name(draft, _new(draft, stream, _CALM, avoid=[base]))
    most = stream.integer(3, 7)
    told = draft.add_element(Type("int32"), Domain(low=1, high=most), draft.sites[0][0], naming.COUNTS)
    steps = draft.add_local(told, ("limit", "steps", "left_over", "times"))
    carried = draft.add_variable(kind, 0.0)
    draft.add(Assign(carried, base.node, "+"))
    count = draft.add_local(Call(Name("int"), (Literal("0"),)), ("n", "count", "done", "step", "taken"))
    keep = draft.literal(stream.decimal(0.3, 0.8, 1), kind.dtype).node
    update = Assign(carried, Infix("+", Infix("*", keep, carried), goal.node))
    draft.add(While(Comparison("<", count, steps), (update, Assign(count, Literal("1"), "+"))))
    bound = base.interval.magnitude + most * goal.interval.magnitude
    _put(draft, stream, pool, derive(base, carried, Domain(low=-bound, high=bound), goal, op="while"))


def _table(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A loop inside a loop over a table of weights."""
    kind, base = _kind(draft), give_name(draft, _take(draft, stream, pool))
    if not kind.is_float:
        raise DrawError("weights are no whole numbers")
    rows, columns = stream.integer(2, 3), stream.integer(2, 3)
    outer, inner = draft.book.take(naming.LOOPS), draft.book.take(naming.LOOPS)
    total = draft.add_variable(kind, 0.0)
    weights = draft.add_array(kind, _SIGNED, (rows, columns), pool=("weights", "kernel", "stencil", "coeffs", "w"))
    weight = Subscript(Name(weights), (Name(outer), Name(inner)))
    thread = draft.sites[0][0][0]
    own = draft.add_array(kind, _POSITIVE, (thread.extent, columns))
    item = Subscript(Name(own), (thread.index, Name(inner)))
    product, bound = Infix("*", weight, item), 2.0 * rows * columns
    inside = stream.chance(0.5)
    if inside:
        product, bound = Infix("*", product, base.node), bound * base.interval.magnitude
    nested = For(inner, Call(Name("range"), (Literal(str(columns)),)), (Assign(total, product, "+"),))
    draft.add(For(outer, Call(Name("range"), (Literal(str(rows)),)), (nested,)))
    result = derive(base, total, Domain(low=-bound, high=bound), op="nested_loop")
    if not inside:
        node = Infix("+", total, base.node)
        result = draft.keep(derive(base, node, intervals.add(result.interval, base.interval), op="nested_loop"))
    if not varies(result):
        raise DrawError("a sum that grows too large")
    _put(draft, stream, pool, result)


# ---- functions


def _called(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A function of one to three numbers; with a branch, an early result or a loop inside, or for any type."""
    kind = _kind(draft)
    operands = [give_name(draft, _take(draft, stream, pool))]
    for _ in range(stream.integer(0, 2)):
        operands.append(_new(draft, stream, avoid=operands))
    if len({operand.node for operand in operands}) < len(operands):
        raise DrawError("one value twice")
    helper = Helper(draft, stream.child("helper", "piece"), _palette(stream.child("palette"), kind))
    generic = stream.chance(0.12)
    parameters = [helper.add_parameter(operand, annotation="Any" if generic else "") for operand in operands]
    style = stream.weighted([("plain", 0.5), ("early", 0.25), ("branch", 0.25)])
    early: If | None = None
    sides: list[Term] = []
    if style != "plain" and not generic:
        told = [place for place, operand in enumerate(operands) if operand.flat and operand.varying]
        if not told:
            raise DrawError("a test of what may be anywhere, or falls the same for every thread")
        subject, tested = parameters[told[-1]], operands[told[-1]]
        side = FunctionScope(draft.literal, NameBook(stream.child("side names")))
        soon = Weaver(side, stream.child("early"), _palette(stream, kind), max_fresh=0).weave(
            parameters[:1], steps=stream.integer(1, 2)
        )
        if side.statements:
            raise DrawError("an early result that takes statements")
        test = Comparison(stream.choice("<>"), subject.node, _edge(draft, stream, tested))
        early = If(test, (Return(soon.node),))
        sides.append(soon)
    if early is not None and style == "early":
        helper.scope.statements.append(early)
    result = helper.weaver.weave(parameters, steps=stream.integer(1, 3))
    sides.append(result)
    name = draft.book.title()
    if early is not None and style == "branch":
        helper.scope.statements.append(replace(early, orelse=(Return(result.node),)))
        helper.finish(name)
    else:
        helper.finish(name, result)
    interval = intervals.hull(each.interval for each in sides)
    ops = frozenset[str]().union(*(each.ops for each in sides))
    parts = frozenset[Expression]().union(*(each.summands for each in sides))
    made = Term(Call(Name(name), tuple(operand.node for operand in operands)), kind, interval, ops, 3, summands=parts)
    if len(operands) == 1 and stream.chance(0.3) and kind.is_float:  # used twice, a little further on
        step = draft.literal(stream.choice((0.1, 0.25, 0.5)), kind.dtype).node
        if result.type == kind and not generic and early is None:
            ahead = Call(Name(name), (Infix("+", operands[0].node, step),))
            half = draft.literal(0.5, kind.dtype).node
            node = Infix("+", Infix("*", half, made.node), ahead)
            bounds = intervals.scale(intervals.hull((interval, intervals.point(0.0))), 1.8)
            made = Term(node, kind, bounds, ops, 3, summands=parts)
    _put(draft, stream, pool, draft.keep(made))


def _pair(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A function with two results."""
    kind = _kind(draft)
    if not kind.is_float:
        raise DrawError("two sums of the same cancel")
    first_operand = give_name(draft, _take(draft, stream, pool))
    operands = [first_operand, _new(draft, stream, avoid=[first_operand])]
    helper = Helper(draft, stream.child("helper", "pair"), _palette(stream.child("palette"), kind))
    parameters = [helper.add_parameter(operand) for operand in operands]
    first = helper.weaver.weave(parameters, steps=stream.integer(0, 2))
    bent = [helper.weaver.chain(parameter, 1) for parameter in parameters[::-1]]  # so that it takes nothing out
    second = helper.weaver.weave(bent, steps=stream.integer(0, 2))
    name = draft.book.title()
    helper.finish(name, first, second)
    targets = [Name(draft.book.take(naming.LOCALS)) for _ in range(2)]
    draft.add(Assign(Display(tuple(targets)), Call(Name(name), tuple(operand.node for operand in operands))))
    for target, term in zip(targets, (first, second), strict=True):
        _put(
            draft, stream.child(target.id), pool, Term(target, kind, term.interval, term.ops, 3, summands=term.summands)
        )


# ---- vectors, matrices, rotations


def _vector(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A vector put together from numbers, changed, and made a number again."""
    kind, width = _kind(draft), stream.choice((2, 3, 3, 3, 4))
    if not kind.is_float:
        raise DrawError("vectors of whole numbers are for others")
    parts = [give_name(draft, _take(draft, stream, pool))]
    while len(parts) < width:
        parts.append(_take(draft, stream, pool) if stream.chance(0.3) else _new(draft, stream, avoid=parts))
    if len({part.node for part in parts}) < width:
        raise DrawError("one component twice")
    vector = kind.with_shape((width,))
    constructor = value_annotation(vector)
    local = Name(draft.book.take(("vec", "dir", "off", "rel", "dx", "axis", "pt", "v0")))
    draft.add(Assign(local, Call(Name(constructor), tuple(part.node for part in parts))))
    ops = frozenset({"vec"}).union(*(part.ops for part in parts))
    term = Term(local, vector, intervals.hull(part.interval for part in parts), ops, 2)
    operations = (*LINEAR.values(), VECTOR["cw_mul"], *((VECTOR["cross"],) if width == 3 else ()))
    other = draft.read(vector, _SIGNED, draft.sites[0][0])
    weaver = Weaver(draft, stream.child("vectors"), operations, max_fresh=0)
    whole = weaver.weave([term, other], steps=stream.integer(0, 2), goal=vector)
    if not whole.interval.within(Domain(low=-60.0, high=60.0)):
        raise DrawError("a vector that grows too long")
    end = stream.choice(("dot", "length", "dot", "component"))
    bound = whole.interval.magnitude
    if end == "dot":
        against = draft.read(vector, _SIGNED, draft.sites[0][0])
        node: Expression = call("dot", give_name(draft, whole).node, against.node)
        bound *= width
    elif end == "length":
        node = call("length", whole.node)
        bound *= 2
    else:
        node = give_name(draft, whole).node
        total: Expression = Subscript(node, (Literal("0"),))
        for place in range(1, width):
            weight = draft.literal(stream.decimal(0.2, 1.5, 1), kind.dtype).node
            total = Infix("+", total, Infix("*", weight, Subscript(node, (Literal(str(place)),))))
        node, bound = total, bound * 1.5 * width
    result = Term(node, kind, Domain(low=-bound, high=bound), whole.ops | {end}, whole.depth + 1)
    if not varies(result):
        raise DrawError("a number that grows too large")
    _put(draft, stream, pool, draft.keep(result))


def _matrix(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A matrix of the thread's applied to a vector that holds a value of the pool."""
    kind, width = _kind(draft), stream.choice((2, 3))
    if not kind.is_float:
        raise DrawError("matrices of whole numbers are for others")
    base = give_name(draft, _take(draft, stream, pool))
    matrix, vector = kind.with_shape((width, width)), kind.with_shape((width,))
    table = draft.read(matrix, _SIGNED, draft.sites[0][0])
    if stream.chance(0.3):
        table = Term(call("transpose", table.node), matrix, _SIGNED, frozenset({"transpose"}))
    direction = draft.read(vector, _SIGNED, draft.sites[0][0])
    product: Expression = Infix(stream.choice("*@"), table.node, Infix("*", direction.node, base.node))
    moved = draft.add_local(product, ("mv", "Av", "turned", "mapped", "img"))
    against = draft.read(vector, _SIGNED, draft.sites[0][0]) if stream.chance(0.6) else None
    bound = width * base.interval.magnitude
    if against is None:
        node: Expression = Infix("-", Subscript(moved, (Literal("0"),)), Subscript(moved, (Literal(str(width - 1)),)))
        bound *= 2
    else:
        node, bound = call("dot", moved, against.node), bound * width
    result = Term(node, kind, Domain(low=-bound, high=bound), base.ops | {"matmul"}, base.depth + 2)
    if not varies(result):
        raise DrawError("a number that grows too large")
    _put(draft, stream, pool, draft.keep(result))


def _rotation(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A vector turned by an angle of the pool around an axis."""
    kind = _kind(draft)
    if kind.dtype != "float32":
        raise DrawError("rotations are of single precision")
    angle = _take(draft, stream, pool)
    vector = kind.with_shape((3,))
    axis = draft.read(vector, Domain(low=0.2, high=1.0), draft.sites[0][0])
    turned = draft.read(vector, _SIGNED, draft.sites[0][0])
    around = call("normalize", axis.node)
    quaternion = draft.add_local(call("quat_from_axis_angle", around, angle.node), ("q", "rot", "spin", "turn"))
    image = draft.add_local(
        call(stream.choice(("quat_rotate", "quat_rotate_inv")), quaternion, turned.node), ("rv", "img", "p_rot")
    )
    against = draft.read(vector, _SIGNED, draft.sites[0][0])
    ops = angle.ops | {"quat_from_axis_angle", "quat_rotate", "dot"}
    result = Term(call("dot", image, against.node), kind, Domain(low=-3.0, high=3.0), ops, angle.depth + 3)
    pool.append(draft.keep(result))


# ---- data


def _settings(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """Two or three numbers of a struct that all threads share."""
    kind, base = _kind(draft), give_name(draft, _take(draft, stream, pool))
    title = draft.book.take(("Params", "Settings", "Material", "Config", "Model", "Options", "Coeffs"))
    fields = stream.ranked(
        ("stiffness", "damping", "scale", "rest_length", "mass", "friction", "density", "dt", "gain", "offset")
    )[: stream.integer(2, 3)]
    annotation = value_annotation(kind)
    draft.declare(Class(title, tuple((field, annotation) for field in fields), ("wp.struct",)))
    name = draft.book.take(("params", "settings", "cfg", "material", "model", "opts", "coeffs"))
    domain = Domain(low=0.5, high=1.5) if kind.is_float else Domain(low=1, high=5)
    listed = tuple(Argument(name=field, type_name=annotation, dtype=kind.dtype, domain=domain) for field in fields)
    draft.add_argument(Argument(name=name, type_name=title, dtype=title, fields=listed))
    terms = [Term(Attribute(Name(name), field), kind, domain, flat=True, varying=False) for field in fields]
    result = _weaver(draft, stream).weave([base, *terms], steps=stream.integer(0, 2))
    _put(draft, stream, pool, give_name(draft, result))


def _lookup(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """An element that an array of indices names."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    slots = stream.choice((8, 10, 12, 16))
    whole = Type("int32")
    index = draft.add_array(
        whole, Domain(low=0, high=slots - 1), tuple(axis.extent for axis in draft.sites[0][0]), pool=naming.BINS
    )
    place: Expression = Subscript(Name(index), tuple(axis.index for axis in draft.sites[0][0]))
    if stream.chance(0.5):
        place = draft.add_local(place, ("slot", "nbr", "key", "owner", "cell", "id0", "bin_id"))
    domain = _usual(stream, kind)
    table = draft.add_array(
        kind, domain, (slots,), pool=("table", "lut", "palette", "values", "weights", "params_of", "lookup")
    )
    item = Term(Subscript(Name(table), (place,)), kind, domain, flat=True)
    item = draft.keep(item) if stream.chance(0.5) else item
    _put(draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([base, item], steps=stream.integer(0, 2))))


def _neighbours(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """What lies to the left and to the right of the thread's own element."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    axis = draft.sites[0][0][0]
    if axis.extent < 4:
        raise DrawError("the neighbours are one")
    domain = _usual(stream, kind)
    field = Name(
        draft.add_array(kind, domain, (axis.extent,), pool=("u", "field", "line", "heights", "phi", "profile"))
    )
    one, last = Literal("1"), Literal(str(axis.extent - 1))
    style = stream.choice(("clamped", "wrapped"))
    if style == "clamped":
        left, right = (
            call("max", Infix("-", axis.index, one), Literal("0")),
            call("min", Infix("+", axis.index, one), last),
        )
    else:
        count = Literal(str(axis.extent))
        left, right = Infix("%", Infix("+", axis.index, last), count), Infix("%", Infix("+", axis.index, one), count)
    names = [
        draft.add_local(Subscript(field, (place,)), (side, side[0] + "v", f"u_{side[0]}"))
        for side, place in (("left", left), ("right", right))
    ]
    difference = Infix("-", names[1], names[0])
    width = intervals.subtract(domain, domain)
    slope = draft.keep(Term(difference, kind, width, frozenset({"sub"}), 1))
    _put(draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([base, slope], steps=stream.integer(0, 2))))


def _noise(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A random number of the thread's own."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    if kind.dtype != "float32":
        raise DrawError("random numbers are of single precision")
    seed = draft.add_uniform(Type("int32"), Domain(low=0, high=10_000), pool=("seed", "frame", "run_id", "base_seed"))
    state = draft.add_local(call("rand_init", seed.node, Name(draft.indices[0])), ("rng", "state", "gen"))
    name, domain = stream.choice((("randf", Domain(low=0.0, high=1.0)), ("randn", Domain(low=-5.6, high=5.6))))
    sample = draft.keep(Term(call(name, state), kind, domain, frozenset({name}), 1))
    _put(
        draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([base, sample], steps=stream.integer(0, 1)))
    )


_CONSTANTS = ("GAIN", "EPS", "SCALE", "OFFSET", "LIMIT", "ALPHA", "REST", "STEP", "WEIGHT", "KAPPA")


def _constant(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A constant of the module's."""
    kind, base = _kind(draft), _take(draft, stream, pool)
    if kind.dtype not in ("float32", "int32"):
        raise DrawError("a constant of another type is written in place")
    name = Name(draft.book.take(_CONSTANTS))
    value = stream.decimal(0.3, 2.5) if kind.is_float else float(stream.integer(2, 9))
    written = Literal(repr(value) if kind.is_float else str(int(value)))
    draft.declare(Assign(name, call("constant", written) if stream.chance(0.6) else written))
    term = Term(name, kind, intervals.point(value), varying=False)
    operation = SCALAR[stream.choice(("add", "sub", "mul"))]
    made = operation.apply(stream.child("constant"), (base, term))
    if made is None or value == 1.0:
        raise DrawError("no use for a constant")
    _put(draft, stream, pool, made)


# ---- ends


def _written(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A result of its own, when others are left."""
    if len(pool) < 2:
        raise DrawError("the last value is for the kernel's own output")
    draft.write(_take(draft, stream, pool))


def _shared(draft: Sketch, stream: Stream, pool: list[Term]) -> None:
    """A value that all threads add up, and that goes on."""
    kind = _kind(draft)
    term = give_name(draft, _take(draft, stream, pool))
    if not kind.is_float:
        raise DrawError("whole numbers are counted elsewhere")
    slots = stream.choice((1, 1, draft.threads[0]))
    out = draft.add_array(
        kind, Domain(low=-1.0, high=1.0), (slots,), Role.INOUT, ("total", "sums", "accum", "energy_out", "loss", "hist")
    )
    index: Expression = Literal("0") if slots == 1 else Name(draft.indices[0])
    draft.add(Evaluate(call("atomic_add", Name(out), index, term.node)))
    fresh = _new(draft, stream, avoid=[term])
    _put(draft, stream, pool, give_name(draft, _weaver(draft, stream).weave([term, fresh], steps=1)))


PIECES: tuple[Piece[Sketch], ...] = (
    Piece("mix", 2.5, _mix),
    Piece("catalogued", 1.5, _catalogued),
    Piece("blend", 0.5, _blend, 2),
    Piece("branch", 1.2, _branch, 3),
    Piece("choice", 0.8, _choice, 3),
    Piece("bounded", 0.6, _bounded, 2),
    Piece("loop", 1.0, _loop, 3),
    Piece("recurrence", 0.5, _recurrence, 2),
    Piece("while", 0.5, _while, 1),
    Piece("table", 0.3, _table, 1),
    Piece("called", 1.6, _called, 4),
    Piece("pair", 0.5, _pair, 2),
    Piece("vector", 1.0, _vector, 3),
    Piece("matrix", 0.6, _matrix, 2),
    Piece("rotation", 0.4, _rotation, 2),
    Piece("settings", 0.6, _settings, 1),
    Piece("lookup", 0.6, _lookup, 2),
    Piece("neighbours", 0.5, _neighbours, 1),
    Piece("noise", 0.25, _noise, 1),
    Piece("constant", 0.6, _constant, 2),
    Piece("written", 0.5, _written, 2),
    Piece("shared", 0.4, _shared, 1),
)
"""All of them."""

BLOCK_PIECES = tuple(piece for piece in PIECES if piece.name != "shared")
"""Those that come to the same when every thread of a block does them."""
