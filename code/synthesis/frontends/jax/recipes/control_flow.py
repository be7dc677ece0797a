"""Structured control flow: conditionals, scans that carry state, and while loops that end."""

from collections.abc import Sequence

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.naming import LOCALS
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError, FunctionScope, give_name, name_of, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Comparison,
    Display,
    Expression,
    Function,
    Infix,
    Lambda,
    Literal,
    Name,
    Return,
    Statement,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.ops import ELEMENTWISE, call
from synthesis.frontends.jax.recipes.drafting import Draft
from synthesis.frontends.jax.recipes.sketch import SIZES

_OPERATIONS = tuple(ELEMENTWISE[name] for name in ("add", "sub", "mul", "div", "square", "abs", "sqrt", "neg", "atan"))
# Domain of the initial value of a carried state.
_START = Domain(low=-2.0, high=2.0)
# Domain that the state never leaves, whatever the number of steps.
_STATE = Domain(low=-4.0, high=4.0)
# Largest number of steps for which any map is allowed. After more steps of a contraction, the result may no longer
# depend on the initial value.
_FEW_STEPS = 3


def _kinds(choices: Stream) -> list[Type]:
    sizes = tuple(choices.choice(SIZES) for _ in range(choices.weighted([(0, 0.1), (1, 0.55), (2, 0.35)])))
    return [Type("float32", sizes), Type("float32")]


def _weaver(scope: FunctionScope, stream: Stream, label: object) -> Weaver:
    return Weaver(scope, stream.child("inner", label), _OPERATIONS, max_fresh=0)


def _function(
    draft: Draft, parameters: Sequence[str], scope: FunctionScope, value: Expression, name: str
) -> Expression:
    """Return a lambda, or define a nested function and return its name.

    A lambda is possible only if the function is a single expression.
    """
    choices = draft.stream.child("lambda", name)
    if not scope.statements and choices.chance(0.4):
        return Lambda(tuple(parameters), value)
    title = draft.book.reserve(name)
    listed = tuple((parameter, "") for parameter in parameters)
    draft.add(Function(title, listed, (*scope.statements, Return(value))))
    return Name(title)


def _draw_cond(stream: Stream, _: str) -> KernelSpec:
    """Draw a choice between two functions of the same operands, by a test of the first operand."""
    choices = stream.child("shape")
    kinds = _kinds(choices)
    draft = Draft(stream, kinds)
    operands = draft.leaves(choices.integer(1, 3))
    first = operands[0]
    low, width = first.interval.low, first.interval.width
    edge = draft.literal(choices.decimal(low + 0.4 * width, low + 0.6 * width), "float32")
    probe = first.node if first.type.rank == 0 else call(choices.pick(("mean", "sum", "max")), first.node)
    if isinstance(probe, Call) and probe.function == Name("jnp.max"):
        edge = draft.literal(choices.decimal(low + 0.7 * width, low + 0.9 * width), "float32")
    test = Comparison(choices.choice((">", "<")), probe, edge.node)
    names = choices.choice((("on_true", "on_false"), ("true_fn", "false_fn"), ("near", "far"), ("then", "otherwise")))
    branches: list[Expression] = []
    ops: frozenset[str] = frozenset({"cond"})
    intervals: list[Domain] = []
    for label, name in enumerate(names):
        scope = draft.inner()
        parameters = [scope.add_parameter(operand) for operand in operands]
        result = _weaver(scope, stream, label).weave(parameters, steps=choices.integer(0, 3))
        if result.type != kinds[0]:
            raise DrawError("a branch of another shape")
        branches.append(_function(draft, [name_of(each) for each in parameters], scope, result.node, name))
        ops |= result.ops
        intervals.append(result.interval)
    node = Call(Name(f"{draft.lax}.cond"), (test, *branches, *(operand.node for operand in operands)))
    interval = Domain(low=min(each.low for each in intervals), high=max(each.high for each in intervals))
    outcome = Term(node, kinds[0], interval, ops, 3)
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = after.weave([outcome], steps=choices.integer(0, 2))
    summary = "Conditional choice between two functions of the same operands"
    return draft.finish([result], category="control_flow", recipe="cond", summary=summary, ops=ops)


def _next_state(choices: Stream, weaver: Weaver, terms: Sequence[Term], kind: Type, steps: int) -> Term:
    """Return the next value of a carried state, which is the first term.

    It depends on all the terms and stays in ``_STATE``. Over many steps the state changes by small increments, as in an
    integrator; over at most ``_FEW_STEPS`` it may change by any map.
    """
    state = terms[0]
    result = weaver.weave(terms, steps=choices.integer(0, 2))
    if steps <= _FEW_STEPS and choices.chance(0.6):
        fitted = weaver.fit(result, _STATE)
    else:
        rate = choices.choice((0.01, 0.02, 0.05, 0.1, 0.15, 0.2, 0.25))
        bound = (_STATE.high - _START.high) / (steps * rate)
        slope = weaver.fit(result, Domain(low=-bound, high=bound))
        step = slope and weaver.apply(
            "mul", Term(Literal(repr(rate)), Type("float32"), Domain(low=rate, high=rate)), slope
        )
        moved = step and weaver.apply("add", state, step)
        fitted = moved and Term(moved.node, moved.type, _STATE, moved.ops, moved.depth)
    if fitted is None or fitted.type != kind:
        raise DrawError("a state that does not stay where it is")
    return fitted


def _draw_scan(stream: Stream, _: str) -> KernelSpec:
    """Draw a scan along the first axis of an array, which may also return one result for each step."""
    choices = stream.child("shape")
    kind = _kinds(choices)[0]
    steps = choices.integer(3, 6)
    draft = Draft(stream, [kind, Type("float32")])
    init = draft.fresh(kind, typical_domain(choices, kind, _START))
    series_kind = kind.with_shape((steps, *kind.shape))
    series = draft.fresh(series_kind, typical_domain(choices, kind))
    shared = draft.leaves(1) if choices.chance(0.4) else []
    scope = draft.inner()
    carry = scope.add_parameter(Term(init.node, kind, _STATE))
    item = scope.add_parameter(Term(series.node, kind, series.interval))
    weaver = _weaver(scope, stream, "step")
    state = scope.keep(_next_state(choices, weaver, [carry, item, *shared], kind, steps))
    outputs = choices.weighted([("both", 0.5), ("carry", 0.25), ("stacked", 0.25)])
    emitted = weaver.weave([state], steps=choices.integer(1, 2)) if outputs != "carry" else None
    second = emitted.node if emitted else Literal("None")
    step = _function(
        draft,
        (name_of(carry), name_of(item)),
        scope,
        Display((state.node, second)),
        choices.choice(("step", "body", "tick")),
    )
    final, stacked = (
        draft.book.take(("final", "last", "carry_out")),
        draft.book.take(("ys", "outs", "trace", "history")),
    )
    targets = {"both": (final, stacked), "carry": (final, "_"), "stacked": ("_", stacked)}[outputs]
    scan = Call(Name(f"{draft.lax}.scan"), (step, init.node, series.node))
    draft.add(Assign(Display(tuple(map(Name, targets))), scan))
    ops = state.ops | {"scan"}
    results = [Term(Name(final), kind, _STATE, ops, 3)] if outputs != "stacked" else []
    if emitted:
        results.append(
            Term(Name(stacked), emitted.type.with_shape((steps, *emitted.type.shape)), emitted.interval, ops)
        )
        ops |= emitted.ops
    summary = f"Recurrence over {steps} steps with a carried state"
    return draft.finish(results, category="control_flow", recipe="scan", summary=summary, ops=ops)


def _draw_while(stream: Stream, _: str) -> KernelSpec:
    """Draw a while loop that updates a state until a counter, or the size of the state, ends the loop."""
    choices = stream.child("shape")
    kind = _kinds(choices)[0]
    draft = Draft(stream, [kind, Type("float32")])
    init = draft.fresh(kind, typical_domain(choices, kind, _START))
    shared = draft.leaves(1) if choices.chance(0.6) else []
    counter, value = draft.book.take(("i", "n", "it", "count")), draft.book.take(LOCALS)
    parameter = draft.book.take(("state", "carry", "loop", "args"))
    unpack: Statement = Assign(Display((Name(counter), Name(value))), Name(parameter))
    scope = draft.inner()
    current = Term(Name(value), kind, _STATE)
    limit = choices.integer(2, 8)
    state = _next_state(choices, _weaver(scope, stream, "body"), [current, *shared], kind, limit)
    test: Expression = Comparison("<", Name(counter), Literal(str(limit)))
    running = draft.book.reserve(choices.choice(("running", "keep_going", "cond", "not_done")))
    body = draft.book.reserve(choices.choice(("body", "update", "advance", "one_step")))
    head: tuple[Statement, ...] = (Assign(Display((Name(counter), Name("_"))), Name(parameter)),)
    draft.add(Function(running, ((parameter, ""),), (*head, Return(test))))
    following = Display((Infix("+", Name(counter), Literal("1")), state.node))
    draft.add(Function(body, ((parameter, ""),), (unpack, *scope.statements, Return(following))))
    out = draft.book.take(("final", "last", "settled", "converged"))
    start = Display((Literal("0"), init.node))
    loop = Call(Name(f"{draft.lax}.while_loop"), (Name(running), Name(body), start))
    draft.add(Assign(Display((Name("_"), Name(out))), loop))
    ops = state.ops | {"while_loop"}
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = after.weave([Term(Name(out), kind, _STATE, ops, 3)], steps=choices.integer(0, 2))
    summary = f"State updated in a while loop of {limit} steps"
    return draft.finish(
        [result], category="control_flow", recipe="while_loop", summary=summary, ops=ops, differentiable=False
    )


def _draw_switch(stream: Stream, _: str) -> KernelSpec:
    """Draw a switch between three or four functions of the same operands, by an integer argument."""
    choices = stream.child("shape")
    kinds = _kinds(choices)
    draft = Draft(stream, kinds)
    count = choices.integer(3, 4)
    index = draft.fresh(Type("int32"), Domain(low=0, high=count - 1), pool=("mode", "index", "which", "case", "kind"))
    operands = draft.leaves(choices.integer(1, 2))
    branches: list[Expression] = []
    ops: frozenset[str] = frozenset({"switch"})
    intervals: list[Domain] = []
    for label in range(count):
        scope = draft.inner()
        parameters = [scope.add_parameter(operand) for operand in operands]
        result = _weaver(scope, stream, ("case", label)).weave(parameters, steps=choices.integer(1, 3))
        if result.type != kinds[0]:
            raise DrawError("a branch of another shape")
        names = [name_of(parameter) for parameter in parameters]
        branches.append(
            _function(draft, names, scope, result.node, f"{choices.choice(('case', 'branch', 'mode'))}_{label}")
        )
        ops |= result.ops
        intervals.append(result.interval)
    if len(set(intervals)) < count:
        raise DrawError("two branches that do the same")
    given = tuple(operand.node for operand in operands)
    node = Call(Name(f"{draft.lax}.switch"), (index.node, Display(tuple(branches), "[]"), *given))
    interval = Domain(low=min(each.low for each in intervals), high=max(each.high for each in intervals))
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=0)
    result = after.weave([Term(node, kinds[0], interval, ops, 3)], steps=choices.integer(0, 2))
    summary = f"Switch between {count} functions by an index"
    return draft.finish([result], category="control_flow", recipe="switch", summary=summary, ops=ops)


def _draw_fori(stream: Stream, _: str) -> KernelSpec:
    """Draw a loop with a fixed number of steps that updates a state, often with the counter or a row of an array."""
    choices = stream.child("shape")
    kind = _kinds(choices)[0]
    draft = Draft(stream, [kind, Type("float32")])
    steps = choices.integer(2, 8)
    init = draft.fresh(kind, typical_domain(choices, kind, _START))
    scope = draft.inner()
    counter, value = draft.book.take(("i", "n", "it", "k")), draft.book.take(LOCALS)
    terms = [Term(Name(value), kind, _STATE)]
    style = choices.weighted([("plain", 0.3), ("rows", 0.4), ("shared", 0.3)])
    used = Name(counter)
    if style == "rows":
        table = draft.fresh(kind.with_shape((steps, *kind.shape)), typical_domain(choices, kind))
        terms.append(Term(Subscript(table.node, (used,)), kind, table.interval))
    elif style == "shared":
        terms += draft.leaves(1)
    state = _next_state(choices, _weaver(scope, stream, "body"), terms, kind, steps)
    listed = (counter if style == "rows" else "_", value)
    body = _function(draft, listed, scope, state.node, choices.choice(("body", "step", "update", "advance")))
    node = Call(Name(f"{draft.lax}.fori_loop"), (Literal("0"), Literal(str(steps)), body, init.node))
    ops = state.ops | {"fori_loop"}
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = after.weave([Term(node, kind, _STATE, ops, 3)], steps=choices.integer(0, 2))
    summary = f"State updated in a loop of {steps} steps"
    return draft.finish([result], category="control_flow", recipe="fori_loop", summary=summary, ops=ops)


def _draw_select(stream: Stream, target: str) -> KernelSpec:
    """Draw an elementwise choice between arrays."""
    choices = stream.child("shape")
    kind = Type("float32", (choices.integer(4, 6), choices.integer(4, 6)))
    draft = Draft(stream, [kind, Type("float32")])
    subject = draft.fresh(kind, typical_domain(choices, kind))
    low, width = subject.interval.low, subject.interval.width
    edges = [draft.literal(round(low + part * width, 2), "float32") for part in (0.35, 0.65)]
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=0)
    sides = [weaver.weave(draft.leaves(1), steps=choices.integer(0, 2), goal=kind) for _ in range(2)]
    sides = [give_name(draft, side) for side in sides]
    ops = sides[0].ops | sides[1].ops | {target}
    bounds = [*(side.interval for side in sides), subject.interval]
    test = Comparison(choices.choice((">", "<")), subject.node, choices.choice(edges).node)
    if target == "where":
        node: Expression = call("where", test, *(side.node for side in sides))
    elif target == "lax_select":
        node = Call(Name(f"{draft.lax}.select"), (test, *(side.node for side in sides)))
    elif target == "clip":
        node = call("clip", subject.node, edges[0].node, edges[1].node)
        node = Infix("+", Infix("*", node, sides[0].node), sides[1].node)
        bounds = [Domain(low=-_WIDEST, high=_WIDEST)]
    else:
        tests = (Comparison("<", subject.node, edges[0].node), Comparison(">", subject.node, edges[1].node))
        node = call("select", Display(tests, "[]"), Display(tuple(side.node for side in sides), "[]"), subject.node)
    interval = Domain(low=min(each.low for each in bounds), high=max(each.high for each in bounds))
    after = Weaver(draft, stream.child("after"), _OPERATIONS, max_fresh=0)
    result = after.weave([Term(node, kind, interval, ops, 3)], steps=choices.integer(0, 2))
    summary = f"Elementwise selection between arrays with {target.replace('lax_', '')}"
    return draft.finish([result], category="control_flow", recipe="select", summary=summary, ops=ops)


_WIDEST = 300.0

RECIPES = (
    Recipe(name="cond", category="control_flow", targets=("cond",), draw=_draw_cond),
    Recipe(name="scan", category="control_flow", targets=("scan",), draw=_draw_scan),
    Recipe(name="while_loop", category="control_flow", targets=("while_loop",), draw=_draw_while),
    Recipe(name="switch", category="control_flow", targets=("switch",), draw=_draw_switch),
    Recipe(name="fori_loop", category="control_flow", targets=("fori_loop",), draw=_draw_fori),
    Recipe(
        name="select", category="control_flow", targets=("where", "lax_select", "select", "clip"), draw=_draw_select
    ),
)
