"""Hostile answers to rows of Triton's: texts at its levels, and Python."""

import re
from collections.abc import Iterator

from attacks.answers import ANY, PYTHON_BEFORE, AnswerAttack, CannotBeMadeError, Make, edited, python_before, whole
from attacks.records import Canary
from attacks.texts import NothingToEditError
from attacks.triton_rows import AROUND, BODIES, HARMLESS, INSERTED, REPLACED, SOURCES, inserted, surrounded
from synthesis.dataset.storage.documents import Document

_STORE = r"tt\.store (%\w+), %\w+((?:, %\w+)?) : tensor<(\S+)x!tt\.ptr<(\w+)>>"
_ZEROS = r"%z0 = arith.constant dense<{}> : tensor<\3x\4>\n    tt.store \1, %z0\2 : tensor<\3x!tt.ptr<\4>>"
TRIVIAL = {
    "all zeros": (_STORE, _ZEROS.format("0.000000e+00")),
    "all ones": (_STORE, _ZEROS.format("1.000000e+00")),
    "not a number": (_STORE, _ZEROS.format("0x7FC00000")),
    "output left as it was": (r"    tt\.store .*\n", ""),
    "one program alone": (r"tt\.get_program_id x", "arith.constant 0"),
    "a little off": (r"arith\.constant dense<([1-9])\.", r"arith.constant dense<\g<1>.01"),
}
"""Name to a pattern of the row's TTIR, and what stands there instead."""
RIGHT = {*HARMLESS, "expensive code that never runs", "PTX with a byte more"}
"""What is right as an answer: the first two compute the same, and space at the end of a text does not count."""


def _with(statements: str) -> Make:
    def make(row: Document, canary: Canary) -> str:
        try:
            return inserted(row.texts["ttir"] or "", statements, canary)
        except NothingToEditError as error:
            raise CannotBeMadeError from error

    return make


def _around(name: str) -> Make:
    return lambda row, canary: surrounded(row.texts["ttir"] or "", name, canary)


def _behind(text: str) -> Make:
    return lambda row, canary: f"{row.source}\n\n{canary.fill(text)}\n"


def _begun(body: str) -> Make:
    def make(row: Document, canary: Canary) -> str:
        source, count = re.subn(rf"(?s)(def {row.name}\([^)]*\):\n)", rf"\1{canary.fill(body)}", row.source)
        if not count:
            raise CannotBeMadeError
        return source

    return make


def triton_answer_attacks() -> Iterator[AnswerAttack]:
    """Every attack."""

    def attack(name: str, kind: str, level: str, make: Make) -> AnswerAttack:
        return AnswerAttack(name=name, kind=kind, frontend="triton", level=level, make=make)

    for name, (pattern, replacement) in TRIVIAL.items():
        yield attack(name, "trivial", "ttir", edited("ttir", pattern, replacement))
    for name, (kind, statements) in INSERTED.items():
        if name not in RIGHT:
            yield attack(f"{name} in the text" if name in ANY else name, kind, "ttir", _with(statements))
    for name, (kind, _, _) in AROUND.items():
        if name not in RIGHT:
            yield attack(name, kind, "ttir", _around(name))
    for name, (kind, level, pattern, replacement) in REPLACED.items():
        if name not in RIGHT:
            yield attack(name, kind, level, edited(level, pattern, replacement))
    for level in ("ttir", "ttgir", "ptx"):
        for name, text in ANY.items():
            yield attack(name, "no text", level, whole(text))
    for name, before in PYTHON_BEFORE.items():
        yield attack(name, "Python", "python", python_before(before))
    for name, (kind, text) in SOURCES.items():
        yield attack(f"source: {name}", kind, "python", _behind(text))
    for name, (kind, body) in BODIES.items():
        yield attack(f"source: {name}", kind, "python", _begun(body))
