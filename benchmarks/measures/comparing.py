"""Lines that hold two populations against each other, and how they are printed."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from measures.profiles import Profile
from measures.reasons import RARE

_MARKS = (10, 25, 50, 75, 90, 95, 99)
_REACH = 1.5
_MOST_APART = 12
_RARE = 0.005
"""A share that is below this in both populations is of too few kernels to say more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    """A number of something: one value for each kernel, or for each thing in one."""

    name: str
    drawn: Sequence[float]
    real: Sequence[float]

    @property
    def distance(self) -> float:
        """The Kolmogorov-Smirnov distance: 0 for one distribution, 1 where nothing overlaps or one is empty."""
        if not len(self.drawn) or not len(self.real):
            return 1.0
        grid = np.union1d(self.drawn, self.real)
        first, second = (
            np.searchsorted(np.sort(each), grid, side="right") / len(each) for each in (self.drawn, self.real)
        )
        return float(np.abs(first - second).max())


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """A share, from 0 to 1, of kernels or of things in them; None where a population was not asked."""

    heading: str
    name: str
    drawn: float
    real: float | None

    @property
    def distance(self) -> float:
        """What is between the shares, which is the Kolmogorov-Smirnov distance of two truth values."""
        return 0.0 if self.real is None else abs(self.drawn - self.real)

    @property
    def factor(self) -> float:
        """How many times the applications' share the drawn one is; 1 where both are nothing."""
        if self.real is None or self.drawn == self.real:
            return 1.0
        return self.drawn / self.real if self.real else float("inf")

    @property
    def is_near(self) -> bool:
        """Whether the shares are within a factor of 1.5 of each other."""
        return 1 / _REACH <= self.factor <= _REACH


def compare_numbers(drawn: Sequence[Profile], real: Sequence[Profile]) -> list[Numbers]:
    """A line for each number."""
    return [
        Numbers(
            name=name,
            drawn=[value for each in drawn for value in each.numbers[name]],
            real=[value for each in real for value in each.numbers[name]],
        )
        for name in drawn[0].numbers
    ]


def compare_shares(drawn: Sequence[Profile], real: Sequence[Profile]) -> list[Share]:
    """A line for each thing that a kernel has or has not, and for each kind of what it has several of."""
    found = [
        Share(
            heading=f"{heading}, % of all",
            name=name,
            drawn=_having(drawn, heading, name),
            real=_having(real, heading, name),
        )
        for heading, names in drawn[0].shares.items()
        for name in names
    ]
    for heading in drawn[0].parts:
        ours, theirs = (_total(each, heading) for each in (drawn, real))
        found += [
            Share(heading=f"{heading}, % of them", name=name, drawn=_part(ours, name), real=_part(theirs, name))
            for name in sorted(ours | theirs, key=lambda name: -_part(theirs, name))
        ]
    return found


def list_shares(drawn: Sequence[Profile]) -> list[Share]:
    """The shares of drawn kernels alone, where there is nothing to hold them against."""
    return [
        Share(heading=f"{heading}, % of all", name=name, drawn=_having(drawn, heading, name), real=None)
        for heading, names in drawn[0].shares.items()
        for name in names
    ]


def compare_skeletons(drawn: Sequence[Profile], real: Sequence[Profile]) -> list[Share]:
    """How many control skeletons there are, and how much the ten most frequent ones cover, in equally many of both."""
    count = min(len(drawn), len(real))
    ours, theirs = (Counter(each.skeleton for each in spread(group, count)) for group in (drawn, real))
    return [
        Share(
            heading=f"control skeletons, % of {count}",
            name=name,
            drawn=measured(ours) / count,
            real=measured(theirs) / count,
        )
        for name, measured in (("distinct", len), ("covered by the ten most frequent", _ten_most))
    ]


def compare_flows(drawn: Sequence[Profile], real: Sequence[Profile]) -> list[Share]:
    """How much of the pairs of operations of applications, each as often as it is there, drawn kernels have too."""
    ours = set[str]().union(*(each.flows for each in drawn))
    theirs = sum((each.flows for each in real), Counter[str]())
    covered = sum(count for pair, count in theirs.items() if pair in ours)
    return [
        Share(
            heading="dataflow of applications that is drawn, %",
            name="pairs of operations, by weight",
            drawn=covered / max(theirs.total(), 1),
            real=1.0,
        )
    ]


def compare_names(drawn: Sequence[Profile], real: Sequence[Profile], *, but: set[str]) -> list[Share]:
    """The names whose shares are furthest apart, without some that have lines already."""
    ours, theirs = (Counter(name for each in group for name in each.names) for group in (drawn, real))
    shares = [
        Share(
            heading="other names, the furthest apart, % of all",
            name=name,
            drawn=ours[name] / len(drawn),
            real=theirs[name] / len(real),
        )
        for name in sorted((ours | theirs).keys() - but)
    ]
    return sorted(shares, key=lambda each: -each.distance)[:_MOST_APART]


def compare_vocabulary(drawn: Sequence[Profile], real: Sequence[Profile]) -> list[Share]:
    """Which of the real texts' operations, and of pairs that follow each other, are in any drawn text."""
    ours, theirs = (set[str]().union(*(each.names for each in group)) for group in (drawn, real))
    kinds = {
        "operations": {each for each in theirs if ", " not in each},
        "pairs of operations in a row": {each for each in theirs if ", " in each},
    }
    return [
        Share(
            heading="vocabulary of the programs that is drawn, %",
            name=name,
            drawn=len(kind & ours) / max(len(kind), 1),
            real=1.0,
        )
        for name, kind in kinds.items()
    ]


def spread(group: Sequence[Profile], count: int) -> list[Profile]:
    """So many of a sequence, at equal distances."""
    return [group[place * len(group) // count] for place in range(count)]


def print_numbers(title: str, lines: Sequence[Numbers]) -> Iterator[str]:
    """The table of numbers: percentiles of both, and the distance."""
    width = max(len(each.name) for each in lines) + 1
    yield f"{title:{width + 6}}" + "".join(f"{f'{mark} %':>9}" for mark in _MARKS) + "  distance"
    for line in lines:
        for name, values in (("drawn", line.drawn), ("real", line.real)):
            marks = "".join(f"{np.percentile(values, mark):9.0f}" for mark in _MARKS) if len(values) else ""
            apart = f"{line.distance:10.2f}" if name == "real" else ""
            yield f"{line.name if name == 'drawn' else '':{width}}{name:6}{marks:{9 * len(_MARKS)}}{apart}".rstrip()


def print_shares(lines: Sequence[Share], reasons: Mapping[str, str]) -> Iterator[str]:
    """The table of shares: both, the factor, the distance, and a star or a reason where the factor is over 1.5."""
    heading = ""
    for line in lines:
        if line.heading != heading:
            heading = line.heading
            yield f"{heading:48}{'drawn':>8}{'real':>8}{'factor':>8}  distance"
        real = (
            f"{100 * line.real:8.1f}{line.factor:8.2f}{line.distance:10.2f}" if line.real is not None else f"{'-':>8}"
        )
        note = "" if line.is_near else f"  {_reason(line, reasons) or '*'}"
        yield f"  {line.name:46}{100 * line.drawn:8.1f}{real}{note}"


def print_summary(numbers: Sequence[Numbers], shares: Sequence[Share], reasons: Mapping[str, str]) -> Iterator[str]:
    """The means of the distances, and how many shares are near those of applications."""
    asked = [each for each in shares if each.real is not None]
    near = sum(each.is_near for each in asked)
    told = sum(not each.is_near and bool(_reason(each, reasons)) for each in asked)
    yield f"mean distance of {len(numbers)} numeric lines: {np.mean([each.distance for each in numbers]):.3f}"
    yield f"mean distance of {len(asked)} shares: {np.mean([each.distance for each in asked]):.3f}"
    yield f"shares within a factor of {_REACH}: {near} of {len(asked)}; of the others {told} have a reason"


def _reason(line: Share, reasons: Mapping[str, str]) -> str:
    """Why the shares of a line are not near each other; empty if nothing says why."""
    return RARE if max(line.drawn, line.real or 0.0) < _RARE else reasons.get(line.name, "")


def _having(group: Sequence[Profile], heading: str, name: str) -> float:
    return sum(each.shares[heading][name] for each in group) / len(group)


def _total(group: Sequence[Profile], heading: str) -> Counter[str]:
    return sum((each.parts[heading] for each in group), Counter[str]())


def _part(counts: Counter[str], name: str) -> float:
    return counts[name] / max(counts.total(), 1)


def _ten_most(counts: Counter[str]) -> int:
    return sum(count for _, count in counts.most_common(10))
