"""Finds the parts of a printed jaxpr that do not affect its results on a CPU; a change there is not an error."""

from collections.abc import Iterator, Mapping, Sequence

from synthesis.verification.mutating.records import Token, close_of, parts_of

_NOT_CALLED = frozenset({"matvec", "vecmat", "transpose_solve"})
"""Functions in the parameters of ``custom_linear_solve`` that are not called to compute its result."""
_RESULTS_OF_CALLED = frozenset({
    "jit", "pjit", "closed_call", "remat2", "checkpoint", "cond", "scan", "custom_jvp_call", "custom_vjp_call",
})  # fmt: skip
"""Primitives that return the results of the functions that they call, in the same order."""
Span = tuple[int, int]


def dead_spans(tokens: Sequence[Token]) -> list[Span]:
    """Return the spans of tokens that do not affect the results on a CPU, sorted, with inclusive ends.

    These are branches for other platforms, functions that only a derivative calls, definitions that nothing uses, and
    equations whose results nothing uses. ``jax.grad`` leaves such equations where it computes a value and returns only
    the gradient.
    """
    unused = [*_unused(tokens), *_unused_equations(tokens)]
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


def _unused_equations(tokens: Sequence[Token]) -> Iterator[Span]:
    """Yield the equations of every jaxpr that those of its results that its callers use do not depend on.

    Inner jaxprs have names of their own. Every other word counts as a variable, so an unused equation is not yielded if
    its variable has the same name as a word in a parameter.
    """
    definitions = dict(_definitions(tokens))
    openings = [at for at, token in enumerate(tokens[:-1]) if token.text == "{" and tokens[at + 1].text == "lambda"]
    last_definition = max((end for _, end in definitions.values()), default=-1)
    needed = dict[int, set[int]]()
    # A jaxpr is looked at after all its callers, which have found out what they need of it.
    ordered = [at for at in openings if at > last_definition]
    for start, end in reversed(definitions.values()):
        ordered += [at for at in openings if start <= at <= end]
    for at in ordered:
        yield from _unused_in(tokens, at, needed, definitions)


def _unused_in(
    tokens: Sequence[Token], at: int, needed: dict[int, set[int]], definitions: Mapping[str, Span]
) -> Iterator[Span]:
    """Yield the unused equations of one jaxpr, and record in ``needed`` which results of its inner functions are used.

    Args:
        tokens: the text.
        at: the position of the jaxpr's opening brace.
        needed: maps the opening brace of a jaxpr to the numbers of the results that are used; all if it is not there.
        definitions: the names of shared functions, each with the span of its braces.
    """
    close = close_of(tokens, at)
    equations, end = _equations(tokens, at + 1, close)
    results = parts_of(tokens[end + 2 : close - 1])
    used = {each.text for number, part in enumerate(results) if number in needed.get(at, {number}) for each in part}
    for start, equals, last in reversed(equations):
        names = [tokens[position].text for position in range(start, equals, 2)]
        used_here = {number for number, name in enumerate(names) if name in used and name != "_"}
        if not used_here:
            yield start, last
            continue
        used.update(_outer_words(tokens, equals + 1, last))
        for opening, whole in _called(tokens, equals + 1, last, definitions):
            before = needed.get(opening, set[int]())
            needed[opening] = before | (set(range(len(names))) if whole else used_here | _carried(tokens, equals, last))


def _called(tokens: Sequence[Token], at: int, last: int, definitions: Mapping[str, Span]) -> Iterator[tuple[int, bool]]:
    """Yield the opening brace of each function in an equation, and whether all its results may be used."""
    whole = tokens[at].text not in _RESULTS_OF_CALLED
    position = at
    while position <= last:
        text = tokens[position].text
        if text in definitions:
            yield definitions[text][0], whole
        elif text == "{" and tokens[position + 1].text == "lambda":
            yield position, whole
            position = close_of(tokens, position)
        position += 1


def _carried(tokens: Sequence[Token], equals: int, last: int) -> set[int]:
    """Return the numbers of the results of a scan that its next iteration uses."""
    if tokens[equals + 1].text != "scan":
        return set()
    found = (tokens[at + 2].text for at in range(equals, last - 1) if tokens[at].text == "num_carry")
    return set(range(int(next(found, "0"))))


def _outer_words(tokens: Sequence[Token], at: int, last: int) -> Iterator[str]:
    """Yield the texts of tokens, without those in inner jaxprs."""
    while at <= last:
        if tokens[at].text == "{":
            at = close_of(tokens, at)
        else:
            yield tokens[at].text
        at += 1


def _equations(tokens: Sequence[Token], at: int, close: int) -> tuple[list[tuple[int, int, int]], int]:
    """Return the equations of a jaxpr, and the position of the ``in`` that ends them.

    For each equation, the result has the positions of its first variable, of its equals sign and of its last token.
    """
    while at < close and tokens[at].text != "let":
        at += 1
    at += 1
    heads = list[tuple[int, int]]()
    while at < close and tokens[at].text != "in":
        equals = _equals_after(tokens, at, close)
        if equals is not None:
            heads.append((at, equals))
            at = equals + 1
        elif tokens[at].text in ("{", "[", "("):
            at = close_of(tokens, at) + 1
        else:
            at += 1
    ends = [*(start - 1 for start, _ in heads[1:]), at - 1]
    return [(start, equals, last) for (start, equals), last in zip(heads, ends, strict=False)], at


def _equals_after(tokens: Sequence[Token], at: int, close: int) -> int | None:
    """Return the position of the equals sign after the typed variables at ``at``; None if there is none."""
    start = at
    while at + 1 < close and tokens[at].kind == "word" and tokens[at + 1].kind == "type":
        if tokens[at].text in ("True", "False"):
            return None
        at += 2
    return at if at > start and at < close and tokens[at].text == "=" else None
