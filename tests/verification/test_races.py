"""Threads run one after the other on the host: what a GPU would run at once is told by what each of them touches."""

import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.verification.verifier import Verifier

KERNELS = """
import warp as wp

@wp.kernel
def own(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * 2.0

@wp.kernel
def flagged(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i + 1] = x[i] * 2.0
    if x[i] > 0.2:
        out[0] = 1.0

@wp.kernel
def scattered(x: wp.array(dtype=float), k: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(out, k[i], x[i] * 2.0)
"""
INPUTS = """
[own]
x = "f32[16]"
out = "f32[16]"
dim = 16
[flagged]
x = "f32[16]"
out = "f32[17]"
dim = 16
[scattered]
x = "f32[16]"
k = "i32[16] in 0..7"
out = "f32[8]"
dim = 16
"""
STORE = "wp::array_store(var_out, var_0, "
RACES = {
    "the first thread stores everywhere": (
        "if (var_0 == 0) { for (wp::int32 var_90 = 0; var_90 < 16; var_90 = wp::add(var_90, 1)) "
        "wp::array_store(var_out, var_90, wp::float32(7)); }"
    ),
    "each stores for the next": "if (var_0 < 15) wp::array_store(var_out, wp::add(var_0, 1), wp::float32(7));",
    "each writes back what is before it": (
        "if (var_0 > 0) wp::array_store(var_out, wp::sub(var_0, 1), wp::load(wp::address(var_out, wp::sub(var_0, 1))));"
    ),
    "each changes an input for a while": ("wp::array_store(var_x, 0, wp::load(wp::address(var_x, 0)));"),
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("races"), KERNELS, INPUTS)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", RACES)
def test_an_element_that_one_thread_writes_is_touched_by_no_other(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs["own"]
    text = pair.texts["cuda_forward"] or ""
    assert STORE in text
    raced = text.replace(STORE, f"{RACES[name]}\n        {STORE}")
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, {"cuda_forward": raced})
    problem = judgement.failed["cuda_forward"]
    assert problem.symptom is Symptom.WRONG_RESULT
    assert "threads change the same element of" in problem.detail


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", ["own", "flagged", "scattered"])
def test_what_threads_of_the_source_do_is_no_error(pairs: dict[str, Pair], name: str) -> None:
    pair = pairs[name]
    texts = {level: pair.texts[level] for level in ("cuda_forward", "cuda_backward") if pair.texts[level]}
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, texts)
    assert not judgement.failed
    assert "cuda_forward" in judgement.verdict.verified
