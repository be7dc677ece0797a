"""Where a text of Warp's reads a constant that not every way to it has assigned.

Warp 1.19 gives a named constant a variable where a kernel first reads it. If that is in both sides of a branch, it
merges the two variables behind it as it merges those of names that are assigned (``var_41 = wp::where(var_16, var_26,
var_36);``), and reads the merged one from then on. Where the branch is itself inside another one, or in a loop, and the
constant is read behind that, too, the ways around it leave the variable as it was: a text that is right only where
what is left in memory happens to be right. No kernel is at fault that is lowered to such a text, and no run shows it
for certain.
"""

import re
from collections.abc import Collection, Iterator

from synthesis.frontends.warp.releases import ranges_with_trips

_CONSTANT = re.compile(r"^\s*const .+ (var_\d+) = (.+);$", re.MULTILINE)
_MERGED = re.compile(r"^\s*(var_\d+) = wp::where\((var_\w+), (var_\d+), (var_\d+)\);$")
_BRANCH = re.compile(r"^\s*if \((!?)(var_\w+)\) \{$")
_LOOP = re.compile(r"^\s*if \((?:iter_cmp\((?P<range>var_\d+)\) == 0|\(var_\w+\) == false)\) goto (?P<end>end_\w+);$")
"""The head of a loop that may have no trip; that of one which has some compares with a number since Warp 1.19."""
_VARIABLE = re.compile(r"\bvar_\d+\b")
Blocks = tuple[tuple[int, str], ...]
"""The blocks and loops around a line, from the outside: a number of its own and the condition, ``!`` before it if it is
negated; the label behind a loop; nothing of other blocks."""


def find_unassigned(text: str) -> str | None:
    """What a C++ or CUDA text reads that it may not have assigned, in words; None if there is no such constant."""
    for body in text.split("\n}\n"):
        constants = dict(_CONSTANT.findall(body))
        if len(constants) > len(set(constants.values())) and "wp::where(" in body:
            found = _find_in(body, constants)
            if found is not None:
                return found
    return None


def _find_in(body: str, constants: dict[str, str]) -> str | None:
    merged = dict[str, tuple[Blocks, bool]]()
    """Variables that are the same constant by either side of a branch: where, and whether a way leaves them out."""
    values = dict(constants)
    for line, blocks in _lines(body, ranges_with_trips(body, constants)):
        if "wp::adj_" in line:
            break  # what is behind reads what was assigned before
        merge = _MERGED.match(line)
        if merge is not None:
            name, condition, *sides = merge.groups()
            value = values.get(sides[0])
            if value is not None and values.get(sides[1]) == value:
                ways = zip(sides, (condition, f"!{condition}"), strict=True)
                left_out = any(_may_be_left_out(merged.get(side), blocks, way) for side, way in ways)
                values[name], merged[name] = value, (blocks, left_out)
            continue  # of other variables it chooses one that is assigned, as far as anybody reads what it gives
        for name in _VARIABLE.findall(line) if merged else ():
            if name in merged and _may_be_left_out(merged[name], blocks, None):
                return f"{name}, a constant that Warp reads where it has not assigned it: {line.strip()}"
    return None


def _may_be_left_out(assigned: tuple[Blocks, bool] | None, blocks: Blocks, way: str | None) -> bool:
    """Whether a merged variable may not be assigned where it is read.

    Args:
        assigned: where it is assigned, and whether a way leaves it out even there; None of another variable.
        blocks: those that it is read in.
        way: the condition under which it is read there; None for always.
    """
    if assigned is None:
        return False
    where, left_out = assigned
    inside = where[: len(blocks)] == blocks and len(where) == len(blocks) + 1 and where[-1][1] == way
    return left_out or not (blocks[: len(where)] == where or inside)


def _lines(body: str, turning: Collection[str]) -> Iterator[tuple[str, Blocks]]:
    """The lines of a function, each with the blocks that it is in; ``turning`` are ranges that have a trip."""
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
