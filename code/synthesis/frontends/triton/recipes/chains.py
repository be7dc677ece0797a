"""Chains of elementwise operations on a value of float32, with bounds that keep every operation in its domain."""

import math
import re
from collections.abc import Callable
from dataclasses import dataclass

from synthesis.core.signatures import Domain
from synthesis.drawing import intervals
from synthesis.drawing.streams import Stream
from synthesis.frontends.triton.recipes.samples import USUAL, Samples, evaluated, unknown

LARGEST = 400.0
"""Largest magnitude of a value in a chain."""
_ANY = Domain(low=-LARGEST, high=LARGEST)
_NARROWEST = 0.05
"""Smallest width of the interval of a value, relative to its magnitude."""


@dataclass(frozen=True, slots=True)
class Value:
    """A variable, the interval of its elements, and samples of them."""

    name: str
    domain: Domain
    samples: Samples


@dataclass(frozen=True, slots=True)
class Step:
    """An elementwise operation: its spellings, and the interval of its results."""

    name: str
    texts: tuple[str, ...]
    """Spellings, with ``{x}`` for the operand and ``{c}`` and ``{d}`` for constants."""
    rule: Callable[[Domain, float, float], Domain]
    constants: tuple[float, float] = (0.25, 2.0)
    """The interval of ``{c}``; ``{d}`` is larger by 0.5 to 2."""
    within: Domain = _ANY
    """The interval that must contain the operand."""


@dataclass(frozen=True, slots=True)
class Pair:
    """An elementwise operation on two values: its spellings, and the interval of its results."""

    name: str
    texts: tuple[str, ...]
    """Spellings, with ``{x}`` and ``{y}`` for the operands."""
    rule: Callable[[Domain, Domain], Domain]


def _sigmoid(value: float) -> float:
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, value))))


def _around_zero(x: Domain) -> Domain:
    return Domain(low=min(0.0, x.low), high=max(0.0, x.high))


_SMALL = Domain(low=-20.0, high=20.0)
_SQUARED = Domain(low=-15.0, high=15.0)
_EXPONENT = Domain(low=-20.0, high=4.0)
_ANGLE = Domain(low=-30.0, high=30.0)

STEPS = (
    Step("scale", ("{x} * {c}", "{c} * {x}"), lambda x, c, d: intervals.scale(x, c)),
    Step("shift", ("{x} + {c}", "{c} + {x}"), lambda x, c, d: Domain(low=x.low + c, high=x.high + c)),
    Step("lower", ("{x} - {c}",), lambda x, c, d: Domain(low=x.low - c, high=x.high - c)),
    Step("divide", ("{x} / {d}",), lambda x, c, d: intervals.scale(x, 1 / d)),
    Step("negate", ("-{x}", "0.0 - {x}"), lambda x, c, d: intervals.negative(x)),
    Step("relu", ("tl.maximum({x}, 0.0)", "tl.where({x} > 0, {x}, 0.0)", "tl.where({x} >= 0.0, {x}, 0.0)"),
         lambda x, c, d: Domain(low=max(0.0, x.low), high=max(0.0, x.high))),
    Step("leaky_relu", ("tl.where({x} > 0, {x}, {c} * {x})", "tl.where({x} >= 0, {x}, {x} * {c})",
                        "tl.maximum({x}, {x} * {c})"),
         lambda x, c, d: intervals.hull((x, intervals.scale(x, c))), constants=(0.01, 0.5)),
    Step("clamp", ("tl.minimum(tl.maximum({x}, -{d}), {d})", "tl.clamp({x}, -{d}, {d})",
                   "tl.maximum(tl.minimum({x}, {d}), -{d})"),
         lambda x, c, d: Domain(low=min(max(x.low, -d), d), high=max(min(x.high, d), -d))),
    Step("floor_at", ("tl.maximum({x}, -{c})",), lambda x, c, d: Domain(low=max(x.low, -c), high=max(x.high, -c))),
    Step("cap_at", ("tl.minimum({x}, {c})",), lambda x, c, d: Domain(low=min(x.low, c), high=min(x.high, c))),
    Step("abs", ("tl.abs({x})", "tl.where({x} < 0, -{x}, {x})", "tl.maximum({x}, -{x})"),
         lambda x, c, d: intervals.absolute(x)),
    Step("square", ("{x} * {x}",), lambda x, c, d: intervals.square(x), within=_SQUARED),
    Step("cube", ("{x} * {x} * {x}",), lambda x, c, d: Domain(low=x.low**3, high=x.high**3),
         within=Domain(low=-6.0, high=6.0)),
    Step("sigmoid", ("tl.sigmoid({x})", "1.0 / (1.0 + tl.exp(-{x}))", "1 / (1 + tl.exp(-{x}))"),
         lambda x, c, d: Domain(low=_sigmoid(x.low), high=_sigmoid(x.high)), within=_SMALL),
    Step("silu", ("{x} * tl.sigmoid({x})", "{x} / (1.0 + tl.exp(-{x}))"),
         lambda x, c, d: Domain(low=-0.3 if x.low < 0 else x.low * 0.5, high=max(x.high, 0.0)), within=_SMALL),
    Step("tanh", ("2.0 * tl.sigmoid(2.0 * {x}) - 1.0", "1.0 - 2.0 / (tl.exp(2.0 * {x}) + 1.0)",
                  "(tl.exp({x}) - tl.exp(-{x})) / (tl.exp({x}) + tl.exp(-{x}))"),
         lambda x, c, d: Domain(low=math.tanh(x.low), high=math.tanh(x.high)), within=_SMALL),
    Step("gelu", ("0.5 * {x} * (1.0 + tl.erf({x} * 0.7071067811865476))",
                  "{x} * 0.5 * (1.0 + tl.math.erf({x} / 1.4142135623730951))", "{x} * tl.sigmoid(1.702 * {x})"),
         lambda x, c, d: Domain(low=-0.2 if x.low < 0 else 0.0, high=max(x.high, 0.0)), within=_SMALL),
    Step("exp", ("tl.exp({x})", "tl.exp2({x} * 1.4426950408889634)"),
         lambda x, c, d: Domain(low=math.exp(x.low), high=math.exp(x.high)), within=_EXPONENT),
    Step("exp_of_minus", ("tl.exp(-tl.abs({x}))", "tl.exp(-{c} * tl.abs({x}))"),
         lambda x, c, d: Domain(low=0.0, high=1.0), within=_SMALL),
    Step("gauss", ("tl.exp(-{x} * {x})", "tl.exp(-{c} * {x} * {x})"), lambda x, c, d: Domain(low=0.0, high=1.0),
         within=Domain(low=-6.0, high=6.0)),
    Step("softplus", ("tl.where({x} > {d}, {x}, tl.log(1.0 + tl.exp({x})))",
                      "tl.maximum({x}, 0.0) + tl.log(1.0 + tl.exp(-tl.abs({x})))"),
         lambda x, c, d: Domain(low=0.0, high=max(x.high, 0.0) + 0.7), within=_SMALL),
    Step("log", ("tl.log(tl.abs({x}) + {d})", "tl.log({d} + {x} * {x})", "tl.log2({d} + tl.abs({x}))"),
         lambda x, c, d: Domain(low=min(0.0, math.log2(d)), high=2.9 * math.log(d + x.magnitude**2 + x.magnitude))),
    Step("sqrt", ("tl.sqrt(tl.abs({x}) + {d})", "tl.sqrt({x} * {x} + {d})", "tl.sqrt_rn(tl.abs({x}) + {d})"),
         lambda x, c, d: Domain(low=math.sqrt(d), high=x.magnitude + math.sqrt(d) + 1)),
    Step("rsqrt", ("tl.rsqrt({x} * {x} + {d})", "1.0 / tl.sqrt({x} * {x} + {d})", "tl.rsqrt(tl.abs({x}) + {d})"),
         lambda x, c, d: Domain(low=1 / math.sqrt(d + x.magnitude**2 + x.magnitude), high=1 / math.sqrt(d)),
         within=_SMALL),
    Step("softsign", ("{x} / (1.0 + tl.abs({x}))", "{x} / ({d} + tl.abs({x}))"),
         lambda x, c, d: Domain(low=-1.0 if x.low < 0 else 0.0, high=1.0 if x.high > 0 else 0.0)),
    Step("reciprocal", ("1.0 / ({d} + tl.abs({x}))", "{c} / ({d} + {x} * {x})"),
         lambda x, c, d: Domain(low=0.0, high=max(1.0, c) / d), within=_SMALL),
    Step("sin", ("tl.sin({x})", "tl.sin({x} * {c})"), lambda x, c, d: Domain(low=-1.0, high=1.0), within=_ANGLE),
    Step("cos", ("tl.cos({x})", "tl.cos({c} * {x})"), lambda x, c, d: Domain(low=-1.0, high=1.0), within=_ANGLE),
    Step("elu", ("tl.where({x} > 0, {x}, {c} * (tl.exp({x}) - 1.0))",
                 "tl.where({x} > 0.0, {x}, tl.exp(tl.minimum({x}, 0.0)) - 1.0)"),
         lambda x, c, d: Domain(low=-max(c, 1.0) if x.low < 0 else 0.0, high=max(x.high, 0.0)), within=_SMALL),
    Step("hardswish", ("{x} * tl.minimum(tl.maximum({x} + 3.0, 0.0), 6.0) / 6.0",
                       "{x} * tl.clamp({x} / 6.0 + 0.5, 0.0, 1.0)"),
         lambda x, c, d: Domain(low=-0.4 if x.low < 0 else 0.0, high=max(x.high, 0.0))),
    Step("fma", ("tl.fma({x}, {x}, {x})", "{x} * {x} + {c} * {x}"),
         lambda x, c, d: intervals.add(intervals.square(x), intervals.scale(_around_zero(x), max(1.0, c))),
         within=Domain(low=-12.0, high=12.0)),
    Step("shrink", ("tl.where({x} > {c}, {x} - {c}, tl.where({x} < -{c}, {x} + {c}, 0.0))",
                    "{x} - tl.clamp({x}, -{c}, {c})"),
         lambda x, c, d: Domain(low=min(x.low + c, 0.0), high=max(x.high - c, 0.0)), constants=(0.1, 0.5)),
    Step("powers", ("{c} + {x} * ({d} + {x} * {c})", "({x} * {c} + {d}) * {x} + {c}"),
         lambda x, c, d: Domain(low=-(c * x.magnitude**2 + d * x.magnitude + c),
                                high=c * x.magnitude**2 + d * x.magnitude + c), within=Domain(low=-8.0, high=8.0)),
)  # fmt: skip
"""Operations on one value."""

PAIRS: tuple[Pair, ...] = (
    Pair("add", ("{x} + {y}",), intervals.add),
    Pair("subtract", ("{x} - {y}",), intervals.subtract),
    Pair("multiply", ("{x} * {y}",), intervals.multiply),
    Pair("maximum", ("tl.maximum({x}, {y})", "tl.where({x} > {y}, {x}, {y})"), intervals.maximum),
    Pair("minimum", ("tl.minimum({x}, {y})", "tl.where({x} < {y}, {x}, {y})"), intervals.minimum),
    Pair("gate", ("{x} * tl.sigmoid({y})", "{x} / (1.0 + tl.exp(-{y}))"), lambda x, y: _around_zero(x)),
    Pair("divide", ("{x} / (1.0 + tl.abs({y}))", "{x} / ({y} * {y} + 1.0)"), lambda x, y: _around_zero(x)),
    Pair("length", ("tl.sqrt({x} * {x} + {y} * {y} + 1e-6)", "tl.sqrt({y} * {y} + {x} * {x} + 1e-5)"),
     lambda x, y: Domain(low=0.0, high=x.magnitude + y.magnitude + 0.1)),
    Pair("distance", ("tl.abs({x} - {y})", "({x} - {y}) * ({x} - {y})"),
     lambda x, y: Domain(low=0.0, high=max(1.0, x.magnitude + y.magnitude) ** 2)),
    Pair("blend", ("0.75 * {x} + 0.25 * {y}", "{x} + 0.5 * ({y} - {x})"),
     lambda x, y: intervals.hull((x, y))),
    Pair("fma", ("tl.fma({x}, {y}, {x})", "{x} * {y} + {y}"),
     lambda x, y: intervals.add(intervals.multiply(x, y), intervals.hull((x, y)))),
)  # fmt: skip
"""Operations on two values."""


def _is_useful(domain: Domain) -> bool:
    return domain.magnitude <= LARGEST and domain.width > _NARROWEST * max(domain.magnitude, 0.5)


@dataclass(frozen=True, slots=True)
class Made:
    """An expression, with the interval and samples of its results."""

    text: str
    domain: Domain
    samples: Samples
    operation: str
    """The name of its last operation."""

    def named(self, name: str) -> Value:
        """Return the variable that holds the results."""
        return Value(name, self.domain, self.samples)


def step(stream: Stream, value: Value, *, avoid: str = "", only: str = "", then: str = "") -> Made:
    """Return an expression that applies an operation to a value.

    Every argument that affects the value affects the result.

    Args:
        stream: the random choices.
        value: the operand.
        avoid: an operation that is not to be used again.
        only: the operation to use if the operand is in its domain; any if empty.
        then: an expression of the results, ``{x}``, on which every argument must also have an effect; empty for none.
    """
    for each in sorted(stream.ranked(STEPS), key=lambda each: each.name != only):
        if (each.name == avoid and each.name != only) or not value.domain.within(each.within):
            continue
        c = stream.decimal(*each.constants)
        d = round(c + stream.decimal(0.5, 2.0), 4)
        domain = each.rule(value.domain, c, d)
        if _is_useful(domain):
            text = stream.choice(each.texts).format(x="x", c=c, d=d)
            samples = evaluated(text, {"x": value.samples})
            if samples and (not then or evaluated(then.format(x="x"), {"x": samples})):
                return Made(_written(text, x=value.name), domain, samples, each.name)
    if then:
        usual = sorted(value.samples[USUAL].ravel().tolist())
        for place in (len(usual) // 2, 0, -1):
            text = f"x - {usual[place]:.4g}" if usual[place] >= 0 else f"x + {-usual[place]:.4g}"
            samples = evaluated(text, {"x": value.samples})
            if samples and evaluated(then.format(x="x"), {"x": samples}):
                moved = Domain(low=value.domain.low - usual[place], high=value.domain.high - usual[place])
                return Made(_written(text, x=value.name), moved, samples, "lower")
    halved = {name: 0.5 * each for name, each in value.samples.items()}
    return Made(f"{value.name} * 0.5", intervals.scale(value.domain, 0.5), halved, "scale")


def _written(text: str, **operands: str) -> str:
    """Return an expression with ``x`` and ``y`` replaced by the given operands."""
    return re.sub(r"(?<![\w.])[xy]\b", lambda match: operands[match[0]], text)


def pair(stream: Stream, x: Value, y: Value, *, only: str = "") -> Made:
    """Return an expression that applies an operation to two values and keeps the effect of every argument on them.

    ``only`` is the operation to use if its results are not too large; any if it is empty.
    """
    for each in sorted(stream.ranked(PAIRS), key=lambda each: each.name != only):
        domain = each.rule(x.domain, y.domain)
        if _is_useful(domain):
            text = stream.choice(each.texts).format(x="x", y="y")
            if samples := evaluated(text, {"x": x.samples, "y": y.samples}):
                return Made(_written(text, x=x.name, y=y.name), domain, samples, each.name)
    names = dict.fromkeys([*x.samples, *y.samples])
    sums = {name: x.samples.get(name, x.samples[USUAL]) + y.samples.get(name, y.samples[USUAL]) for name in names}
    return Made(f"{x.name} + {y.name}", intervals.add(x.domain, y.domain), sums, "add")


FUSED = Domain(low=-8.0, high=8.0)
"""The assumed interval of the values to which a kernel file applies ``fused``."""


def fused_lines(stream: Stream, name: str, indent: str) -> list[str]:
    """Return statements that change a variable by a short chain of operations."""
    value, last = Value(name, FUSED, unknown()), ""
    lines = list[str]()
    for _ in range(stream.weighted(((1, 5.0), (2, 4.0), (3, 2.0), (4, 1.0)))):
        made = step(stream, value, avoid=last)
        lines.append(f"{indent}{name} = {made.text}")
        value, last = made.named(name), made.operation
    return lines


def fused_expression(stream: Stream, text: str) -> str:
    """Return an expression that applies one operation to another expression."""
    operand = text if text.isidentifier() else f"({text})"
    return f"({step(stream, Value(operand, FUSED, unknown())).text})"
