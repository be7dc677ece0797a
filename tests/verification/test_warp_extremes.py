"""Classes and conventions of Warp's adjoints: extremes taken by atomics, ``continue``, values read after loops."""

import re

import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.verification.verifier import Verifier

KERNELS = """
import warp as wp

@wp.kernel
def largest(x: wp.array(dtype=float), k: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_max(out, k[i], x[i] * x[i])

@wp.kernel
def started(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = 0.0
    wp.atomic_max(out, i, x[i] * x[i])

@wp.kernel
def also_read(x: wp.array(dtype=float), out: wp.array(dtype=float), res: wp.array(dtype=float)):
    i = wp.tid()
    res[i] = out[i] * x[i]
    wp.atomic_min(out, i, x[i])

@wp.kernel
def skips(x: wp.array(dtype=float), n: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    t = float(1.0)
    for k in range(n[i]):
        if x[i] > 1.0:
            continue
        t = t * x[i]
    out[i] = t

@wp.kernel
def last(x: wp.array2d(dtype=float), n: wp.array(dtype=int), out: wp.array(dtype=float)):
    i = wp.tid()
    v = float(0.0)
    for k in range(n[i]):
        v = x[i, k] * x[i, k]
    out[i] = v * v
"""
INPUTS = """
[largest]
x = "f32[16]"
k = "i32[16] in 0..7"
out = "f32[8]"
dim = 16
[started]
x = "f32[16]"
out = "f32[16]"
dim = 16
[also_read]
x = "f32[16]"
out = "f32[16]"
res = "f32[16]"
dim = 16
[skips]
x = "f32[16]"
n = "i32[16] in 1..4"
out = "f32[16]"
dim = 16
[last]
x = "f32[16,4]"
n = "i32[16] in 1..4"
out = "f32[16]"
dim = 16
"""
KEPT = "convention: the adjoint of out is kept where an atomic replaces what it held"
GRADIENTS = {
    "largest": KEPT,
    "started": "agrees",
    "also_read": "disagrees: an atomic minimum or maximum",
    "skips": "disagrees: continue inside a loop",
    "last": "disagrees: a value that a loop which is not unrolled assigns, and that is read after it",
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("extremes"), KERNELS, INPUTS)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("name", GRADIENTS)
def test_a_row_says_which_convention_or_class_its_adjoints_are_of(pairs: dict[str, Pair], name: str) -> None:
    verdict = pairs[name].verdict
    assert str(verdict.gradient) == GRADIENTS[name]
    assert ("cpp_backward" in verdict.verified) is not GRADIENTS[name].startswith("disagrees")


@pytest.mark.needs("warp")
def test_an_adjoint_that_is_neither_kept_nor_the_derivative_is_refused(pairs: dict[str, Pair]) -> None:
    pair = pairs["largest"]
    text = pair.texts["cpp_backward"] or ""
    call = re.search(r" *wp::adj_atomic_max\(var_out, \w+, \w+, adj_out,[^;]*;\n", text)
    assert call is not None
    twice = text.replace(call[0], f"{call[0]}        wp::atomic_add(adj_out, 0, wp::float32(0.5));\n")
    texts = {"cpp_forward": pair.texts["cpp_forward"], "cpp_backward": twice}
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, texts)
    problem = judgement.failed["cpp_backward"]
    assert problem.symptom is Symptom.WRONG_GRADIENT
    assert problem.trap == "an atomic minimum or maximum"
