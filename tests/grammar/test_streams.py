import contextlib
from collections import Counter
from typing import NamedTuple

import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import output_of

from synthesis.drawing.streams import Stream


def test_the_same_labels_give_the_same_choices_on_every_python() -> None:
    stream = Stream("golden", 3)
    drawn = [
        stream.below(1000),
        stream.integer(-5, 5),
        stream.choice("abcdef"),
        stream.decimal(0, 2),
        stream.chance(0.5),
        stream.pick("abcdef"),
    ]
    assert drawn == GOLDEN
    assert stream.shuffled(range(6)) == GOLDEN_ORDER


GOLDEN = [315, -3, "f", 0.5, False, "a"]
GOLDEN_ORDER = [0, 5, 2, 1, 3, 4]


def test_another_hash_seed_changes_nothing() -> None:
    program = "from synthesis.drawing.streams import Stream; print(Stream('a', ('b', 1)).below(10**9))"
    assert len({output_of(program, seed) for seed in ("0", "1", "12345")}) == 1


def test_children_do_not_depend_on_what_was_drawn_before() -> None:
    used, fresh = Stream(1), Stream(1)
    for _ in range(10):
        used.fraction()
    assert used.child("x").below(10**9) == fresh.child("x").below(10**9)


def test_one_and_the_string_one_are_different_labels() -> None:
    assert Stream(1).below(10**9) != Stream("1").below(10**9)


@given(st.integers(1, 10**6), st.integers())
def test_below_stays_below(bound: int, label: int) -> None:
    assert 0 <= Stream(label).below(bound) < bound


@given(st.floats(-50, 50), st.floats(0.02, 50), st.integers(0, 2**32))
def test_decimals_stay_inside_and_are_short(low: float, width: float, label: int) -> None:
    value = Stream(label).decimal(low, low + width)
    assert low - 0.01 <= value <= low + width + 0.01
    assert len(repr(abs(value)).partition(".")[2]) <= 2


def test_choosing_from_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing to choose from"):
        Stream(0).choice([])
    with pytest.raises(ValueError, match="nothing to choose from"):
        Stream(0).pick([])


class Option(NamedTuple):
    name: str
    weight: float = 1.0


OPTIONS = [Option(name, weight) for name, weight in (("a", 1.0), ("b", 2.0), ("c", 0.5), ("d", 4.0))]


@given(st.integers(), st.sampled_from(range(5)))
def test_an_option_more_changes_only_what_it_wins(label: int, place: int) -> None:
    more = [*OPTIONS[:place], Option("e"), *OPTIONS[place:]]
    assert Stream(label).pick(more) in (Option("e"), Stream(label).pick(OPTIONS))
    ranked = Stream(label).ranked(more)
    ranked.remove(Option("e"))
    assert ranked == Stream(label).ranked(OPTIONS)


def test_what_is_picked_is_picked_in_proportion_to_its_weight() -> None:
    stream = Stream("weights")
    plain = Counter(stream.pick(OPTIONS).name for _ in range(4000))
    weighted = Counter(stream.pick(OPTIONS, weight=lambda each: each.weight).name for _ in range(7500))
    for option in OPTIONS:
        assert 900 <= plain[option.name] <= 1100
        assert 0.85 <= weighted[option.name] / (1000 * option.weight) <= 1.15


@given(st.integers())
def test_a_try_that_failed_leaves_no_trace(label: int) -> None:
    def second(options: str, draws: int) -> int:
        stream = Stream(label)
        for tried, _ in enumerate(stream.tries(options)):
            if tried:
                break
            for _ in range(draws):
                stream.word()
        return stream.word()

    assert second("abc", 0) == second("abc", 20)


def test_choices_are_made_once_more_where_an_attempt_failed() -> None:
    stream, other = Stream("attempt"), Stream("attempt")
    with contextlib.suppress(KeyError), stream.attempt():
        stream.shuffled(range(20))
        raise KeyError
    assert stream.word() == other.word()
    with stream.attempt():
        stream.word()
    other.word()
    assert stream.word() == other.word()


def test_a_child_is_the_stream_of_all_its_labels() -> None:
    assert Stream("a", 1).child("b").word() == Stream("a", 1, "b").word()
    assert Stream("a", "b").word() != Stream("ab").word()


def test_constants_are_mostly_round_and_always_in_range() -> None:
    stream = Stream("decimals")
    drawn = [stream.decimal(0.13, 2.71) for _ in range(2000)]
    assert all(0.13 <= each <= 2.71 for each in drawn)
    assert sum(each in (0.2, 0.25, 0.3, 0.5, 0.6, 0.75, 0.8, 0.9, 1.5, 2.0, 2.5) for each in drawn) > 1600
    assert not {0.0, 1.0} & set(drawn) or drawn.count(1.0) < 40  # a factor of 1 says nothing
    assert all(0.31 <= stream.decimal(0.31, 0.34) <= 0.34 for _ in range(200))  # where there is no round one
