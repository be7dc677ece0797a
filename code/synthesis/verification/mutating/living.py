"""Finds the parts of a printed jaxpr that a CPU does not run, in which a change is not an error."""

from collections.abc import Iterator, Sequence

from synthesis.verification.mutating.records import Token, close_of, parts_of

_NOT_CALLED = frozenset({"matvec", "vecmat", "transpose_solve"})
"""Functions in the parameters of ``custom_linear_solve`` that are not called to compute its result."""
Span = tuple[int, int]


def dead_spans(tokens: Sequence[Token]) -> list[Span]:
    """Return the spans of tokens that belong to functions that nothing calls on a CPU, sorted, with inclusive ends.

    These are branches for other platforms, functions that only a derivative calls, and definitions that nothing uses.
    """
    unused = [*_unused(tokens)]
    left_out = {position for start, end in unused for position in range(start, end + 1)}
    definitions = dict(_definitions(tokens))
    first = max((end for _, end in definitions.values()), default=-1) + 1
    called, waiting = set[str](), [(first, len(tokens) - 1)]
    while waiting:
        for word in _words(tokens, waiting.pop(), left_out):
            if word in definitions and word not in called:
                called.add(word)
                waiting.append(definitions[word])
    return sorted([*unused, *(span for name, span in definitions.items() if name not in called)])


def _definitions(tokens: Sequence[Token]) -> Iterator[tuple[str, Span]]:
    """Yield the names of shared functions, each with the span of its braces."""
    at = 0
    while at + 3 < len(tokens) and tokens[at].text == "let":
        name, opening = tokens[at + 1].text, at + 3
        if tokens[opening].text == "{":
            close = close_of(tokens, opening)
            yield name, (opening, close)
        else:  # a captured array
            close = next((k for k in range(opening, len(tokens)) if tokens[k].text == "in"), len(tokens)) - 1
        at = close + 2


def _words(tokens: Sequence[Token], span: Span, left_out: set[int]) -> Iterator[str]:
    for position in range(span[0], span[1] + 1):
        if tokens[position].kind == "word" and position not in left_out:
            yield tokens[position].text


def _unused(tokens: Sequence[Token]) -> Iterator[Span]:
    for at, token in enumerate(tokens[:-2]):
        if tokens[at + 1].text != "=":
            continue
        if token.text in _NOT_CALLED:
            yield _value(tokens, at + 2)
        elif token.text == "branches_platforms":
            yield from _other_platforms(tokens, at)


def _value(tokens: Sequence[Token], at: int) -> Span:
    return at, close_of(tokens, at) if tokens[at].text == "{" else at


def _other_platforms(tokens: Sequence[Token], at: int) -> Iterator[Span]:
    """Yield the branches for platforms other than a CPU.

    The branches come before the list of the names of their platforms, which begins at the position ``at``.
    """
    if tokens[at + 2].text != "(" or at < 2 or tokens[at - 1].text != ")":
        return
    close = close_of(tokens, at + 2)
    platforms = [{each.text for each in part} for part in parts_of(tokens[at + 3 : close])]
    depth, start = 0, at - 1
    while start >= 0:
        depth += (tokens[start].text in ")]}") - (tokens[start].text in "([{")
        if depth == 0:
            break
        start -= 1
    branches = [*_branches(tokens, start + 1, at - 1)]
    own = next((k for k, words in enumerate(platforms) if words & {"'cpu'", "None"}), None)
    if own is not None and len(branches) == len(platforms):
        yield from (span for number, span in enumerate(branches) if number != own)


def _branches(tokens: Sequence[Token], at: int, end: int) -> Iterator[Span]:
    """Yield the functions in a list without separators: each is a name or a body in braces."""
    while at < end:
        span = _value(tokens, at)
        if tokens[at].text != ",":
            yield span
        at = span[1] + 1
