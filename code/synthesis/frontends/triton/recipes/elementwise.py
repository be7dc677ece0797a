"""Draws maps and reductions of arrays: each value is the result of an operation on earlier values.

The intervals of values ensure that operations are applied only within their domains.
"""

import re
from dataclasses import dataclass, field

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain, Role
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.triton.recipes.chains import LARGEST, PAIRS, STEPS, Made, Value, pair, step
from synthesis.frontends.triton.recipes.drafting import Draft
from synthesis.frontends.triton.recipes.layouts import Layout, layout_of
from synthesis.frontends.triton.recipes.reducing import REDUCTIONS, Reduction
from synthesis.frontends.triton.recipes.samples import USUAL, Samples, evaluated, sampled

_TYPES = (("fp32", 6.0), ("fp16", 2.0), ("bf16", 2.0))
_LEAST_HALF = 0.05
"""Magnitude below which values are not stored as float16, which has few digits close to zero."""
_DOMAINS = (Domain(low=-4, high=4), Domain(low=-2, high=2), Domain(low=-1, high=1), Domain(low=0.25, high=3))
_INPUTS = (
    ("x_ptr", "in_ptr0", "X", "a_ptr", "src_ptr"),
    ("y_ptr", "in_ptr1", "Y", "b_ptr", "other_ptr"),
    ("z_ptr", "in_ptr2", "Z", "c_ptr", "third_ptr"),
)
_OUTPUTS = (("out_ptr", "output_ptr", "dst_ptr", "res_ptr"), ("aux_ptr", "out_ptr1", "second_ptr"))
_NUMBERS = (("alpha", "scale", "gain", "s"), ("beta", "bias", "shift", "offset"))
_LOCALS = (
    "t", "u", "v", "h", "r", "s", "val", "tmp", "z", "w", "q", "e", "f", "g", "d", "c", "p", "k", "mid", "inner",
    "gate", "term", "left", "right", "inp", "feat", "act", "hidden", "proj",
)  # fmt: skip
_INDICES = ("j", "step", "it", "_i")
"""Names of a loop's variable. No value may have one: after the loop it would differ between Python and Triton."""
_TITLES = (
    "{}_kernel",
    "fused_{}_kernel",
    "{}_fwd_kernel",
    "triton_{}",
    "_{}_kernel",
    "apply_{}",
    "{}_pointwise_kernel",
)


@dataclass(slots=True)
class _Body:
    """The part of a kernel's body that computes values, under construction: its lines, and the values so far."""

    stream: Stream
    layout: Layout
    draft: Draft
    lines: list[str] = field(default_factory=list[str])
    values: list[Value] = field(default_factory=list[Value])
    unused: list[str] = field(default_factory=list[str])
    names: list[str] = field(default_factory=list[str])

    def write(self, text: str) -> None:
        self.lines.append(f"{self.layout.indent}{text}")

    def fresh(self) -> str:
        return self.names.pop() if self.names else f"t{len(self.lines)}"

    def give(self, value: Value) -> None:
        """Add a value. It replaces an earlier value of the same name."""
        self.values = [each for each in self.values if each.name != value.name]
        self.values.append(value)

    def assign(self, source: Value, made: Made) -> Value:
        """Write an assignment to the operand's own name or to a new one, and return the assigned value."""
        name = source.name if self.stream.chance(0.45) else self.fresh()
        self.write(f"{name} = {made.text}")
        value = made.named(name)
        self.give(value)
        return value


def _loads(body: _Body, count: int) -> None:
    stream, layout = body.stream, body.layout
    for number in range(count):
        kinds = [kind for kind in layout.shapes if kind != "full"]
        kind = "full" if number == 0 or not kinds or stream.chance(0.5) else stream.choice(kinds)
        short = stream.weighted(_TYPES)
        domain = stream.choice(_DOMAINS)
        key = f"in{number}_ptr"
        body.draft.pointer(key, short, layout.shapes[kind], domain, names=_INPUTS[number])
        name = body.fresh()
        mask, place = layout.masks[kind], layout.offsets[kind]
        told = f", mask={mask}" + (", other=0.0" if stream.chance(0.5) else "") if mask else ""
        address = f"{key} + {place}"
        if stream.chance(0.15):
            pointers = f"{stream.choice(('ptrs', 'addr', 'src'))}{number or ''}"
            body.write(f"{pointers} = {address}")
            address = pointers
        text = f"tl.load({address}{told})"
        spread = layout.spread[kind]
        if short != "fp32" and stream.chance(0.6):
            text, short = f"{text}.to(tl.float32)", "fp32"
        body.write(f"{name} = {text}")
        if short != "fp32":
            body.write(f"{name} = {stream.choice((f'{name}.to(tl.float32)', f'tl.cast({name}, tl.float32)'))}")
        if spread:
            body.write(f"{name} = {name}{spread}")
        body.give(Value(name, domain, sampled(number, key, domain)))
        body.unused.append(name)


def _numbers(body: _Body, count: int) -> None:
    """Combine the last values with numbers that are passed when the kernel is launched."""
    for number in range(count):
        key, stream = f"number{number}", body.stream
        value = stream.choice(body.values)
        domain = Domain(low=0.25, high=2.0)
        body.draft.number(key, "fp32", domain, names=_NUMBERS[number])
        scaled = Domain(low=min(0.0, value.domain.low * 2), high=max(0.0, value.domain.high * 2))
        shifted = Domain(low=value.domain.low - 2, high=value.domain.high + 2)
        operands = {value.name: value.samples, key: sampled(number + 3, key, domain, scalar=True)}
        for text, result in stream.ranked((
            (f"{value.name} * {key}", scaled), (f"{key} * {value.name}", scaled), (f"{value.name} + {key}", shifted),
            (f"{value.name} - {key}", shifted), (f"tl.minimum({value.name}, {key})", shifted),
            (f"tl.where({value.name} > {key}, {value.name}, {key} * 0.5)", shifted),
        ), key=lambda each: each[0]):  # fmt: skip
            samples = evaluated(text, operands)
            if samples and result.magnitude <= LARGEST:
                _use(body, value.name)
                body.unused.append(body.assign(value, Made(text, result, samples, "")).name)
                break


def _operations(body: _Body, target: str, count: int) -> None:
    """Write operations, one of which is the target, until every value is used."""
    stream, at, last = body.stream, body.stream.below(count), ""
    done = False
    for number in range(count + 8):
        if number >= count and len(body.unused) < 2 and done:
            break
        value = _picked(body)
        force = target if not done and number >= at else ""
        if (
            len(body.values) > 1
            and (len(body.unused) > 1 or stream.chance(0.3) or force in _PAIR_NAMES)
            and force not in _STEP_NAMES
        ):
            other = stream.choice([each for each in body.values if each is not value])
            made = pair(stream, value, other, only=force)
            _use(body, other.name)
        else:
            made = step(stream, value, avoid=last, only=force)
        done = done or made.operation == target
        last = made.operation
        _use(body, value.name)
        _give_unused(body, _written(body, value, made))
    while len(body.unused) > 1:
        value, other = (each for each in body.values if each.name in body.unused[:2])
        made = pair(stream, value, other)
        _use(body, value.name)
        _use(body, other.name)
        _give_unused(body, body.assign(value, made))


def _give_unused(body: _Body, value: Value) -> None:
    """Add a value to those that a later operation must use."""
    if value.name not in body.unused:
        body.unused.append(value.name)


def _picked(body: _Body) -> Value:
    """Return the next operand: usually a value that is not used yet."""
    waiting = [each for each in body.values if each.name in body.unused]
    return body.stream.choice(waiting if waiting and body.stream.chance(0.85) else body.values)


def _use(body: _Body, name: str) -> None:
    if name in body.unused:
        body.unused.remove(name)


def _written(body: _Body, value: Value, made: Made) -> Value:
    """Write an operation, and return its result.

    It is an assignment, a statement under a flag, a short loop, or a call of a helper function.
    """
    stream = body.stream
    kind = stream.weighted((("plain", 12.0), ("flag", 1.0), ("function", 1.6), ("loop", 0.6)))
    others = {each.name for each in body.values} - {value.name}
    is_alone = others.isdisjoint(re.findall(r"\w+", made.text))
    if kind == "function" and is_alone:
        return _called(body, value, made)
    if kind == "flag" and is_alone:
        return _flagged(body, value, made)
    if kind == "loop" and made.domain.magnitude <= 30:
        return _repeated(body, value, made) or body.assign(value, made)
    return body.assign(value, made)


def _flagged(body: _Body, value: Value, made: Made) -> Value:
    """Write an operation that is only applied if a flag is set, and return its result."""
    stream = body.stream
    flag, is_on = f"FLAG{len(body.lines)}", stream.chance(0.5)
    body.draft.constant(flag, is_on, names=_FLAGS)
    name = body.fresh()
    body.write(f"{name} = {value.name}")
    body.write(f"if {flag}:")
    body.write(f"    {name} = {made.text}")
    result = Value(name, made.domain if is_on else value.domain, made.samples if is_on else value.samples)
    body.give(result)
    return result


def _repeated(body: _Body, value: Value, made: Made) -> Value | None:
    """Write an operation and a loop that changes its result repeatedly, and return the final result.

    Return None, and write nothing, if in every possible loop an argument would lose its effect on the result.
    """
    stream = body.stream
    name, index, times = body.fresh(), stream.choice(_INDICES), stream.choice((2, 3))
    for inner in stream.ranked((f"0.5 * {name} + 0.25 * {value.name}", f"{name} - 0.1 * {name} * {value.name}",
                                f"0.75 * {name} + 0.1", f"tl.maximum(0.5 * {name}, {value.name})")):  # fmt: skip
        samples: Samples | None = made.samples
        for _ in range(times):
            samples = samples and evaluated(inner, {name: samples, value.name: value.samples})
        if not samples:
            continue
        body.write(f"{name} = {made.text}")
        body.write(f"for {index} in {stream.choice((f'tl.static_range({times})', f'range({times})'))}:")
        body.write(f"    {name} = {inner}")
        size = 4 * (made.domain.magnitude + value.domain.magnitude) + 1
        if "- 0.1" in inner:
            size = made.domain.magnitude * (1 + 0.1 * value.domain.magnitude) ** 3 + 1
        result = Value(name, Domain(low=-size, high=size), samples)
        body.give(result)
        return result
    return None


def _called(body: _Body, value: Value, made: Made) -> Value:
    """Write an operation as a call of a helper function, and return its result."""
    stream = body.stream
    title = stream.choice(
        ("activate", "transform", "squash", "shape", "op", "fn", "gain_fn", "curve", "respond", "act_fn")
    )
    title = f"{title}{len(body.draft.functions)}" if body.draft.functions else title
    own = stream.choice(("x", "v", "a", "inp", "val"))
    inner = _replaced(made.text, value.name, own)
    if stream.chance(0.4):
        made = step(stream, made.named("y"))
        source = f"def {title}({own}):\n    y = {inner}\n    return {made.text}"
    else:
        source = f"def {title}({own}):\n    return {inner}"
    body.draft.functions.append(source)
    return body.assign(value, Made(f"{title}({value.name})", made.domain, made.samples, made.operation))


def _replaced(text: str, old: str, new: str) -> str:
    return re.sub(rf"(?<![\w.]){old}(?!\w)(?!\()", new, text)


_FLAGS = ("USE_ACT", "ENABLE", "FLAG", "WITH_SHAPE", "APPLY", "HAS_EXTRA", "IS_TRAINING", "FAST")
_STEP_NAMES = frozenset(each.name for each in STEPS)
_PAIR_NAMES = frozenset(each.name for each in PAIRS)


def _started(stream: Stream, *, whole_rows: bool = False) -> _Body:
    draft = Draft(stream)
    layout = layout_of(stream.child("layout"), draft, whole_rows=whole_rows)
    names: list[str] = stream.child("names").shuffled(list[str](_LOCALS))
    return _Body(stream.child("body"), layout, draft, names=names)


def _finished(body: _Body, *, category: str, recipe: str, target: str, says: str) -> KernelSpec:
    stem = f"{target}_{body.stream.choice(('map', 'mix', 'values', 'rows', 'block', 'fuse', 'chain', 'blend'))}"
    titles = [each.format(stem) for each in _TITLES]
    lines = "\n".join([*body.layout.lines, *body.lines])
    return body.draft.done(lines, category=category, recipe=recipe, target=target, titles=titles, says=says)


def _store(body: _Body, number: int, value: Value) -> None:
    stream, layout = body.stream, body.layout
    key = f"out{number}_ptr"
    short = stream.weighted(_TYPES)
    if short == "fp16" and float(abs(value.samples[USUAL]).max()) < _LEAST_HALF:
        short = "bf16"
    body.draft.pointer(key, short, layout.shapes["full"], None, role=Role.OUTPUT, names=_OUTPUTS[number])
    mask = f", mask={layout.masks['full']}" if layout.masks["full"] else ""
    text = value.name
    if stream.chance(0.4):
        text = f"{text}.to({key}.dtype.element_ty)"
    body.write(f"tl.store({key} + {layout.offsets['full']}, {text}{mask})")


def draw_map(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that maps one to three arrays to one or two."""
    body = _started(stream)
    own = body.stream
    needs_two = target in _PAIR_NAMES
    _loads(body, max(own.weighted(((1, 3.0), (2, 4.0), (3, 2.0))), 2 if needs_two else 1))
    _numbers(body, own.weighted(((0, 4.0), (1, 3.0), (2, 1.0))))
    _operations(body, target, own.integer(2, 2 + 2 * stream.difficulty))
    last = body.values[-1]
    _store(body, 0, last)
    others = [each for each in body.values if each is not last]
    if others and own.chance(0.2):
        _store(body, 1, own.choice(others))
    return _finished(
        body, category="elementwise", recipe="map", target=target, says="Applies elementwise operations to arrays"
    )


def draw_reduction(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that reduces rows or blocks of arrays, before or after operations on each element."""
    body = _started(stream, whole_rows=True)
    own = body.stream
    _loads(body, own.weighted(((1, 3.0), (2, 3.0))))
    _operations(body, own.choice(sorted(_STEP_NAMES)), own.integer(1, 1 + stream.difficulty))
    reduction: Reduction = REDUCTIONS[target]
    value = body.values[-1]
    if evaluated(reduction.plain.format(x="x"), {"x": value.samples}) is None:
        value = body.assign(value, _reducible(body, value, reduction.plain))
    lines, total = reduction.lines(own, value, body.layout.masks["full"], _count(body), body.fresh)
    for line in lines:
        body.write(line)
    if own.chance(0.5):
        for _ in range(own.integer(1, 2)):
            made = step(own, total)
            body.write(f"{total.name} = {made.text}")
            total = made.named(total.name)
    if own.chance(0.35):
        mixed = pair(own, value, total)
        name = body.fresh()
        body.write(f"{name} = {mixed.text}")
        _store(body, 0, mixed.named(name))
        if own.chance(0.3):
            _store_total(body, total)
    else:
        _store_total(body, total)
    return _finished(
        body, category="reduction", recipe="reduce", target=target, says="Reduces rows or blocks of arrays"
    )


def _reducible(body: _Body, value: Value, plain: str) -> Made:
    """Return an operation on a value after which, if possible, every argument affects a reduction of its results.

    ``plain`` is the reduction as an expression of ``{x}``.
    """
    made = step(body.stream, value, then=plain)
    if evaluated(plain.format(x="x"), {"x": made.samples}) is None:
        for other in body.values:
            mixed = pair(body.stream, value, other, only="add")
            if other is not value and evaluated(plain.format(x="x"), {"x": mixed.samples}):
                return mixed
    return made


def _count(body: _Body) -> str:
    return "n" if body.layout.per_program == "row" else "BLOCK"


def _store_total(body: _Body, total: Value) -> None:
    key, layout, own = "total_ptr", body.layout, body.stream
    names = ("sum_ptr", "total_ptr", "out_ptr", "reduced_ptr")
    if layout.per_program == "pid" and own.chance(0.4):
        body.draft.pointer(key, "fp32", (1,), Domain(low=-1, high=1), role=Role.INOUT, names=names)
        body.write(f"tl.atomic_add({key}, {total.name})")
        return
    body.draft.pointer(key, "fp32", (layout.programs,), None, role=Role.OUTPUT, names=names)
    body.write(f"tl.store({key} + {layout.per_program}, {total.name})")


RECIPES = (
    Recipe(
        name="map",
        category="elementwise",
        targets=(*(each.name for each in STEPS), *(each.name for each in PAIRS)),
        draw=draw_map,
        difficulties=(1, 2, 3),
        usual_mix={1: 0.25, 2: 0.5, 3: 0.25},
    ),
    Recipe(
        name="reduce",
        category="reduction",
        targets=tuple(REDUCTIONS),
        draw=draw_reduction,
        difficulties=(1, 2, 3),
        usual_mix={1: 0.25, 2: 0.5, 3: 0.25},
    ),
)
