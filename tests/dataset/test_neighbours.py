"""Near repeats: those that MinHash finds are near by the exact measure too, and none that is very near is missed."""

import random
from collections.abc import Iterator

from synthesis.dataset.neighbours import (
    _runs_of,  # pyright: ignore[reportPrivateUsage]
    find_neighbours,
)


def program(words: list[str]) -> str:
    return "def f(x):\n" + "".join(f"    x = {word}(x)\n" for word in words) + "    return x\n"


def programs(count: int) -> Iterator[str]:
    """Programs of forty calls, of which every other has a part of an earlier one changed, more and more of it."""
    choices = random.Random(4)
    before: list[str] = []
    for number in range(count):
        words = [f"call_{choices.randrange(500)}" for _ in range(40)]
        if number % 2:
            changed = number * 40 // count
            words = words[:changed] + before[changed:]
        before = words
        yield program(words)


def similarity(one: str, other: str) -> float:
    ours, theirs = set(_runs_of(one)), set(_runs_of(other))
    return len(ours & theirs) / len(ours | theirs)


def test_what_is_found_is_near_and_what_is_very_near_is_found() -> None:
    sources = list(programs(400))
    found = find_neighbours(sources)
    assert found.rows == 400
    exact = {number: similarity(sources[number], sources[number - 1]) for number in range(1, 400, 2)}
    very = [number for number, share in exact.items() if share >= 0.9]
    assert len(very) >= 5
    assert all(found.of.get(number) == number - 1 for number in very)
    assert all(similarity(sources[row], sources[first]) >= 0.65 for row, first in found.of.items())
    assert 0 < len(found.of) < 200


def test_the_same_is_found_in_every_process_and_what_is_no_python_is_near_to_nothing() -> None:
    sources = [*programs(20), "def f(:", "def f(:", "("]
    assert find_neighbours(sources) == find_neighbours(iter(sources))
    assert not {20, 21, 22} & find_neighbours(sources).of.keys()
    assert find_neighbours([]).rows == 0
