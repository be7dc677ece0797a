"""pass@k against what it is the expectation of, and intervals against what they promise."""

import itertools
import random

import pytest

from synthesis.scoring.evaluation.estimates import interval, pass_at


@pytest.mark.parametrize("answers", [1, 4, 7])
def test_pass_at_k_is_the_share_of_draws_without_putting_back_that_hold_a_right_answer(answers: int) -> None:
    for right, k in itertools.product(range(answers + 1), range(1, answers + 1)):
        draws = list(itertools.combinations([index < right for index in range(answers)], k))
        assert pass_at(k, answers, right) == pytest.approx(sum(map(any, draws)) / len(draws))


def test_pass_at_k_is_exact_where_all_or_none_are_right() -> None:
    assert pass_at(10, 200, 0) == 0.0
    assert pass_at(10, 200, 200) == 1.0
    assert pass_at(100, 1000, 901) == 1.0


@pytest.mark.parametrize(("k", "answers", "right"), [(2, 1, 0), (0, 1, 1), (1, 1, 2)])
def test_pass_at_k_of_fewer_answers_is_refused(k: int, answers: int, right: int) -> None:
    with pytest.raises(ValueError, match="pass@"):
        pass_at(k, answers, right)


@pytest.mark.parametrize("count", [20, 200])
@pytest.mark.parametrize("chance", [0.02, 0.4, 0.95])
@pytest.mark.parametrize("answers", [1, 8])
def test_intervals_hold_the_truth_as_often_as_they_promise(count: int, chance: float, answers: int) -> None:
    draw, trials, held = random.Random(7), 400, 0
    for _ in range(trials):
        shares = [sum(draw.random() < chance for _ in range(answers)) / answers for _ in range(count)]
        found = interval(sum(shares) / count, count)
        held += found.low <= chance <= found.high
    assert held >= 0.92 * trials


def test_an_interval_is_never_empty_and_never_outside() -> None:
    for mean in (0.0, 0.3, 1.0):
        for count in (1, 3, 1000):
            found = interval(mean, count)
            assert 0.0 <= found.low <= mean <= found.high <= 1.0
            assert found.high - found.low > 0
