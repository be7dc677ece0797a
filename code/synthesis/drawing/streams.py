"""Random streams that depend only on their labels.

A stream is a function of the labels that it was made from, and not of the process, the hash seed, the worker or earlier
draws. Its words are hashes of the labels. All choices are implemented here, so that no library change can change a
kernel.
"""

import functools
import hashlib
import math
import struct
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar, cast

T = TypeVar("T")
_WORDS = struct.Struct("<8Q")
_MASK = 2**64 - 1


@functools.cache
def _hash_name(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), "little")


def _names(options: Sequence[object], key: Callable[[Any], str] | None) -> Iterable[str]:
    """Return the unique names of options: their key, themselves, or their ``name``."""
    if key is not None:
        return map(key, options)
    return [each if isinstance(each, str) else each.name for each in cast("Sequence[Any]", options)]


_POSITIVE = (
    0.01, 0.05, 0.1, 0.2, 0.25, 0.3, 0.5, 0.6, 0.75, 0.8, 0.9, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 8.0, 10.0, 20.0, 100.0,
)  # fmt: skip
_ROUND = (*(-each for each in _POSITIVE), *_POSITIVE)
"""Constants that people write. 0 and 1 are excluded because they change little in a sum or a product."""
_USUAL = (0.5, 2.0)
"""The most common constants. Together with 0 and 1 they make up nine in ten constants of applications."""
_ROUND_SHARE = 0.8
"""Probability that a constant is one of ``_ROUND``, if any of these is in the range."""
_PLAINEST = 0.45
"""Probability that a constant from ``_ROUND`` is one of ``_USUAL``, if any of these is in the range."""
_ONE_DECIMAL_SHARE = 0.7
"""Probability that a constant that is not from ``_ROUND`` has only one decimal, if such a number is in the range."""


class Stream:
    """A stream of random choices, which is always the same for the same labels.

    It also carries the target and the difficulty of what is drawn, as QuickCheck's generators carry a size, so that
    functions need not pass them on.

    Options from lists that may grow (operations, names) are chosen by name, with ``pick``, ``ranked`` or ``tries``. A
    new option then changes only the choices that it wins. ``choice``, ``weighted`` and ``shuffled`` choose by position,
    for lists that belong to the code around them.

    Args:
        labels: what the stream is a function of.
        difficulty: from 1 for a kernel of one line to 5 for a long one.
        real: whether arrays have sizes as in applications, rather than sizes that are cheap to run.
        target: what the recipe must use, such as an operation; empty if nothing.
    """

    __slots__ = ("_key", "_place", "_words", "difficulty", "real", "target")

    def __init__(self, *labels: object, difficulty: int = 2, real: bool = False, target: str = "") -> None:
        self._key = "".join([f"{label!r}\x1f" for label in labels])
        self._words: list[int] = []
        self._place: int = 0
        self.difficulty = difficulty
        self.real = real
        self.target = target

    def at_real_sizes(self) -> "Stream":
        """Return the same stream from its beginning, for a kernel with the same choices at realistic sizes."""
        made = Stream(difficulty=self.difficulty, real=True, target=self.target)
        made._key = self._key
        return made

    def child(self, *labels: object) -> "Stream":
        """Return an independent stream, so that draws of one part do not affect another part."""
        made = Stream(*labels, difficulty=self.difficulty, real=self.real, target=self.target)
        made._key = self._key + made._key
        return made

    def word(self) -> int:
        """Return a uniform 64-bit integer."""
        if self._place == len(self._words):
            block = hashlib.blake2b(f"{self._key}{self._place}".encode())
            self._words += _WORDS.unpack(block.digest())
        self._place += 1
        return self._words[self._place - 1]

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Reset the stream to its current position if an exception leaves this context."""
        place = self._place
        try:
            yield
        except BaseException:
            self._place = place
            raise

    def below(self, bound: int) -> int:
        """Return a uniform integer in 0 … bound-1.

        Raises:
            ValueError: if ``bound`` is not positive.
        """
        if bound < 1:
            raise ValueError(f"nothing to choose from: bound is {bound}")
        return self.word() * bound >> 64

    def integer(self, low: int, high: int) -> int:
        """Return a uniform integer in low … high, both included."""
        return low + self.below(high - low + 1)

    def fraction(self) -> float:
        """Return a uniform number in [0, 1)."""
        return (self.word() >> 11) / 2**53

    def chance(self, probability: float) -> bool:
        """Return True with the given probability."""
        return self.fraction() < probability

    def decimal(self, low: float, high: float, places: int = 2) -> float:
        """Return a constant in [low, high] as people write it: usually a round one, else with one or more decimals."""
        fitting = [each for each in _ROUND if low <= each <= high]
        if fitting and self.chance(_ROUND_SHARE):
            usual = [each for each in fitting if abs(each) in _USUAL]
            return self.choice(usual if usual and self.chance(_PLAINEST) else fitting)
        if (
            places > 1
            and self.chance(_ONE_DECIMAL_SHARE)
            and math.ceil(low * 10 - 1e-9) <= math.floor(high * 10 + 1e-9)
        ):
            places = 1
        scale = 10**places
        return self.integer(math.ceil(low * scale - 1e-9), math.floor(high * scale + 1e-9)) / scale

    # By position

    def choice(self, options: Sequence[T]) -> T:
        """Return one of the options, all equally likely."""
        return options[self.below(len(options))]

    def weighted(self, options: Sequence[tuple[T, float]]) -> T:
        """Return a random option; the probability of each is proportional to its weight."""
        point = self.fraction() * math.fsum(weight for _, weight in options)
        for option, weight in options:
            point -= weight
            if point < 0:
                return option
        return options[-1][0]

    def shuffled(self, options: Sequence[T]) -> list[T]:
        """Return the options in random order."""
        result = list(options)
        for last in range(len(result) - 1, 0, -1):
            other = self.below(last + 1)
            result[last], result[other] = result[other], result[last]
        return result

    # By name

    def pick(
        self, options: Sequence[T], *, key: Callable[[T], str] | None = None, weight: Callable[[T], float] | None = None
    ) -> T:
        """Return a random option, all equally likely or with probabilities proportional to their weights.

        It uses one word of the stream. Every option has a score that depends on its name and the word, and the highest
        score wins (highest random weight, or rendezvous hashing). If options are added, the choice changes only if a
        new one wins.

        Args:
            options: the options, in any order.
            key: returns the unique name of an option; by default itself, or its ``name``.
            weight: returns the weight of an option, above 0.

        Raises:
            ValueError: if there are no options.
        """
        if not options:
            raise ValueError("nothing to choose from: no options")
        scores = self._scores(options, key, weight)
        return options[scores.index(max(scores))]

    def ranked(
        self, options: Sequence[T], *, key: Callable[[T], str] | None = None, weight: Callable[[T], float] | None = None
    ) -> list[T]:
        """Return the options in random order; see ``pick``. A new option changes only its own position."""
        scores = self._scores(options, key, weight)
        return [options[place] for place in sorted(range(len(options)), key=scores.__getitem__, reverse=True)]

    def tries(
        self, options: Sequence[T], *, key: Callable[[T], str] | None = None, weight: Callable[[T], float] | None = None
    ) -> Iterator[T]:
        """Yield the options in the order of ``ranked``, with the same following choices for each.

        The stream is reset before each option, so that failed options have no effect on later draws.
        """
        ranked = self.ranked(options, key=key, weight=weight)
        place = self._place
        for option in ranked:
            self._place = place
            yield option
        self._place = place

    def _scores(
        self, options: Sequence[T], key: Callable[[T], str] | None, weight: Callable[[T], float] | None
    ) -> Sequence[float]:
        word = self.word()
        scores = [
            (mixed ^ mixed >> 32) * 0x94D049BB133111EB & _MASK
            for name in _names(options, key)
            for mixed in ((word ^ _hash_name(name)) * 0xBF58476D1CE4E5B9 & _MASK,)
        ]
        if weight is None:
            return scores
        return [math.log((score + 0.5) / 2**64) / weight(each) for score, each in zip(scores, options, strict=True)]
