"""Reductions of a block to a number, with the neutral element where a mask is off."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.frontends.triton.recipes.chains import LARGEST, Value
from synthesis.frontends.triton.recipes.samples import USUAL, evaluated

_Fresh = Callable[[], str]


@dataclass(frozen=True, slots=True)
class Reduction:
    """One kind of reduction."""

    neutral: str
    """The neutral element, which replaces elements whose mask is off."""
    texts: tuple[tuple[str, ...], ...]
    """Spellings, each one or several lines: ``{x}`` is the block, ``{y}`` the result, ``{t}`` a variable of its own and
    ``{n}`` the number of elements.
    """
    plain: str
    """An expression of ``{x}`` that is evaluated on samples in place of the reduction.

    Its value changes whenever the result of the reduction would change.
    """
    rule: Callable[[Domain], Domain]
    """Returns the interval of the result for that of the elements."""

    def lines(self, stream: Stream, value: Value, mask: str, count: str, fresh: _Fresh) -> tuple[list[str], Value]:
        """Return the lines of a reduction, and its result.

        Args:
            stream: the random choices.
            value: the block.
            mask: its mask; empty if there is none.
            count: an expression for the number of its elements.
            fresh: returns a name that is not used.
        """
        x, lines = value.name, list[str]()
        if mask:
            x = fresh()
            lines.append(f"{x} = tl.where({mask}, {value.name}, {self.neutral})")
        y, t = fresh(), fresh()
        lines += [line.format(x=x, y=y, t=t, n=count) for line in stream.choice(self.texts)]
        samples = evaluated(self.plain.format(x="x"), {"x": value.samples})
        if samples is None:  # an argument has no effect on the reduction
            usual = {USUAL: value.samples[USUAL]}
            samples = evaluated(self.plain.format(x="x"), {"x": usual}) or {USUAL: usual[USUAL][:, :1]}
        return lines, Value(y, self.rule(value.domain), samples)


def _total(domain: Domain) -> Domain:
    size = min(1024 * domain.magnitude, 40 * LARGEST)
    return Domain(low=-size if domain.low < 0 else 0.0, high=size if domain.high > 0 else 0.0)


def _like(domain: Domain) -> Domain:
    return Domain(low=min(0.0, domain.low), high=max(0.0, domain.high))


REDUCTIONS: Mapping[str, Reduction] = {
    "sum": Reduction("0.0", (("{y} = tl.sum({x}, axis=0)",), ("{y} = tl.sum({x})",)), "tl.sum({x})", _total),
    "mean": Reduction(
        "0.0",
        (("{y} = tl.sum({x}, axis=0) / {n}",), ("{t} = tl.sum({x}, axis=0)", "{y} = {t} / {n}"),
         ("{t} = 1.0 / {n}", "{y} = tl.sum({x}, axis=0) * {t}")),
        "tl.sum({x})", _like,
    ),
    "max": Reduction("-1e9", (("{y} = tl.max({x}, axis=0)",), ("{y} = tl.max({x}, 0)",)), "tl.max({x})", _like),
    "min": Reduction("1e9", (("{y} = tl.min({x}, axis=0)",), ("{y} = tl.min({x}, 0)",)), "tl.min({x})", _like),
    "largest": Reduction(
        "0.0",
        (("{y} = tl.max(tl.abs({x}), axis=0)",), ("{t} = tl.abs({x})", "{y} = tl.max({t}, axis=0)")),
        "tl.max(tl.abs({x}))", lambda x: Domain(low=0.0, high=x.magnitude),
    ),
    "norm": Reduction(
        "0.0",
        (("{y} = tl.sqrt(tl.sum({x} * {x}, axis=0) + 1e-6)",),
         ("{t} = {x} * {x}", "{y} = tl.sqrt(tl.sum({t}, axis=0) + 1e-6)"),
         ("{t} = tl.sum({x} * {x}, axis=0)", "{y} = tl.sqrt({t} / {n} + 1e-5)")),
        "tl.sqrt(tl.sum({x} * {x}))", lambda x: Domain(low=0.0, high=min(32 * x.magnitude + 1, 40 * LARGEST)),
    ),
    "variance": Reduction(
        "0.0",
        (("{t} = tl.sum({x}, axis=0) / {n}", "{y} = tl.sum({x} * {x}, axis=0) / {n} - {t} * {t}"),
         ("{t} = tl.sum({x} * {x}, axis=0) / {n}", "{y} = tl.sqrt({t} + 1e-5)")),
        "tl.sum({x} * {x})", lambda x: Domain(low=0.0, high=x.magnitude**2 + x.magnitude + 1),
    ),
    "logsumexp": Reduction(
        "-1e9",
        (("{t} = tl.max({x}, axis=0)", "{y} = {t} + tl.log(tl.sum(tl.exp({x} - {t}), axis=0))"),
         ("{t} = tl.max({x}, axis=0)", "{y} = tl.log(tl.sum(tl.exp({x} - {t}), axis=0)) + {t}")),
        "tl.log(tl.sum(tl.exp({x})))", lambda x: Domain(low=x.low, high=max(x.high, 0.0) + 10),
    ),
    "count": Reduction(
        "0.0",
        (("{y} = tl.sum(({x} > 0).to(tl.float32), axis=0)",),
         ("{t} = ({x} > 0.0).to(tl.int32)", "{y} = tl.sum({t}, axis=0).to(tl.float32)"),
         ("{y} = tl.sum(tl.where({x} > 0, 1.0, 0.0), axis=0)",)),
        "tl.sum(tl.where({x} > 0, 1.0, 0.0))", lambda x: Domain(low=0.0, high=1024.0),
    ),
    "spread": Reduction(
        "0.0",
        (("{y} = tl.max({x}, axis=0) - tl.min({x}, axis=0)",),
         ("{t} = tl.min({x}, axis=0)", "{y} = tl.max({x}, axis=0) - {t}")),
        "tl.max({x}) - tl.min({x})", lambda x: Domain(low=0.0, high=2 * x.magnitude),
    ),
}  # fmt: skip
"""The reductions by name."""
