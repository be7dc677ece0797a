"""The wheel: the cyclic sequence of categories that the indices of kernels visit."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wheel:
    """A cyclic sequence of categories that indices visit in order."""

    order: tuple[str, ...]
    before: tuple[int, ...]
    """For each position, how often its category occurs before it."""
    places: Mapping[str, tuple[int, ...]]
    """The positions of each category."""

    @classmethod
    def of(cls, weights: Mapping[str, int]) -> "Wheel":
        """Return a cyclic sequence in which each category occurs as often as its weight, evenly spread."""
        spread = [
            ((place + 0.5) / weight, position, category, place)
            for position, (category, weight) in enumerate(weights.items())
            for place in range(weight)
        ]
        spread.sort()
        order = tuple(category for _, _, category, _ in spread)
        places = {each: tuple(place for place, name in enumerate(order) if name == each) for each in weights}
        return cls(order, tuple(place for _, _, _, place in spread), places)

    def only(self, categories: Sequence[str]) -> "Wheel":
        """Return the cyclic sequence of some of the categories, each of which occurs as often as in this sequence."""
        return self.of({each: len(self.places[each]) for each in categories})

    def at(self, index: int) -> tuple[str, int]:
        """Return the category of an index, and the number of its kernel within the category."""
        turn, place = divmod(index, len(self.order))
        category = self.order[place]
        return category, turn * len(self.places[category]) + self.before[place]

    def index_of(self, category: str, number: int) -> int:
        """Return the index of a category's kernel, the inverse of ``at``."""
        turn, place = divmod(number, len(self.places[category]))
        return turn * len(self.order) + self.places[category][place]

    def visits(self, categories: Sequence[str]) -> Iterator[tuple[int, str, int]]:
        """Yield the indices of some categories, each with its category and number, endlessly."""
        places = sorted(place for each in categories for place in self.places[each])
        for turn in itertools.count():
            for place in places:
                index = turn * len(self.order) + place
                yield index, *self.at(index)
