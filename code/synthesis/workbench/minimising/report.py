"""Writes a report for a tool's authors: the smallest kernel, expected and actual results, texts, and a script."""

import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from synthesis.core.errors import Symptom
from synthesis.core.records import KernelSpec, Rejection
from synthesis.frontends.base import Direction, Frontend, Program, Values
from synthesis.verification.inputs import flat
from synthesis.verification.points import NothingToCheck
from synthesis.workbench.minimising.observing import Observation, TargetFailure, program_of
from synthesis.workbench.minimising.scripts import script_of
from synthesis.workbench.minimising.search import Shrunk

_LONGEST_TEXT = 6000


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """A minimal kernel and its failure."""

    title: str
    versions: Mapping[str, str]
    before: KernelSpec
    shrunk: Shrunk
    rejection: Rejection
    script: str
    expected: Mapping[str, str]
    """Expected values by array."""
    got: Mapping[str, str]
    texts: Mapping[str, tuple[str, str]]
    """For each level, the language name for a Markdown fence, and the text."""

    def to_json(self) -> dict[str, Any]:
        """Return the report as JSON values."""
        return {
            "versions": dict(self.versions),
            "rejection": self.rejection.to_json(),
            "source": self.shrunk.spec.source,
            "signature": self.shrunk.spec.signature.to_json(),
            "script": self.script,
            "expected": dict(self.expected),
            "got": dict(self.got),
            "tried": self.shrunk.tried,
            "finished": self.shrunk.finished,
        }

    def written(self) -> str:
        """Return the report as Markdown."""
        return "\n".join(_lines(self)).rstrip() + "\n"


def report_of(
    frontend: Frontend, before: KernelSpec, shrunk: Shrunk, seen: Observation, failure: TargetFailure
) -> Report:
    """Return the report on the kernel that a search found, from an observation made with ``in_detail``."""
    found = failure.holds(seen.rejections)
    rejection = found or seen.rejections[0]
    level = rejection.level or failure.level
    program = program_of(seen, level)
    direction = program[1].level.direction if program is not None else Direction.FORWARD
    inputs = _inputs(seen, program[1]) if program is not None else {}
    expected, got = _values(seen, program, direction)
    plan = seen.plan
    texts = {each.level.name: (each.level.language.suffix, each.text) for each in (plan.programs if plan else ())}
    versions = {"Python": ".".join(map(str, sys.version_info[:3])), **frontend.compiler.toolchain()}
    return Report(
        title=f"{rejection.symptom}: {rejection.detail}",
        versions=versions,
        before=before,
        shrunk=shrunk,
        rejection=rejection,
        script=script_of(seen.spec, inputs, direction) if inputs else seen.spec.source,
        expected=expected,
        got=got,
        texts={name: text for name, text in texts.items() if level in (None, name)},
    )


def _inputs(seen: Observation, program: Program) -> Values:
    """Return the initial values of the first run; for a backward text those of the forward run before it."""
    given: Values = dict(next(iter(program.runs.values()), Values()))
    if program.level.direction is not Direction.BACKWARD or seen.plan is None:
        return given
    points = seen.plan.points
    return given if isinstance(points, NothingToCheck) else {**given, **points[0].inputs}


def _values(
    seen: Observation, program: tuple[int, Program] | None, direction: Direction
) -> tuple[dict[str, str], dict[str, str]]:
    """Return the expected and the actual results of the first run."""
    if program is None or not seen.outcomes or seen.plan is None:
        return {}, {}
    number, executed = program
    outcome = seen.outcomes[number]
    if isinstance(outcome, Rejection):
        return {}, {executed.level.name: f"{outcome.symptom}: {outcome.detail}"}
    left = flat(outcome[next(iter(executed.runs))])
    if direction is Direction.FORWARD:
        true: Values = dict(seen.plan.draws.double[0]) if seen.plan.draws is not None else {}
        inputs = flat(_inputs(seen, executed))
        written = {
            name: value for name, value in true.items() if name not in inputs or not np.array_equal(value, inputs[name])
        }
        return _listed(written), _listed({name: left[name] for name in written if name in left})
    if direction is Direction.BACKWARD and seen.gradients and not isinstance(seen.plan.points, NothingToCheck):
        before = flat(next(iter(executed.runs.values())))  # adjoints are accumulated
        found = {
            name: left[f"adj_{name}"] - before.get(f"adj_{name}", 0)
            for name in seen.gradients[0]
            if f"adj_{name}" in left
        }
        return _listed(seen.gradients[0]), _listed(found)
    return {}, {}


def _listed(values: Values) -> dict[str, str]:
    return {name: np.array2string(np.asarray(value), precision=6, threshold=64, max_line_width=100)
            for name, value in values.items()}  # fmt: skip


def _lines(report: Report) -> Iterator[str]:
    rejection, shrunk = report.rejection, report.shrunk
    yield f"# {report.title}"
    yield ""
    yield ", ".join(f"{name} {version}" for name, version in report.versions.items()) + "."
    yield ""
    yield from _fenced("python", report.script)
    yield ""
    gradient = rejection.symptom is Symptom.WRONG_GRADIENT
    if report.expected:
        how = "central differences of a float64 evaluation of the source" if gradient else "the source in float64"
        yield f"**Expected** ({how}):"
        yield ""
        yield from _fenced("", "\n".join(f"{name} {value}" for name, value in report.expected.items()))
        yield ""
    if report.got:
        yield f"**Actual** ({rejection.level or 'the text'}, run as it is):"
        yield ""
        yield from _fenced("", "\n".join(f"{name} {value}" for name, value in report.got.items()))
        yield ""
    where = f"{rejection.level}: " if rejection.level else ""
    yield f"**Failure**: {where}{rejection.symptom} at {rejection.stage}: {rejection.detail}"
    yield ""
    for name, (fence, text) in report.texts.items():
        yield f"The text of `{name}`:"
        yield ""
        cut = text if len(text) <= _LONGEST_TEXT else f"{text[:_LONGEST_TEXT]}\n…"
        yield from _fenced(fence, cut)
        yield ""
    lines = len(report.before.source.splitlines())
    now = len(shrunk.spec.source.splitlines())
    end = "" if shrunk.finished else "; the search was not finished"
    yield f"Save the program above as a file and run it with Python. Minimised by irsmith: {lines} lines to {now}, "
    yield f"{shrunk.tried} kernels tried{end}."


def _fenced(language: str, text: str) -> Iterator[str]:
    yield f"```{language}"
    yield text.rstrip()
    yield "```"
