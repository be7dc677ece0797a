"""Threads that change one element in ways that do not commute: a CPU has one order of them, a GPU has none."""

import pytest
from checking import pairs_of

from synthesis import Pair
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain
from synthesis.core.verdicts import Hindrance

DEPENDING = {
    "adds_and_takes_the_largest": "wp.atomic_add(out, k[i], v)\n    wp.atomic_max(out, 0, v)",
    "adds_and_takes_the_least": "wp.atomic_min(out, k[i], v)\n    wp.atomic_add(out, 0, v)",
    "stores_into_one": "out[0] = v",
    "reads_what_others_write": "out[i] = v\n    out[(i + 1) % 16] = v + out[(i + 3) % 16]",
    "adds_and_stores": "wp.atomic_add(out, k[i], v)\n    out[k[i]] = 2.0 * v",
    "sums_without_atomics": "out[0] = out[0] + v",
    "counts_without_atomics": "c = out[k[i]]\n    out[k[i]] = c + 1.0\n    out[i + 16] = v",
}
ANY_ORDER = {
    "only_adds": "wp.atomic_add(out, k[i], v)\n    wp.atomic_sub(out, 0, v * v)",
    "only_takes_the_largest": "wp.atomic_max(out, k[i], v)",
    "stores_the_same": "out[0] = 2.5\n    out[i + 16] = v",
    "one_thread_each": "wp.atomic_add(out, i, v)\n    wp.atomic_max(out, i, 1.0)",
    "takes_slots": "s = wp.atomic_add(n, 0, 1)\n    out[s] = v",
}
STORED_BY_SEVERAL = {
    "stores_equal_values": "out[0] = 2.0 * x[0]\n    out[i + 1] = v",
    "stores_by_a_function": "keep(out, 2.0 * x[0])\n    out[i + 1] = v",
    "stores_a_factor": "a = x[i % 4] * x[i % 4]\n    out[i % 4] = a\n    out[i + 16] = a * v",
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    kernels = {
        name: f"""
@wp.kernel
def {name}(x: wp.array(dtype=float), k: wp.array(dtype=int), n: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    {body}
"""
        for name, body in {**DEPENDING, **ANY_ORDER, **STORED_BY_SEVERAL}.items()
    }
    path = tmp_path_factory.mktemp("order") / "order.py"
    function = "\n@wp.func\ndef keep(out: wp.array(dtype=float), v: float):\n    out[0] = v\n\n"
    path.write_text("import warp as wp\n" + function + "".join(kernels.values()))
    unit = Domain(low=0.1, high=1.5)
    few = Domain(low=0, high=3)
    table = {
        "x": ArrayType("float32", (16,), unit),
        "k": ArrayType("int32", (16,), few),
        "n": ArrayType("int32", (2,), few),
        "out": ArrayType("float32", (40,), unit),
        "dim": 16,
    }
    return pairs_of(path, examples=Examples(tables=dict.fromkeys(kernels, table)))


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", DEPENDING)
def test_only_the_forward_text_of_a_cpu_is_proved(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert verdict.verified == ("cpp_forward",)
    assert verdict.unverified["cuda_forward"].hindrance is Hindrance.DEPENDS_ON_ORDER
    why = "depends on order: threads change out in ways that do not commute"
    assert str(verdict.unverified["cuda_forward"]) == why


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ANY_ORDER)
def test_changes_that_commute_are_proved_on_both(pairs: dict[str, Pair], name: str) -> None:
    assert {"cpp_forward", "cuda_forward"} <= set(pairs[name].verdict.verified)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", STORED_BY_SEVERAL)
def test_adjoints_of_equal_values_in_one_element_are_not_proved_on_a_gpu(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert verdict.verified == ("cpp_forward", "cpp_backward", "cuda_forward")
    assert "several threads store one element of out" in str(verdict.unverified["cuda_backward"])


@pytest.mark.needs("warp")
def test_adjoints_of_a_constant_in_one_element_are_proved_on_both(pairs: dict[str, Pair]) -> None:
    assert "cuda_backward" in pairs["stores_the_same"].verdict.verified
