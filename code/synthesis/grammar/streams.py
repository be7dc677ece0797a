"""Random streams that depend on their labels alone.

A stream is a function of the labels that it was made from: not of the process, the hash seed, the worker or
what was drawn before. Python's ``Random`` is used only for its 32-bit Mersenne twister words, whose sequence is
documented to be stable; every choice is made here, so that no library change moves a kernel.
"""

import hashlib
import math
from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def digest(*labels: object) -> str:
    """A 32-character hexadecimal hash of labels (blake2b); ``repr`` tells 1 from "1"."""
    return hashlib.blake2b("\x1f".join(map(repr, labels)).encode(), digest_size=16).hexdigest()


class Stream:
    """A stream of random choices, the same wherever and whenever it is made from the same labels.

    With the choices it carries how much is to be drawn from them, as QuickCheck's generators carry a size; so whatever
    draws a part of a kernel knows it, and no function in between hands it on.

    Args:
        labels: what it is a function of.
        difficulty: 1 for a kernel of one line to 5 for a long one.
    """

    def __init__(self, *labels: object, difficulty: int = 2) -> None:
        self._labels = labels
        self._bits = Random(int(digest(*labels), 16)).getrandbits  # noqa: S311 (not for secrets)
        self.difficulty = difficulty

    def child(self, *labels: object) -> "Stream":
        """An independent stream, so that what one part draws does not move another part."""
        return Stream(*self._labels, *labels, difficulty=self.difficulty)

    def below(self, bound: int) -> int:
        """A uniform integer of 0 … bound-1, without modulo bias.

        Raises:
            ValueError: if ``bound`` is not positive.
        """
        if bound < 1:
            raise ValueError(f"nothing to choose from: bound is {bound}")
        width = bound.bit_length()
        while True:
            value = self._bits(width)
            if value < bound:
                return value

    def integer(self, low: int, high: int) -> int:
        """A uniform integer of low … high, both included."""
        return low + self.below(high - low + 1)

    def fraction(self) -> float:
        """A uniform number of [0, 1)."""
        return self._bits(53) / 2**53

    def chance(self, probability: float) -> bool:
        """True with the given probability."""
        return self.fraction() < probability

    def choice(self, options: Sequence[T]) -> T:
        """One of the options, each as likely as the others."""
        return options[self.below(len(options))]

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """One of the options, each in proportion to its weight."""
        point = self.fraction() * math.fsum(weight for _, weight in options)
        for option, weight in options:
            point -= weight
            if point < 0:
                return option
        return options[-1][0]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """The options in a random order."""
        result = list(options)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    def decimal(self, low: float, high: float, places: int = 2) -> float:
        """A short decimal of [low, high], as people write constants."""
        scale = 10**places
        return self.integer(math.ceil(low * scale - 1e-9), math.floor(high * scale + 1e-9)) / scale
