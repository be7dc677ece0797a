"""A search for constants that a Warp text reads, but does not assign on every path.

Warp 1.19 gives a named constant a variable where a kernel first reads it. If both sides of a branch read it, Warp
merges the two variables after the branch as it merges those of assigned names (``var_41 = wp::where(var_16, var_26,
var_36);``), and reads the merged one from then on. If the branch is itself inside another branch or a loop, and the
constant is also read after that, the other paths leave the merged variable unassigned. The results of such a text are
correct only if the memory happens to hold the right value. The kernel is not at fault, and no run is certain to show
the error.
"""

import re
from collections.abc import Collection, Iterator

from synthesis.frontends.warp.releases import ranges_with_trips

_CONSTANT = re.compile(r"^\s*const .+ (var_\d+) = (.+);$", re.MULTILINE)
_MERGED = re.compile(r"^\s*(var_\d+) = wp::where\((var_\w+), (var_\d+), (var_\d+)\);$")
_BRANCH = re.compile(r"^\s*if \((!?)(var_\w+)\) \{$")
_LOOP = re.compile(r"^\s*if \((?:iter_cmp\((?P<range>var_\d+)\) == 0|\(var_\w+\) == false)\) goto (?P<end>end_\w+);$")
"""Matches the head of a loop that may have no iterations. Since Warp 1.19, other loops compare numbers."""
_VARIABLE = re.compile(r"\bvar_\d+\b")
Blocks = tuple[tuple[int, str], ...]
"""The blocks and loops around a line, from the outside. Each is a unique number and a text.

The text is a branch's condition, with ``!`` before it if it is negated; for a loop, the label at its end; else empty.
"""


def find_unassigned(text: str) -> str | None:
    """Return a description of a constant that a C++ or CUDA text may read unassigned; None if there is none."""
    for body in text.split("\n}\n"):
        constants = dict(_CONSTANT.findall(body))
        if len(constants) > len(set(constants.values())) and "wp::where(" in body:
            found = _find_in(body, constants)
            if found is not None:
                return found
    return None


def _find_in(body: str, constants: dict[str, str]) -> str | None:
    merged = dict[str, tuple[Blocks, bool]]()
    """For each variable that merges equal constants: its blocks, and whether some path leaves it unassigned."""
    values = dict(constants)
    for line, blocks in _lines(body, ranges_with_trips(body, constants)):
        if "wp::adj_" in line:
            break  # the backward lines read only variables that were assigned before
        merge = _MERGED.match(line)
        if merge is not None:
            name, condition, *sides = merge.groups()
            value = values.get(sides[0])
            if value is not None and values.get(sides[1]) == value:
                ways = zip(sides, (condition, f"!{condition}"), strict=True)
                left_out = any(_may_be_unassigned(merged.get(side), blocks, way) for side, way in ways)
                values[name], merged[name] = value, (blocks, left_out)
            continue  # a merge of other variables selects an assigned one, or its result is not read
        for name in _VARIABLE.findall(line) if merged else ():
            if name in merged and _may_be_unassigned(merged[name], blocks, None):
                return f"{name}, a constant that Warp reads before it is assigned: {line.strip()}"
    return None


def _may_be_unassigned(assigned: tuple[Blocks, bool] | None, blocks: Blocks, way: str | None) -> bool:
    """Return whether a merged variable may be unassigned where it is read.

    Args:
        assigned: the blocks in which it is assigned, and whether a path leaves it unassigned even there; None for a
            variable that is not merged.
        blocks: the blocks in which it is read.
        way: the condition under which it is read there; None if it is always read.
    """
    if assigned is None:
        return False
    where, left_out = assigned
    inside = where[: len(blocks)] == blocks and len(where) == len(blocks) + 1 and where[-1][1] == way
    return left_out or not (blocks[: len(where)] == where or inside)


def _lines(body: str, turning: Collection[str]) -> Iterator[tuple[str, Blocks]]:
    """Yield the lines of a function, each with its blocks; ``turning`` are ranges with at least one iteration."""
    blocks: Blocks = ()
    for number, line in enumerate(body.split("\n")):
        code = line.split("//", 1)[0].rstrip()
        if code.lstrip().startswith("}") or (blocks and code.strip() == f"{blocks[-1][1]}:;"):
            blocks = blocks[:-1]
        yield code, blocks
        loop = _LOOP.match(code)
        if loop is not None and loop["range"] not in turning:
            blocks = (*blocks, (number, loop["end"]))
        elif code.endswith("{"):
            branch = _BRANCH.match(code)
            blocks = (*blocks, (number, "".join(branch.groups()) if branch is not None else ""))
