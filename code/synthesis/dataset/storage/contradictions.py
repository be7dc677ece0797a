"""Finds contradictions between the columns of a row, without running anything."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain
from typing import Any

from synthesis.core.errors import MissingFrontendError
from synthesis.core.verdicts import GradientStatus
from synthesis.frontends.base import Direction, Level
from synthesis.frontends.linemap import runs_of_steps
from synthesis.frontends.options import wrong_option
from synthesis.frontends.registry import allowed_options, levels_of


def contradiction(source: str, texts: Mapping[str, str | None], metadata: Mapping[str, Any]) -> str | None:
    """Return the first contradiction between a row's columns or with its texts; None if there is none.

    Args:
        source: the row's Python source.
        texts: the text of each level; None if the row has none.
        metadata: all other columns, each of which has a valid value.
    """
    present = {name: text for name, text in texts.items() if text is not None}
    found = chain(
        _of_options(metadata),
        _of_proof(present, metadata),
        _of_gradient(texts, metadata),
        _of_drawing(metadata),
        _of_line_map(source, present, metadata["line_map"]),
    )
    return next(found, None)


def _of_options(metadata: Mapping[str, Any]) -> Iterator[str]:
    allowed = allowed_options(metadata["frontend"])
    wrong = None if allowed is None else wrong_option(metadata["options"], allowed)
    if wrong is not None:
        yield f"options: {wrong}"


def _of_proof(present: Mapping[str, str], metadata: Mapping[str, Any]) -> Iterator[str]:
    for column in ("verified", "unverified"):
        for name in metadata[column]:
            if name not in present:
                yield f"{column}: it names {name[:40]!r}, but the row has no such text"
    for name in metadata["proofs"]:
        if name not in metadata["verified"]:
            yield f"proofs: it names {name[:40]!r}, which is not in verified"
    for name in metadata["verified"]:
        if name in metadata["unverified"]:
            yield f"unverified: it names {name[:40]!r}, which is also in verified"


def _of_gradient(texts: Mapping[str, str | None], metadata: Mapping[str, Any]) -> Iterator[str]:
    levels: Sequence[Level] = ()
    with contextlib.suppress(MissingFrontendError):
        levels = levels_of(metadata["frontend"])
    if not levels:
        return
    known = {each.name for each in levels if each.direction is not Direction.FORWARD} & texts.keys()
    derivatives = known & {name for name, text in texts.items() if text is not None}
    status, _, why = metadata["gradient"].partition(": ")
    if status == GradientStatus.NONE and derivatives:
        yield f"gradient: it is said that there is none, but the row has the text {min(derivatives)}"
    if status == GradientStatus.AGREES and not derivatives & set(metadata["verified"]):
        yield "gradient: it is said to agree, but no text of a derivative is verified"
    if status == GradientStatus.NOT_CHECKED and metadata["verified"] and derivatives:
        yield "gradient: it is said to be not checked, but texts are verified"
    reasons = {metadata["unverified"].get(name) for name in derivatives}
    if status == GradientStatus.NOT_APPLICABLE and derivatives and derivatives == known and why not in reasons:
        yield "gradient: its reason is not a reason that unverified gives for a derivative"


def _of_drawing(metadata: Mapping[str, Any]) -> Iterator[str]:
    if (metadata["seed"] is None) != (metadata["index"] is None):
        yield "seed, index: only one of them is null"
    elif metadata["seed"] is None and metadata["config"]:
        yield "config: it must be empty, because the seed is null"


def _of_line_map(source: str, present: Mapping[str, str], maps: Mapping[str, Any]) -> Iterator[str]:
    """Yield a message for each invalid entry of a line map: a level without a text, or a line that does not exist.

    A text may end with or without a newline.
    """
    last = source.count("\n") + 1
    for name, steps in maps.items():
        if name not in present:
            yield f"line_map: it names {name[:40]!r}, but the row has no such text"
            continue
        end = present[name].count("\n") + 1
        for origin, first, until in runs_of_steps(steps):
            if not (1 <= origin <= last and 1 <= first <= until <= end):
                yield f"line_map: {name} has no lines {first} to {until}, or the source has no line {origin}"
