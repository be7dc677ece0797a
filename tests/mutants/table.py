"""What became of mutants, in lines: streamed as they are judged, and summed up in a table."""

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from mutants.judging import Fate, Judged
from synthesis.core.records import KernelSpec
from synthesis.frontends.base import Direction, Level
from synthesis.verification.mutating.records import FRAME, Kind

FEW_INPUTS = 10
"""Number of inputs, of 100, up to which a mutant that differs on them alone counts as one that few inputs show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One mutant of one kernel."""

    index: int
    category: str
    level: str
    derivative: bool
    kind: Kind
    fate: Fate
    done: str
    said: str
    error: float
    inputs: int

    @property
    def group(self) -> str:
        """Which share it counts in."""
        return "frame" if self.kind in FRAME else "derivative" if self.derivative else "forward"

    def written(self) -> str:
        """Itself as JSON."""
        return json.dumps(asdict(self))

    @classmethod
    def read(cls, text: str) -> "Line":
        """The line that was written so."""
        fields: dict[str, Any] = json.loads(text)
        fields |= {"kind": Kind(fields["kind"]), "fate": Fate(fields["fate"])}
        return cls(**fields)

    @classmethod
    def of(cls, spec: KernelSpec, level: Level, judged: Judged) -> "Line":
        """What became of a mutant of a kernel's text."""
        return cls(
            index=spec.index or 0,
            category=spec.category,
            level=level.name,
            derivative=level.direction is not Direction.FORWARD,
            kind=judged.mutant.kind,
            fate=judged.fate,
            done=judged.mutant.done,
            said=judged.said[:300],
            error=judged.error,
            inputs=judged.inputs,
        )


def read_lines(path: Path) -> list[Line]:
    """The lines of a file; of one that is not there none, and none that a stopped run has cut."""
    if not path.exists():
        return []
    return [Line.read(each) for each in path.read_text().splitlines(keepends=True) if each.endswith("\n")]


def counted(lines: Iterable[Line]) -> list[Line]:
    """Those that are wrong texts: built, and apart from the right one."""
    return [each for each in lines if each.fate in (Fate.FOUND, Fate.PASSED)]


def table(lines_by_frontend: Mapping[str, Sequence[Line]]) -> Iterator[str]:
    """The table, by front end and kind, and each wrong text that passes."""
    for frontend, lines in lines_by_frontend.items():
        fates = Counter(each.fate for each in lines)
        yield f"{frontend}: {len(counted(lines))} wrong texts of {len({each.index for each in lines})} kernels"
        yield f"  beside them {fates[Fate.SAME]} that behave as before, {fates[Fate.INVALID]} that the tool refuses"
        yield ""
        yield f"  {'':26}{'forward':>15}{'derivative':>15}{'frame':>15}"
        for kind in Kind:
            row = [_share([each for each in lines if each.kind is kind and each.group == group]) for group in _GROUPS]
            if any(row):
                yield f"  {kind:26}" + "".join(f"{each:>15}" for each in row)
        totals = [[each for each in lines if each.group == group] for group in _GROUPS]
        yield f"  {'all':26}" + "".join(f"{_share(each):>15}" for each in totals)
        yield f"  {'':26}" + "".join(f"{_percent(each):>15}" for each in totals)
        yield ""
        yield "  by level"
        for level in dict.fromkeys(each.level for each in lines):
            its = [each for each in lines if each.level == level]
            yield f"  {level:26}{_share(its):>15}{_percent(its):>15}"
        few = [each for each in lines if 0 < each.inputs <= FEW_INPUTS]
        yield f"  on at most {FEW_INPUTS} of 100   {_share(few):>15}{_percent(few):>15}"
        yield ""
        yield from _survivors(lines)


_GROUPS = ("forward", "derivative", "frame")


def _share(lines: Sequence[Line]) -> str:
    wrong = counted(lines)
    return f"{sum(each.fate is Fate.FOUND for each in wrong)} of {len(wrong)}" if wrong else ""


def _percent(lines: Sequence[Line]) -> str:
    wrong = counted(lines)
    return f"{100 * sum(each.fate is Fate.FOUND for each in wrong) / len(wrong):.2f} %" if wrong else ""


def _survivors(lines: Sequence[Line]) -> Iterator[str]:
    passed = sorted((each for each in lines if each.fate is Fate.PASSED), key=lambda each: (each.group, each.kind))
    yield f"  {len(passed)} pass" + (": off by, on how many inputs, which" if passed else "")
    for each in passed:
        apart = f"{each.error:9.2g} {each.inputs:4}" if each.kind.sequential else f"{'':14}"
        yield f"  {apart}  {each.index} {each.level}, {each.kind}: {each.done}"[:200]
    yield ""
