"""In which order the indices of kernels visit categories that are drawn unequally often."""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Wheel:
    """Categories in the order in which indices visit them, around and around."""

    order: tuple[str, ...]
    before: tuple[int, ...]
    """For each place, how often its category has stood on the wheel before."""
    places: Mapping[str, tuple[int, ...]]
    """Where each category stands."""

    @classmethod
    def of(cls, weights: Mapping[str, int]) -> "Wheel":
        """Each category as often as it weighs, its places spread evenly."""
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
        """The wheel of some of the categories, each as often as here."""
        return self.of({each: len(self.places[each]) for each in categories})

    def at(self, index: int) -> tuple[str, int]:
        """The category that an index comes to, and the number of its kernel there."""
        turn, place = divmod(index, len(self.order))
        category = self.order[place]
        return category, turn * len(self.places[category]) + self.before[place]

    def index_of(self, category: str, number: int) -> int:
        """The index of a category's kernel; ``at`` the other way around."""
        turn, place = divmod(number, len(self.places[category]))
        return turn * len(self.order) + self.places[category][place]

    def visits(self, categories: Sequence[str]) -> Iterator[tuple[int, str, int]]:
        """The indices that come to some categories, each with its category and number, without an end."""
        places = sorted(place for each in categories for place in self.places[each])
        for turn in itertools.count():
            for place in places:
                index = turn * len(self.order) + place
                yield index, *self.at(index)
