"""One array as two arguments: what a text reads after it has written shows only then."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.core.signatures import Role
from synthesis.frontends.base import Kernel
from synthesis.making.runs.extraction import extract
from synthesis.verification.comparison import compare
from synthesis.verification.inputs import draw_inputs, overlapping
from synthesis.verification.overlaps import find_overlap
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
KERNEL = """
import warp as wp

@wp.kernel
def two(a: wp.array(dtype=float), b: wp.array(dtype=float), c: wp.array(dtype=float)):
    i = wp.tid()
    x = a[i]
    b[i] = x * 2.0
    c[i] = x + 1.0
"""
GATHER = """
import warp as wp

@wp.kernel
def gathered(a: wp.array(dtype=float), old: wp.array(dtype=int), x: wp.array(dtype=float)):
    i = wp.tid()
    x[i] = a[old[i]]
"""
GATHER_INPUTS = """
[gathered]
a = "f32[24]"
old = "i32[24] in 0..23"
x = "f32[24]"
dim = 24
"""
CHAIN = """
import warp as wp

@wp.kernel
def chained(a: wp.array(dtype=float), x: wp.array(dtype=float)):
    i = wp.tid()
    wp.atomic_add(x, i + 1, a[i] * 3.0)
"""
CHAIN_INPUTS = """
[chained]
a = "f32[12] in 0.5..1"
x = "f32[12]"
dim = 11
"""


@pytest.fixture
def pair(tmp_path: Path) -> Pair:
    (tmp_path / "two.py").write_text(KERNEL)
    (found,) = extract(tmp_path / "two.py")
    assert isinstance(found, Pair)
    assert str(found.verdict.gradient) == "agrees"
    assert found.verdict.figures["inputs_tried"] == 7
    return found


def test_an_array_that_is_read_again_after_it_was_written_is_told(pair: Pair) -> None:
    text = pair.texts["cpp_forward"]
    assert text is not None
    again = text.replace("wp::add(var_2,", "wp::add(wp::load(var_1),")
    assert again != text
    with Verifier(get_frontend("warp")) as verifier:
        (right,) = judged(verifier, pair.spec, {"cpp_forward": text, "cuda_forward": pair.texts["cuda_forward"]})
        (other,) = judged(verifier, pair.spec, {"cpp_forward": again, "cuda_forward": pair.texts["cuda_forward"]})
    assert right.verdict.verified == ("cpp_forward", "cuda_forward")
    assert other.verdict.verified == ("cuda_forward",)
    problem = other.failed["cpp_forward"]
    assert problem.symptom is Symptom.WRONG_RESULT
    assert problem.detail.startswith("with one array as a and b: c[")


def test_what_threads_then_read_of_each_other_may_depend_on_their_order(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, GATHER, GATHER_INPUTS)["gathered"]
    text = pair.texts["cuda_forward"]
    assert text is not None
    other = text.replace("_idx < dim.size", "!(dim.size <= _idx)")  # a frame that has to run in several grids
    assert other != text
    with Verifier(get_frontend("warp")) as verifier:
        (found,) = judged(verifier, pair.spec, {"cuda_forward": other})
    assert found.verdict.verified == ("cuda_forward",), found.failed


def test_rounding_that_is_computed_with_again_is_let_off(tmp_path: Path) -> None:
    pair = pairs_of_texts(tmp_path, CHAIN, CHAIN_INPUTS)["chained"]
    text = pair.texts["cpp_forward"]
    assert text is not None
    rounded, wrong = (text.replace("3.0", number) for number in ("3.000009", "3.0001"))
    assert len({text, rounded, wrong}) == 3
    with Verifier(get_frontend("warp")) as verifier:
        (right,) = judged(verifier, pair.spec, {"cpp_forward": rounded})
        (other,) = judged(verifier, pair.spec, {"cpp_forward": wrong})
    assert right.verdict.figures["inputs_tried"] > 6, "one array was never both"
    assert right.verdict.verified == ("cpp_forward",), right.failed
    assert other.failed["cpp_forward"].symptom is Symptom.WRONG_RESULT


def test_arrays_that_are_not_alike_are_never_one(pair: Pair) -> None:
    signature = pair.spec.signature
    values = draw_inputs(signature, 0)
    a, b, c = (replace(each, role=Role.INPUT) for each in signature.arguments)
    written = replace(b, role=Role.INOUT)
    found = overlapping(replace(signature, arguments=(a, written, c)), values)
    assert found is not None
    assert (found[1:], found[0]["b"] is values["a"]) == (("a", "b"), True)
    for arguments in ((a, b, c), (written,), (a, replace(written, dtype="float64"))):
        assert overlapping(replace(signature, arguments=arguments), values) is None
    assert overlapping(replace(signature, arguments=(a, written), tiled=True), values) is None


HALF = """
import warp as wp

@wp.kernel
def smoothed(a: wp.array(dtype=wp.float16), b: wp.array(dtype=wp.float16)):
    i = wp.tid()
    b[i] = wp.float16(float(a[i]) * 0.7 + 0.2)
"""
HALF_INPUTS = """
[smoothed]
a = "f16[400] in 0.5..2"
b = "f16[400]"
dim = 400
"""


@pytest.mark.parametrize(("off", "passes"), [(8e-4, True), (1e-2, False)])
def test_rounding_that_is_stored_in_half_precision_is_let_off(tmp_path: Path, off: float, passes: bool) -> None:
    pair = pairs_of_texts(tmp_path, HALF, HALF_INPUTS)["smoothed"]
    frontend = get_frontend("warp")
    kernel = frontend.load_one(pair.spec)
    assert isinstance(kernel, Kernel)
    overlap = find_overlap(
        frontend.the_prover.reference(kernel), pair.spec.signature, draw_inputs(pair.spec.signature, 0)
    )
    frontend.compiler.release([kernel])
    assert overlap is not None
    own = overlap.expected.own[0]
    got = {name: (value.astype(np.float64) * (1 + off)).astype(value.dtype) for name, value in own.items()}
    assert (compare([got], overlap.expected).mismatch is None) is passes
