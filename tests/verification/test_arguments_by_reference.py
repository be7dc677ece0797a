"""Functions of Warp that change their arguments (``wp.ref``): variables, elements, components and fields."""

import pytest
from checking import judged_with, pairs_of

from synthesis import Pair

pytestmark = pytest.mark.needs("warp")

WARP = """
import warp as wp

@wp.struct
class Pair:
    a: float
    b: wp.vec3

@wp.func
def add_to(x: wp.ref[wp.float32], delta: wp.float32):
    x += delta

@wp.func
def swap(x: wp.ref[wp.float32], y: wp.ref[wp.float32]):
    x, y = y, x

@wp.func
def bump(p: wp.ref[Pair], by: float):
    p.a += by
    add_to(p.a, 2.0 * by)
    p.b[1] = by

@wp.func
def exchanged(v: wp.ref[wp.vec3], by: float) -> float:
    old = v[0]
    if by > 0.0:
        v[0] = by
    return old

@wp.func
def weighed(x: wp.ref[wp.float32], weights: wp.array(dtype=float)):
    x = weights[0] * x + weights[1]

@wp.kernel(enable_backward=False)
def of_variables(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    a = float(x[i])
    b = float(1.0)
    add_to(a, 2.0)
    swap(a, b)
    out[i] = a * 3.0 + b

@wp.kernel(enable_backward=False)
def of_elements(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * x[i]
    add_to(out[i], x[i])

@wp.kernel(enable_backward=False)
def of_fields(x: wp.array(dtype=float), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    p = Pair()
    bump(p, x[i])
    v = p.b
    before = exchanged(v, x[i])
    out[i] = wp.vec3(p.a, before, v[0] + v[1])

@wp.kernel(enable_backward=False)
def of_structs(pairs: wp.array(dtype=Pair), x: wp.array(dtype=float)):
    i = wp.tid()
    bump(pairs[i], x[i])

@wp.struct
class State:
    values: wp.array(dtype=float)
    count: int

@wp.kernel(enable_backward=False)
def of_an_array_in_a_struct(state: State, x: wp.array(dtype=float)):
    i = wp.tid()
    add_to(state.values[i], x[i])

@wp.kernel(enable_backward=False)
def of_one_element(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    add_to(out[0], x[i])

@wp.kernel(enable_backward=False)
def beside_the_array(x: wp.array(dtype=float)):
    i = wp.tid()
    weighed(x[i], x)

@wp.kernel(enable_backward=False)
def of_one_variable(x: wp.array(dtype=wp.vec2), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    swap(v[0], v[1])
    out[i] = v[0]
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("references") / "references.py"
    path.write_text(WARP)
    return pairs_of(path)


@pytest.mark.parametrize("name", ["of_variables", "of_elements", "of_fields", "of_structs", "of_an_array_in_a_struct"])
def test_what_a_function_changes_by_reference_is_verified(pairs: dict[str, Pair], name: str) -> None:
    assert set(pairs[name].verdict.verified) == {"cpp_forward", "cuda_forward"}, pairs[name].verdict
    assert pairs[name].verdict.reached == 1.0


@pytest.mark.parametrize("name", ["of_variables", "of_elements", "of_structs"])
def test_a_function_that_changes_nothing_is_found(pairs: dict[str, Pair], name: str) -> None:
    text = pairs[name].texts["cpp_forward"] or ""
    wrong = text.replace("wp::add(", "wp::sub(", 1)
    right, changed = judged_with(pairs[name], "cpp_forward", wrong)
    assert right.verdict.verified == ("cpp_forward",)
    assert changed.verdict.verified == ()


def test_threads_that_change_one_element_by_reference_depend_on_their_order(pairs: dict[str, Pair]) -> None:
    verdict = pairs["of_one_element"].verdict
    assert "cuda_forward" not in verdict.verified
    assert "depends on order" in str(verdict.unverified["cuda_forward"])


@pytest.mark.parametrize("name", ["beside_the_array", "of_one_variable"])
def test_locations_that_a_function_reaches_in_two_ways_are_unverified(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert not verdict.verified
    assert "by reference" in str(verdict.unverified["cpp_forward"])
