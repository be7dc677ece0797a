"""The names of values, and the scopes in which they may be used."""

from collections.abc import Sequence

from synthesis.frontends.triton.texts.errors import TextError
from synthesis.frontends.triton.texts.structure import Block, Region, Value
from synthesis.frontends.triton.texts.types import Type


class _Level:
    """The names that one region defines."""

    def __init__(self) -> None:
        self.names: dict[str, tuple[list[Value], int]] = {}
        self.block = 0
        self.crossings: dict[tuple[int, int], int] = {}
        """Pairs of the blocks that define and use a value, with the line of a use."""


class Scopes:
    """The names of the values in one function. Each region can use names of the regions around it."""

    def __init__(self) -> None:
        self.values = 0
        self._levels: list[_Level] = []

    @property
    def depth(self) -> int:
        """The number of open regions."""
        return len(self._levels)

    def open(self) -> None:
        """Begin a region."""
        self._levels.append(_Level())

    def next_block(self, number: int) -> None:
        """Begin a block of the innermost region."""
        self._levels[-1].block = number

    def close(self, region: Region) -> None:
        """End a region.

        Raises:
            TextError: if a value may be used before it is defined.
        """
        level = self._levels.pop()
        if not level.crossings:
            return
        before = _dominators(region.blocks)
        for (defined, used), line in level.crossings.items():
            if defined not in before[used]:
                raise TextError(line, "a value that other blocks may leave undefined")

    def new(self, given: Type) -> Value:
        """Return a new value without a name."""
        self.values += 1
        return Value(self.values, given)

    def define(self, name: str, types: Sequence[Type], line: int) -> list[Value]:
        """Define the values of a name.

        Raises:
            TextError: if the name is taken.
        """
        if any(name in level.names for level in self._levels):
            raise TextError(line, f"{name} is defined twice")
        values = [self.new(each) for each in types]
        self._levels[-1].names[name] = values, self._levels[-1].block
        return values

    def find(self, name: str, number: int | None, line: int) -> Value:
        """Return a value by its name, and by its number if the name has several values.

        Raises:
            TextError: if there is no such value.
        """
        for level in reversed(self._levels):
            found = level.names.get(name)
            if found is None:
                continue
            values, block = found
            if block != level.block:
                level.crossings.setdefault((block, level.block), line)
            if (number is None and len(values) != 1) or (number or 0) >= len(values):
                raise TextError(line, f"{name} has {len(values)} values")
            values[number or 0].uses += 1
            return values[number or 0]
        raise TextError(line, f"{name} is not defined")


def _dominators(blocks: Sequence[Block]) -> list[set[int]]:
    """Return for each block its dominators, the blocks that are on every path to it."""
    number = {block.label: position for position, block in enumerate(blocks)}
    comes_from: list[set[int]] = [set() for _ in blocks]
    for position, block in enumerate(blocks):
        for successor in block.operations[-1].successors if block.operations else ():
            comes_from[number[successor.label]].add(position)
    everything: set[int] = set(range(len(blocks)))
    before = [{0}, *(set(everything) for _ in blocks[1:])]
    changed = True
    while changed:
        changed = False
        for position in range(1, len(blocks)):
            ways = [before[each] for each in comes_from[position]]
            common = everything.intersection(*ways)
            new = {position} | common
            changed |= new != before[position]
            before[position] = new
    return before
