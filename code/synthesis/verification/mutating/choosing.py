"""Chooses mutants of a text; the kinds of errors that are rarest so far come first."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from synthesis.core.languages import CPP, CUDA, HLO, JAXPR, MLIR
from synthesis.frontends.base import Direction, Level
from synthesis.verification.mutating.cpp import cpp_edits
from synthesis.verification.mutating.cuda import cuda_edits
from synthesis.verification.mutating.hlo import hlo_edits
from synthesis.verification.mutating.jaxpr import indices_are_fixed, jaxpr_edits
from synthesis.verification.mutating.mlir import mlir_edits
from synthesis.verification.mutating.records import Edit, Kind, Mutant
from synthesis.verification.mutating.ttir import ttir_edits


def edits(text: str, level: Level) -> list[Edit]:
    """Return every known edit that makes a mutant of a text; the list is empty for a language without mutants."""
    derivative = level.direction is not Direction.FORWARD
    if level.language == CPP:
        return cpp_edits(text)
    if level.language == CUDA:
        return [*cpp_edits(text), *cuda_edits(text)]
    if level.language == MLIR and "tt.func" in text:
        return ttir_edits(text)
    readers = {MLIR: mlir_edits, HLO: hlo_edits, JAXPR: jaxpr_edits}
    return readers[level.language](text, derivative=derivative) if level.language in readers else []


def integers_are_input_independent(text: str, level: Level) -> bool:
    """Return whether a text computes integers or Booleans, and these only from integers and Booleans.

    If all inputs are floating-point, these values are the same on every input. An error in them is then visible on
    every input or on none. The result is False for languages in which this is not determined.
    """
    return level.language == JAXPR and indices_are_fixed(text)


def mutants(
    text: str,
    level: Level,
    generator: random.Random,
    count: int,
    seen: Counter[Kind] | None = None,
    kinds: Collection[Kind] = tuple(Kind),
    lines: re.Pattern[str] | None = None,
) -> Iterator[Mutant]:
    """Yield up to ``count`` different mutants of a text.

    Args:
        text: the right text.
        level: its level.
        generator: the random generator that chooses.
        count: the maximum number of mutants.
        seen: the number of existing mutants of each kind; rare kinds come first.
        kinds: the allowed kinds.
        lines: a pattern that a changed line must match; None for all lines.
    """
    by_kind: dict[Kind, list[Edit]] = defaultdict(list)
    for edit in edits(text, level):
        if edit.kind in kinds and (lines is None or lines.search(edit.line(text))):
            by_kind[edit.kind].append(edit)
    for each in by_kind.values():
        generator.shuffle(each)
    taken = Counter(seen or {})
    known = {text}
    while count and by_kind:
        kind = min(by_kind, key=lambda each: (taken[each], generator.random()))
        edit = by_kind[kind].pop()
        if not by_kind[kind]:
            del by_kind[kind]
        changed = edit.applied(text)
        if changed not in known:
            known.add(changed)
            taken[kind] += 1
            count -= 1
            yield Mutant(kind=kind, level=level.name, text=changed, done=edit.description(text))
