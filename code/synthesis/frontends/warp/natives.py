"""A map from the lines of native snippets in Warp's text to the lines of the Python source.

Warp copies a snippet into its text and does not record its place in the source, so its lines are found by comparison.
"""

import ast

from synthesis.frontends.linemap import LineMap, origins_of, runs_of
from synthesis.frontends.warp.texts import clean_lines


def with_native_lines(runs: LineMap, text: str, source: str) -> LineMap:
    """Return a line map with the lines of native snippets added.

    Args:
        runs: the line map of the generated text.
        text: C++ or CUDA.
        source: the kernel's Python source, with the snippets as multi-line strings.
    """
    if "func_native" not in source:
        return runs
    snippets = _snippets(source)
    lines = [line.strip() for line in text.splitlines()]
    origins = origins_of(runs)
    for snippet in snippets:
        length = len(snippet)
        for start in range(len(lines) - length + 1):
            if length and lines[start : start + length] == [line for _, line in snippet]:
                origins |= {start + 1 + place: number for place, (number, _) in enumerate(snippet)}
    return runs_of(origins.get(number) for number in range(1, len(lines) + 1))


def _snippets(source: str) -> list[list[tuple[int, str]]]:
    """Return the lines of each multi-line string as Warp prints them, with their line numbers in the source."""
    found: list[list[tuple[int, str]]] = []
    try:
        tree = ast.parse(source)
    except SyntaxError:  # an incomplete collected source may not parse
        return found
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and "\n" in node.value:
            written = enumerate(node.value.split("\n"), start=node.lineno)
            cleaned = [(number, "".join(clean_lines(line, {})[0]).strip()) for number, line in written]
            found.append([(number, line) for number, line in cleaned if line])
    return found
