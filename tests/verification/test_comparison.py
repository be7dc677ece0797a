from typing import Any

import ml_dtypes
import numpy as np
import pytest

from synthesis.core.sandbox.wire import decode, encode
from synthesis.frontends.base import PerturbedRun, Values
from synthesis.verification.comparison import compare
from synthesis.verification.inputs import poison_of
from synthesis.verification.rounding import (
    exceeds_rounding_cap,
    has_few_elements,
    has_rounding_noise,
    with_max_shifts,
    with_relaxed_tolerances,
)
from synthesis.verification.tolerances import CAP, Expected, expect

ONE = np.linspace(1, 2, 20)


def expected_of(double: np.ndarray, own: np.ndarray, poison: object = None):  # type: ignore[type-arg]
    return expect([{"o": double}], [{"o": own}], {} if poison is None else {"o": poison})


def values(array: np.ndarray) -> list[Values]:  # type: ignore[type-arg]
    return [{"o": array}]


def test_the_allowance_is_a_few_units_where_the_arithmetic_is_exact() -> None:
    expected = expected_of(ONE.astype(np.float32).astype(float), ONE.astype(np.float32))
    assert expected.largest_tolerance < 1e-5
    near, far = ONE.astype(np.float32), ONE.astype(np.float32)
    near[3] *= 1 + 2e-6
    far[3] *= 1 + 1e-4
    assert compare(values(near), expected).mismatch is None
    mismatch = compare(values(far), expected).mismatch
    assert mismatch is not None
    assert (mismatch.array, mismatch.index, mismatch.run) == ("o", (3,), 0)


def test_the_allowance_grows_with_the_rounding_that_the_arithmetic_makes() -> None:
    own = (ONE * (1 + 1e-5)).astype(np.float32)
    expected = expected_of(ONE, own)
    assert 2e-5 < expected.largest_tolerance < 1e-3
    assert compare(values((ONE * (1 - 1e-5)).astype(np.float32)), expected).mismatch is None


NARROW = (np.float16, ml_dtypes.bfloat16, ml_dtypes.float8_e4m3fn, ml_dtypes.float8_e5m2, ml_dtypes.float4_e2m1fn)
EVEN = np.linspace(2.0, 3.0, 500)


@pytest.mark.parametrize("dtype", NARROW)
def test_what_is_only_stored_in_low_precision_is_compared_as_it_was_before(dtype: type[np.generic]) -> None:
    own = EVEN.astype(dtype)
    expected = expected_of(EVEN, own)
    one = own.copy()
    one[70] = np.nextafter(one[70], np.asarray(6, dtype))
    assert compare(values(one), expected).mismatch is None
    for wrong in (EVEN * 1.06, EVEN + 0.5, np.zeros(500)):
        assert compare(values(wrong.astype(dtype)), expected).mismatch is not None


@pytest.mark.parametrize("dtype", NARROW)
def test_a_number_between_two_of_its_format_may_be_stored_as_either(dtype: type[np.generic]) -> None:
    low = np.asarray(2, dtype)
    high = np.nextafter(low, np.asarray(6, dtype))
    middle = np.full(100, (float(low) + float(high)) / 2)
    expected = expected_of(middle, middle.astype(dtype))
    for each in (low, high):
        assert compare(values(np.full(100, each)), expected).mismatch is None
    above = np.nextafter(high, np.asarray(6, dtype))
    assert compare(values(np.full(100, above)), expected).mismatch is not None


@pytest.mark.parametrize("dtype", NARROW)
def test_truncated_numbers_may_be_off_by_one_unit(dtype: type[np.generic]) -> None:
    nearest = EVEN.astype(dtype)
    own = np.where(nearest.astype(float) > EVEN, np.nextafter(nearest, np.asarray(0, dtype)), nearest)
    expected = expected_of(EVEN, own)
    assert expected.storing["o"].units == 1.0
    assert compare(values(nearest), expected).mismatch is None
    assert compare(values((EVEN * 1.9).astype(dtype)), expected).mismatch is not None


def test_an_array_of_few_bits_may_saturate() -> None:
    double = np.array([10.0, 500.0, 9000.0, -700.0])
    own = np.clip(double, -448, 448).astype(ml_dtypes.float8_e4m3fn)
    expected = expected_of(double, own)
    assert expected.storing["o"].error == 0.0
    assert compare(values(own[::-1].copy()), expected).mismatch is not None


def test_a_kernel_that_needs_more_than_the_cap_is_ill_conditioned() -> None:
    expected = expected_of(ONE, (ONE * 1.02).astype(np.float32))
    assert expected.ill_conditioned is not None
    assert expected.largest_tolerance <= CAP
    assert expected_of(ONE, ONE.astype(np.float32)).ill_conditioned is None


def test_one_comparison_may_fall_either_way() -> None:
    double, own = ONE.copy(), ONE.astype(np.float32)
    double[4] = 7.0
    expected = expected_of(double, own)
    assert expected.ill_conditioned is None
    for value in (double, own):
        assert compare(values(value.astype(np.float32)), expected).mismatch is None
    other = own.copy()
    other[4] = 3.0
    assert compare(values(other), expected).mismatch is not None


@pytest.mark.parametrize("zeros", [0, 20, 31, 32, 33, 40])
def test_zeros_do_not_make_an_element_be_held_against_next_to_nothing(zeros: int) -> None:
    """Of rows whose mean is taken off, and some of which are masked, some elements are next to nothing by chance."""
    generator = np.random.default_rng(0)
    double = generator.normal(size=(64, 32))
    double[:, 0] = 1e-7 * generator.normal(size=64)
    rounding = 1e-7 * generator.normal(size=double.shape)
    double[:zeros], rounding[:zeros] = 0, 0
    expected = expected_of(double, (double + rounding).astype(np.float32))
    assert expected.ill_conditioned is None
    assert expected.largest_tolerance < 2e-5
    for wrong in (double * 1.001, double + 1e-3 * (double == double[0]), np.roll(double, 1, axis=1)):
        assert compare(values(wrong.astype(np.float32)), expected).mismatch is not None


def test_a_nan_never_agrees_and_is_no_value_of_the_reference_either() -> None:
    expected = expected_of(ONE, ONE.astype(np.float32))
    wrong = ONE.astype(np.float32)
    wrong[0] = np.nan
    assert compare(values(wrong), expected).mismatch is not None
    assert expected_of(np.where(ONE > 1.5, np.nan, ONE), wrong).non_finite == "o"


def test_what_the_reference_leaves_alone_has_to_be_as_it_was() -> None:
    poison = poison_of("float32")
    own = ONE.astype(np.float32)
    own[10:] = poison
    expected = expected_of(own.astype(float), own, poison)
    found = compare(values(own), expected)
    assert (found.mismatch, found.elements) == (None, 10)
    written = own.copy()
    written[12] = 0.0
    assert compare(values(written), expected).mismatch is not None
    nothing = expected_of(np.full(5, float(poison)), np.full(5, poison, np.float32), poison)
    assert compare(values(np.full(5, poison, np.float32)), nothing).elements == 0


def test_whole_numbers_have_to_be_equal() -> None:
    own = np.arange(5, dtype=np.int32)
    expected = expected_of(own, own)
    assert compare(values(own), expected).mismatch is None
    assert compare(values(own + np.int32(own == 4)), expected).mismatch is not None


@pytest.mark.parametrize("other", [np.zeros((4, 5), np.float32), np.zeros(19, np.float32)])
def test_another_shape_is_a_mismatch(other: np.ndarray) -> None:  # type: ignore[type-arg]
    assert compare(values(other), expected_of(ONE, ONE.astype(np.float32))).mismatch is not None
    assert compare([{}], expected_of(ONE, ONE.astype(np.float32))).mismatch is not None


def perturbed_run(off: Any) -> list[PerturbedRun]:
    """What rounding makes of one run, in which it turns no comparison."""
    return [PerturbedRun(each, ()) for each in values(off)]


def test_an_element_whose_comparison_rounding_may_turn_is_either_and_no_other() -> None:
    own = {"o": ONE.astype(np.float32), "n": np.arange(5)}
    inverted = {"o": own["o"] + np.float32(0.5) * (np.arange(ONE.size) == 3), "n": own["n"] + (own["n"] == 2)}
    loose = with_relaxed_tolerances(expect([{"o": ONE, "n": own["n"]}], [own], {}), [PerturbedRun(own, [inverted])])
    assert compare([own], loose).mismatch is None
    assert compare([inverted], loose).mismatch is None
    for name, element in (("o", 3), ("o", 4), ("n", 2), ("n", 3)):
        wrong = {**inverted, name: inverted[name].copy()}
        wrong[name][element] += 1
        mismatch = compare([wrong], loose).mismatch
        assert mismatch is not None
        assert (mismatch.array, mismatch.index) == (name, (element,))


@pytest.mark.parametrize(("rest", "own_rest"), [(-8e-12, -5e-12), (2.8e-17, 2.8e-17)])
def test_next_to_nothing_that_is_left_of_much_may_be_as_little_of_another_kind(rest: float, own_rest: float) -> None:
    true, own, usual = np.zeros(20), np.zeros(20, np.float32), ONE.astype(np.float32)
    true[3], own[3] = rest, own_rest
    expected = expect([{"o": ONE}, {"o": true}], [{"o": usual}, {"o": own}], {})
    for element, off, agrees in ((3, 0.0, True), (3, -1e-8, True), (3, 2e-7, True), (3, 1e-6, False), (4, 1e-9, False)):
        found = own.copy()
        found[element] = off
        compared = compare([{"o": usual}, {"o": found}], expected)
        assert (compared.mismatch is None) == agrees, (element, off)


def test_an_element_that_rounding_moves_further_may_be_further_off_and_no_other() -> None:
    own, perturbed, found = (ONE.astype(np.float32) for _ in range(3))
    perturbed[3] += 1e-4
    found[3] -= 3e-4
    expected = expected_of(ONE, own)
    loose = with_relaxed_tolerances(expected, perturbed_run(perturbed))
    assert compare(values(found), expected).mismatch is not None
    assert compare(values(found), loose).mismatch is None
    assert loose.largest_tolerance == expected.largest_tolerance < loose.largest_allowance < 1e-3
    found[4] -= 3e-4
    mismatch = compare(values(found), loose).mismatch
    assert mismatch is not None
    assert mismatch.index == (4,)


def test_what_rounding_comes_to_is_capped_and_left_out_where_it_is_more_than_that() -> None:
    own = ONE.astype(np.float32)
    perturbed = own * np.float32(1 + CAP / 2)
    perturbed[5] = 3.0
    perturbed[6] = np.nan
    (slack,) = with_relaxed_tolerances(expected_of(ONE, own), perturbed_run(perturbed)).slack
    assert slack["o"][5] == slack["o"][6] == 0.0
    assert slack["o"].max() <= 2 * CAP
    small = np.array([1e-6, 2e-6, 1.0])
    (slack,) = with_relaxed_tolerances(
        expected_of(small, small.astype(np.float32)), perturbed_run(np.array([4e-6, 2e-6, 1.0], np.float32))
    ).slack
    assert slack["o"][0] * (1e-6 + 2e-6) == pytest.approx(8 * 3e-6, rel=1e-3)  # little beside the largest


def test_an_element_that_is_what_rounding_leaves_may_be_something_else_of_its_kind_and_no_other() -> None:
    true = np.linspace(0.5, 1.0, 200)
    own = true.astype(np.float32)
    perturbed = own.copy()
    own[3] += np.float32(0.2)
    perturbed[3] -= np.float32(0.1)
    loose = with_relaxed_tolerances(expected_of(true, own), perturbed_run(perturbed))
    for element, off, agrees in ((3, -0.7, True), (3, 100.0, False), (3, np.nan, False), (4, -0.1, False)):
        found = own.copy()
        found[element] += np.float32(off)
        assert (compare(values(found), loose).mismatch is None) == agrees, (element, off)
    assert loose.largest_allowance < CAP
    all_over = with_relaxed_tolerances(
        expected_of(true, own), perturbed_run(perturbed + np.float32(0.5) * (np.arange(200) < 9))
    )
    found = own.copy()
    found[3] -= np.float32(0.7)
    assert compare(values(found), all_over).mismatch is not None  # no element in a hundred: nine of them
    steady = with_relaxed_tolerances(
        expected_of(true, own), perturbed_run(own)
    )  # a decision that falls either way, and no rounding
    found = own.copy()
    found[3] -= np.float32(0.7)
    assert compare(values(found), steady).mismatch is not None


@pytest.mark.parametrize(("lost", "runs", "agrees"), [(1, 1, True), (3, 8, True), (3, 1, False), (15, 8, False)])
def test_a_vector_that_is_what_rounding_leaves_is_no_more_than_the_outliers_of_all_runs(
    lost: int, runs: int, agrees: bool
) -> None:
    """A run may have several such elements at once, such as the components of one direction."""
    true = np.linspace(0.5, 1.0, 180)
    own = true.astype(np.float32)
    perturbed, found = own.copy(), own.copy()
    perturbed[:lost] -= np.float32(0.2)
    found[:lost] += np.float32(0.3)
    expected = expect([{"o": true}] * runs, [{"o": own}] * runs, {})
    loose = with_relaxed_tolerances(expected, [*perturbed_run(perturbed), *[PerturbedRun({"o": own}, ())] * (runs - 1)])
    outcome = [*values(found), *values(own) * (runs - 1)]
    assert (compare(outcome, loose).mismatch is None) == agrees
    found[lost] += np.float32(0.3)
    assert compare(outcome, loose).mismatch is not None


def test_a_run_of_which_rounding_alone_moves_an_array_is_lost() -> None:
    double = np.full(200, 1e-8)
    expected = expected_of(double, double.astype(np.float32))

    def moves(count: int, size: float) -> bool:
        off = np.where(np.arange(200) < count, double * (1 + size), double).astype(np.float32)
        return exceeds_rounding_cap(expected, 0, perturbed_run(off)[0])

    assert moves(200, 7.0)
    assert moves(3, 7.0)
    assert not moves(2, 7.0)
    assert not moves(200, 0.005)


def test_an_element_that_one_of_several_measurements_moves_may_be_as_far_off() -> None:
    own = ONE.astype(np.float32)
    first, second = own.copy(), own.copy()
    first[2] += 1e-4
    second[[2, 3]] += np.array([1e-5, 1e-4], np.float32)
    otherwise = {"o": own + 1, "n": np.arange(3) + 1}
    expected = expect([{"o": ONE, "n": np.arange(3)}], [{"o": own, "n": np.arange(3)}], {})
    measured = [{"o": each, "n": np.arange(3)} for each in (first, second)]
    found = with_max_shifts(expected, 0, PerturbedRun(measured[0], ()), [measured[1], otherwise])
    np.testing.assert_array_equal(np.flatnonzero(found.off["o"] != own), [2, 3])
    assert found.off["o"][2] == first[2]


def test_a_single_number_may_be_as_far_off_as_on_half_of_the_runs() -> None:
    own = [{"o": np.array([number], np.float32)} for number in (1.0, 2.0, 4.0)]
    true = [{"o": each["o"].astype(float)} for each in own]
    off = [np.float32(each) for each in (0.0, 1e-4, 1e-3)]
    loose = with_relaxed_tolerances(
        expect(true, own, {}), [PerturbedRun({"o": a["o"] * (1 + b)}, ()) for a, b in zip(own, off, strict=True)]
    )
    allowed = [float(each["o"].max()) for each in loose.slack]
    assert allowed[0] == allowed[1] == pytest.approx(4e-4, rel=1e-2)
    assert allowed[2] == pytest.approx(4e-3, rel=1e-2)


def test_what_is_measured_again_is_of_few_elements_or_what_rounding_leaves() -> None:
    few, many = np.array([1.5, 2.5]), np.linspace(0.5, 1.0, 200)
    assert has_few_elements(expected_of(few, few.astype(np.float32)))
    assert not has_few_elements(expected_of(many, many.astype(np.float32)))
    assert not has_few_elements(expected_of(np.arange(2), np.arange(2)))
    expected, perturbed = expected_of(many, many.astype(np.float32)), many.astype(np.float32)
    assert not has_rounding_noise(expected, 0, *perturbed_run(perturbed * np.float32(1.001)))
    perturbed[3] -= np.float32(0.1)
    assert has_rounding_noise(expected, 0, *perturbed_run(perturbed))


def test_what_is_computed_with_what_rounding_leaves_may_be_moved_a_little_less() -> None:
    true = np.linspace(0.5, 1.0, 400)
    own, perturbed = true.astype(np.float32), true.astype(np.float32)
    perturbed[4] += np.float32(0.007)
    found = own.copy()
    found[4] += np.float32(0.3)
    assert (
        compare(values(found), with_relaxed_tolerances(expected_of(true, own), perturbed_run(perturbed))).mismatch
        is not None
    )
    perturbed[3] -= np.float32(0.1)
    assert (
        compare(values(found), with_relaxed_tolerances(expected_of(true, own), perturbed_run(perturbed))).mismatch
        is None
    )


def test_comparisons_that_come_to_nothing_together_may_fall_either_way() -> None:
    own = {"o": ONE.astype(np.float32), "n": np.arange(5)}
    third, second = np.arange(ONE.size) == 3, own["n"] == 2
    steps = (0.0, 0.5, -0.5)
    ways = [{"o": own["o"] + np.float32(each) * third, "n": own["n"] + (each > 0) * second} for each in steps]
    loose = with_relaxed_tolerances(expect([{"o": ONE, "n": own["n"]}], [own], {}), [PerturbedRun(own, ways)])
    for way in ways:
        assert compare([way], loose).mismatch is None
    wrong = {**own, "o": own["o"] + np.float32(2.0) * third}
    assert compare([wrong], loose).mismatch is not None


def test_a_perturbed_run_that_decides_otherwise_is_ignored() -> None:
    own = {"o": ONE.astype(np.float32), "n": np.arange(5)}
    expected = expect([{"o": ONE, "n": own["n"]}], [own], {})
    perturbed = {"o": own["o"] * np.float32(1 + 1e-4), "n": own["n"].copy()}
    assert with_relaxed_tolerances(expected, [PerturbedRun(perturbed, ())]).slack[0].keys() == {"o"}
    perturbed["n"][2] += 1
    assert with_relaxed_tolerances(expected, [PerturbedRun(perturbed, ())]).slack == ({},)


def test_what_is_held_against_a_single_number_is_an_array_that_can_be_sent() -> None:
    own = np.array(1.5, np.float32)
    loose = with_relaxed_tolerances(expected_of(np.array(1.5), own), perturbed_run(own + np.float32(1e-4)))
    sent = decode(encode(loose), Expected)
    np.testing.assert_array_equal(sent.slack[0]["o"], loose.slack[0]["o"])


def coarse(own: np.ndarray, found: np.ndarray) -> str:  # type: ignore[type-arg]
    """What is said of an array that is computed in ``bfloat16``."""
    true = np.linspace(1, 2, own.size)
    expected = expect([{"o": true}], [{"o": own.astype(np.float32)}], {}, unit=2.0**-7)
    assert expected.ill_conditioned is None
    return str(compare(values(found.astype(np.float32)), expected).mismatch or "")


def test_of_coarse_numbers_one_may_be_further_off_and_not_all_of_them() -> None:
    true = np.linspace(1, 2, 2000)
    generator = np.random.default_rng(0)
    own, other = (true * (1 + 2.0**-8 * generator.uniform(-1, 1, true.size)) for _ in range(2))
    assert coarse(own, other) == ""
    other[7] *= 1.03
    assert coarse(own, other) == ""
    assert "root mean square error is" in coarse(own, true * 1.03)
    assert coarse(own, np.where(np.arange(true.size) == 9, true * 1.3, true)) == ""  # one of two thousand
    assert coarse(own, np.where(np.arange(true.size) == 9, true * 2.0, true))
    assert coarse(own, np.where(np.arange(true.size) == 9, np.nan, true))
    assert coarse(own, np.where(np.arange(true.size) % 500 == 9, true * 1.3, true))
    short = np.linspace(1, 2, 900)
    assert coarse(short, np.where(np.arange(900) == 9, short * 1.5, short))  # none of fewer than a thousand


def test_of_coarse_numbers_those_whose_comparisons_turn_are_not_off_together_with_the_others() -> None:
    true = np.linspace(1, 2, 3)
    own = true.astype(np.float32)
    inverted = own * np.float32(1.3) ** (np.arange(3) == 1)
    expected = expect(values(true), values(own), {}, unit=2.0**-7)
    loose = with_relaxed_tolerances(expected, [PerturbedRun({"o": own}, values(inverted))])
    assert compare(values(inverted), expected).mismatch is not None
    assert compare(values(inverted), loose).mismatch is None
    assert compare(values(inverted * np.float32(1.3) ** (np.arange(3) == 2)), loose).mismatch is not None


def test_coarse_numbers_that_are_all_over_the_place_prove_nothing() -> None:
    true = np.linspace(1, 2, 2000)
    expected = expect([{"o": true}], [{"o": (true * 1.2).astype(np.float32)}], {}, unit=2.0**-7)
    assert expected.ill_conditioned is not None
    assert expect([{"o": true}], [{"o": (true * 1.02).astype(np.float32)}], {}).ill_conditioned is not None
