"""Encodes candidates as bytes. Results of a process that ran untrusted code are decoded as plain data only."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from synthesis.core.records import Rejection
from synthesis.core.sandbox.wire import WireError, decode, encode, name_types
from synthesis.frontends.base import Frontend, Level, Lowered
from synthesis.frontends.linemap import LineMap
from synthesis.making.candidate import Candidate
from synthesis.verification.judge import Judgement
from synthesis.verification.plan import Plan

name_types(Candidate, Plan=Plan, Judgement=Judgement)

_BY_NAME: dict[type, Callable[[Any], str]] = {Level: lambda level: level.name}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Texts:
    """The texts of a candidate, with all line maps in one JSON string, which is parsed in one step."""

    texts: Mapping[str, str | None]
    line_maps: str
    rejections: tuple[Rejection, ...]


def pack(candidate: Candidate) -> bytes:
    """Return a candidate without its live kernel as bytes."""
    lowered = candidate.lowered
    texts = None
    if lowered is not None:
        texts = _Texts(
            texts=lowered.texts, line_maps=pack_line_maps(lowered.line_map), rejections=tuple(lowered.rejections)
        )
    return encode((replace(candidate, kernel=None, lowered=None), texts), _BY_NAME)


def unpack(frontend: Frontend | None, data: bytes) -> Candidate:
    """Return the candidate that ``pack`` encoded.

    Args:
        frontend: the front end of its levels; None if it has no levels.
        data: the bytes, which may be untrusted.

    Raises:
        WireError: if they are not a valid candidate.
    """
    found: dict[type, Callable[[str], Any]] = {Level: frontend.level} if frontend is not None else {}
    candidate, texts = decode(data, tuple[Candidate, _Texts | None], found)
    if texts is None:
        return replace(candidate, kernel=None)
    lowered = Lowered(texts=texts.texts, line_map=unpack_line_maps(texts.line_maps), rejections=texts.rejections)
    return replace(candidate, kernel=None, lowered=lowered)


def pack_line_maps(maps: Mapping[str, LineMap]) -> str:
    """Return line maps by level as JSON."""
    return json.dumps({name: [list(run) for run in runs] for name, runs in maps.items()})


def unpack_line_maps(text: str) -> dict[str, LineMap]:
    """Return the line maps that ``pack_line_maps`` encoded.

    Raises:
        WireError: if the text is not valid.
    """
    try:
        found = {str(name): [(a, b, c) for a, b, c in runs] for name, runs in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError, RecursionError) as error:
        raise WireError(f"invalid line maps: {error}") from error
    if not all(type(each) is int for runs in found.values() for run in runs for each in run):
        raise WireError("invalid line maps: lines must be integers")
    return found
