"""Inputs and outputs of kernels in words, computed by running rows' own texts where they can do no harm."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from synthesis.frontends.base import Direction, Outcome, Program, Purpose, RunKey, Values
from synthesis.output.reading import Document
from synthesis.records import Argument, Rejection, Role, Signature
from synthesis.verification.plan import Plan
from synthesis.views.replanning import Replanned, by_frontend
from synthesis.views.settings import Export

MOST = 32
"""Numbers of an array that are written; of a longer one the first half of so many, and how many there are."""
_DIGITS = 7


def with_examples(settings: Export, documents: Iterable[Document]) -> Iterator[tuple[Document, str]]:
    """Rows, each with its examples in words; empty where none can be run.

    Raises:
        MissingFrontendError: if the package of a row's front end is not installed.
        MachineError: if the machine does not let texts be run.
    """
    with Replanned(settings) as replanned:
        for batch in replanned.batches(documents):
            told: dict[int, str] = {}
            for frontend, rows in by_frontend(batch).items():
                wanted = [(place, program) for place, _, plan in rows if (program := _program(settings, plan))]
                outcomes = replanned.verifier(frontend).run([program for _, program in wanted])
                for (place, program), outcome in zip(wanted, outcomes, strict=True):
                    if not isinstance(outcome, Rejection):
                        told[place] = _told(program, outcome)
            for place, (document, _) in enumerate(batch):
                yield document, told.get(place, "")


def _program(settings: Export, plan: Plan) -> Program | None:
    """The first forward text of a plan with its first runs; None if there is none whose values can be written."""
    if any(each.handle or each.fields for each in plan.spec.signature.arguments):
        return None
    for program in plan.programs:
        if program.compile_only or program.level.direction is not Direction.FORWARD:
            continue
        keys = [key for key in program.runs if key.purpose is Purpose.DRAW][: settings.examples]
        return replace(program, runs={key: program.runs[key] for key in keys}, follows=None) if keys else None
    return None


def _told(program: Program, outcome: Outcome) -> str:
    lines = [f"Examples (as {program.level.name} computes them; arrays are written in row-major order):"]
    for number, key in enumerate(program.runs, start=1):
        lines.append(f"{number}. {_run(program.signature, program.runs[key], outcome, key)}")
    return "\n".join(lines)


def _run(signature: Signature, given: Values, outcome: Outcome, key: RunKey) -> str:
    inputs = [each for each in signature.arguments if each.role is not Role.OUTPUT]
    outputs = signature.results or [each for each in signature.arguments if each.role is not Role.INPUT]
    return f"{_listed(inputs, given)} gives {_listed(outputs, outcome[key])}"


def _listed(arguments: Iterable[Argument], values: Mapping[str, npt.NDArray[Any]]) -> str:
    return "; ".join(f"{each.name} = {_value(values[each.name])}" for each in arguments if each.name in values)


def _value(value: npt.NDArray[Any]) -> str:
    """An array's type, shape and numbers, the first of them if there are many."""
    numbers = [_number(each, value.dtype.kind) for each in value.ravel()[: MOST if value.size <= MOST else MOST // 2]]
    if not value.shape:
        return numbers[0]
    more = f", … {value.size} in all" if value.size > MOST else ""
    return f"{value.dtype}{list(value.shape)} [{', '.join(numbers)}{more}]"


def _number(value: Any, kind: str) -> str:
    if kind == "b":
        return str(bool(value)).lower()
    if kind in "iu":
        return str(int(value))
    return f"{complex(value):.{_DIGITS}g}" if kind == "c" else f"{float(value):.{_DIGITS}g}"
