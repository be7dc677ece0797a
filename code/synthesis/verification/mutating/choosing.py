"""Mutants of a text, some of each kind; kinds that have come up least go first."""

import random
import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator

from synthesis.core.languages import CPP, CUDA, HLO, JAXPR, MLIR
from synthesis.frontends.base import Direction, Level
from synthesis.verification.mutating.cpp import cpp_edits
from synthesis.verification.mutating.cuda import cuda_edits
from synthesis.verification.mutating.hlo import hlo_edits
from synthesis.verification.mutating.jaxpr import jaxpr_edits
from synthesis.verification.mutating.mlir import mlir_edits
from synthesis.verification.mutating.records import Edit, Kind, Mutant


def edits(text: str, level: Level) -> list[Edit]:
    """Every change of a text that there is, in the order of the text; none for a language without mutants."""
    derivative = level.direction is not Direction.FORWARD
    if level.language == CPP:
        return cpp_edits(text)
    if level.language == CUDA:
        return [*cpp_edits(text), *cuda_edits(text)]
    readers = {MLIR: mlir_edits, HLO: hlo_edits, JAXPR: jaxpr_edits}
    return readers[level.language](text, derivative=derivative) if level.language in readers else []


def mutants(
    text: str,
    level: Level,
    generator: random.Random,
    count: int,
    seen: Counter[Kind] | None = None,
    kinds: Collection[Kind] = tuple(Kind),
    lines: re.Pattern[str] | None = None,
) -> Iterator[Mutant]:
    """Up to ``count`` different mutants of a text.

    Args:
        text: the right text.
        level: its level.
        generator: what chooses.
        count: how many.
        seen: how many of each kind there are already; what is rare is taken first.
        kinds: those that are wanted.
        lines: what has to be in a line that is changed.
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
            yield Mutant(kind=kind, level=level.name, text=changed, done=edit.told(text))
