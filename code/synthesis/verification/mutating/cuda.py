"""Finds edits that make mutants where only CUDA texts have code: the loop over the grid, and atomic operations.

Running one thread after another rarely shows such errors. These mutants therefore count as wrong whatever a run
computes. Changes that leave a text right are not made: a plain sum on an element that only its own thread adds to, and
a ``static_cast`` removed from a product that fits in 32 bits.
"""

import re
from collections.abc import Iterator, Sequence

from synthesis.verification.mutating.cpp import Call, Function, functions_of
from synthesis.verification.mutating.records import Edit, Kind, Token, change, replace_span, tokens_of

_HEAD = re.compile(r"for \(size_t _idx = [^{]*")
_WORDS = re.compile(r"(?P<space>\s+)|(?P<name>(?:blockDim|blockIdx|threadIdx|gridDim|dim)\.\w+|\w+)|(?P<sign>[<>+]=|.)")
_BUILTINS = ("blockDim.x", "blockIdx.x", "threadIdx.x", "gridDim.x")
_PLAIN = {"atomic_add": "add", "atomic_sub": "sub", "atomic_min": "min", "atomic_max": "max",
          "atomic_and": "bit_and", "atomic_or": "bit_or", "atomic_xor": "bit_xor"}  # fmt: skip


def cuda_edits(text: str) -> list[Edit]:
    """Return every edit of the loop over the grid, or of an atomic operation, that makes a mutant."""
    return [*_grid(text), *_ends(text), *_atomics(text)]


def _grid(text: str) -> Iterator[Edit]:
    """Yield changes of the loop's start, bound and stride."""
    head = _HEAD.search(text)
    if head is None:
        return
    tokens = tokens_of(text, _WORDS, head.start(), head.end())
    for number, token in enumerate(tokens):
        if token.text in _BUILTINS:
            yield from (change(Kind.GRID, token, each) for each in _BUILTINS if each != token.text)
            yield change(Kind.GRID, token, token.text.replace(".x", ".y"))
        elif token.text == "*":
            yield change(Kind.GRID, token, "+")
            yield _without(tokens, number)
        elif token.text == "+":
            yield change(Kind.GRID, token, "-")
            yield _without(tokens, number)
        elif token.text in ("<", "+=") and tokens[number - 1].text == "_idx":
            yield change(Kind.GRID, token, {"<": "<=", "+=": "="}[token.text])
        elif token.text == "dim.size":
            yield from (change(Kind.GRID, token, f"dim.size {each}") for each in ("- 1", "/ 2", "+ 1"))


def _without(tokens: Sequence[Token], number: int) -> Edit:
    """Return an edit that leaves out an operation and its right operand, ``static_cast<size_t>(…)``."""
    end = next(each.end for each in tokens[number:] if each.text == ")")
    return replace_span(Kind.GRID, tokens[number].start, end, "")


def _ends(text: str) -> Iterator[Edit]:
    """Yield changes that make a thread return where it must continue with its next element."""
    start = text.rfind("_cuda_kernel_")
    for match in re.finditer(r"\bcontinue;", text[start:]):
        yield replace_span(Kind.GRID, start + match.start(), start + match.end(), "return;")


def _atomics(text: str) -> Iterator[Edit]:
    """Yield changes of an atomic update by many threads into a load, an operation and a store."""
    function = functions_of(text)[-1]
    own = _own_indices(function)
    for statement in function.statements:
        call = statement.call()
        plain = [] if call is None else [each.text for each in call.plain()]
        # Only one thread adds to an element at its own indices.
        if call is None or len(plain) != len(call.arguments) or own <= set(plain):
            continue
        if call.name in _PLAIN and call.result is not None and len(plain) > 2:
            yield _plain(call, call.result.text, plain)
        elif call.name == "adj_address" and "float" in function.types.get(plain[0], ""):
            first = next(number for number, each in enumerate(plain) if each.startswith("adj_"))
            array, places = plain[first], ", ".join(plain[1:first])
            added = f"wp::add(wp::load(wp::address({array}, {places})), {plain[-1]})"
            yield _statement(call, f"wp::array_store({array}, {places}, {added});")


def _own_indices(function: Function) -> set[str]:
    """Return the names of a thread's own indices."""
    for statement in function.statements:
        words = statement.words
        if any(word.startswith("builtin_tid") for word in words):
            return {words[0]} if words[1] == "=" else {word for word in words[1:] if word.startswith("var_")}
    return {""}


def _plain(call: Call, result: str, plain: Sequence[str]) -> Edit:
    array, *places, value = plain
    where = ", ".join(places)
    made = f"wp::{_PLAIN[call.name]}({result}, {value})"
    return _statement(
        call, f"{result} = wp::load(wp::address({array}, {where}));\n    wp::array_store({array}, {where}, {made});"
    )


def _statement(call: Call, new: str) -> Edit:
    return replace_span(Kind.ATOMIC, call.statement.start, call.statement.end, new)
