import pytest
from hypothesis import given
from hypothesis import strategies as st
from processes import output_of

from synthesis.grammar.streams import Stream


def test_the_same_labels_give_the_same_choices_on_every_python() -> None:
    stream = Stream("golden", 3)
    drawn = [
        stream.below(1000),
        stream.integer(-5, 5),
        stream.choice("abcdef"),
        stream.decimal(0, 2),
        stream.chance(0.5),
    ]
    assert drawn == GOLDEN
    assert stream.shuffled(range(6)) == GOLDEN_ORDER


GOLDEN = [290, 3, "a", 1.27, False]
GOLDEN_ORDER = [5, 1, 2, 4, 3, 0]


def test_another_hash_seed_changes_nothing() -> None:
    program = "from synthesis.grammar.streams import Stream; print(Stream('a', ('b', 1)).below(10**9))"
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
