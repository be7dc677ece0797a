"""Describes inputs and outputs of kernels in words, computed by running rows' own texts in a sandbox."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Any

import numpy.typing as npt

from synthesis.core.records import Rejection
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.dataset.storage.documents import Document
from synthesis.frontends.base import Direction, Outcome, Program, Purpose, Values
from synthesis.making.sources.planned import PlannedRows, by_frontend
from synthesis.verification.plan import Plan
from synthesis.views.keeping import Batch, Keeping
from synthesis.views.settings import Export

MOST = 32
"""Maximum number of elements of an array that is written in full.

A longer array is written with its first ``MOST // 2`` elements and its size.
"""
_DIGITS = 7


def with_examples(
    settings: Export, documents: Iterable[Document], keeping: Keeping, left_out: Counter[str]
) -> Iterator[tuple[Document, str]]:
    """Yield rows with the text of their examples. A row without one has an empty text, and is counted in ``left_out``.

    Raises:
        MissingFrontendError: if the package of a row's front end is not installed.
        MachineError: if texts cannot be run on this machine.
    """
    with PlannedRows(settings, seed=settings.seed) as planned:

        def work(documents: Sequence[Document]) -> Batch:
            texts = [""] * len(documents)
            for frontend, rows in by_frontend(documents, planned.plans(documents)).items():
                runnable = [(row, program) for row in rows if (program := _program(settings, row.plan))]
                outcomes = planned.verifier(frontend).run([program for _, program in runnable])
                for (row, program), outcome in zip(runnable, outcomes, strict=True):
                    if not isinstance(outcome, Rejection):
                        texts[row.place] = _text_of(row.document, program, outcome)
            lacking = texts.count("")
            return Batch(texts, Counter({"examples of a row": lacking} if lacking else {}))

        yield from keeping.through(documents, work, left_out)


def _program(settings: Export, plan: Plan) -> Program | None:
    """Return the first forward text of a plan with its first runs; None if there is none with printable values."""
    if any(each.handle or each.fields for each in plan.spec.signature.arguments):
        return None
    for program in plan.programs:
        if not program.is_run or program.level.direction is not Direction.FORWARD:
            continue
        keys = [key for key in program.runs if key.purpose is Purpose.DRAW][: settings.examples]
        return replace(program, runs={key: program.runs[key] for key in keys}, follows=None) if keys else None
    return None


def _text_of(document: Document, program: Program, outcome: Outcome) -> str:
    sizes = ", at small sizes" if document.spec.signature.twin is not None else ""
    lines = [f"Examples{sizes}, as {program.level.name} computes them; {_ROW_MAJOR}:"]
    for number, key in enumerate(program.runs, start=1):
        lines.append(f"{number}. {_run(program.signature, program.runs[key], outcome[key])}")
    return "\n".join(lines)


_ROW_MAJOR = "arrays are in row-major order, and _ is an element that is not written"


def _run(signature: Signature, given: Values, left: Values) -> str:
    inputs = [each.name for each in signature.arguments if each.role is not Role.OUTPUT and each.name in given]
    taken = "; ".join(f"{name} = {_value(given[name])}" for name in inputs)
    if signature.results:
        made = [f"{each.name} = {_value(left[each.name])}" for each in signature.results]
    else:
        made = [_written(each, given, left) for each in signature.arguments if each.role is not Role.INPUT]
    return f"{taken} gives {'; '.join(made)}"


def _written(argument: Argument, given: Values, left: Values) -> str:
    """Return the text of an array's values after a run. In an output, elements that were not written become ``_``."""
    start = given[argument.name] if argument.role is Role.OUTPUT else None
    return f"{argument.name} = {_value(left[argument.name], start)}"


def _value(value: npt.NDArray[Any], start: npt.NDArray[Any] | None = None) -> str:
    """Return an array's dtype, shape and elements, or only the first elements if there are many."""
    shown = MOST if value.size <= MOST else MOST // 2
    numbers = [_number(each, value.dtype.kind) for each in value.ravel()[:shown]]
    if start is not None and value.dtype.kind == "f":  # an integer result may equal the poison
        before = start.ravel()[:shown]
        same = [bool(each) for each in value.ravel()[:shown] == before]
        numbers = ["_" if left else number for number, left in zip(numbers, same, strict=True)]
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
