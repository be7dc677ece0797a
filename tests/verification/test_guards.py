"""What a text reads outside its arrays spreads into its results, and what it writes there is seen."""

import re

import pytest
from checking import judged, pairs_of_texts

from synthesis import Pair, Symptom, get_frontend
from synthesis.verification.verifier import Verifier

KERNELS = """
import warp as wp


@wp.kernel
def next_one(a: wp.array(dtype=float), b: wp.array(dtype=float), n: int):
    i = wp.tid()
    later = float(0.0)
    if i < n - 1:
        later = wp.max(a[i + 1], 0.0)
    b[i] = later * 0.5


@wp.kernel
def next_count(a: wp.array(dtype=int), b: wp.array(dtype=int), n: int):
    i = wp.tid()
    later = int(0)
    if i < n - 1:
        later = a[i + 1]
    b[i] = wp.max(later, 0)
"""
INPUTS = """
[next_one]
a = "f32[9]"
b = "f32[9]"
n = 9
dim = 9
[next_count]
a = "i32[9] in 0..5"
b = "i32[9]"
n = 9
dim = 9
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return pairs_of_texts(tmp_path_factory.mktemp("guards"), KERNELS, INPUTS)


@pytest.mark.parametrize("level", ["cpp_forward", "cuda_forward"])
@pytest.mark.parametrize("name", ["next_one", "next_count"])
def test_what_is_read_beyond_an_array_shows(pairs: dict[str, Pair], name: str, level: str) -> None:
    pair = pairs[name]
    right = pair.texts[level]
    assert right is not None
    wrong = re.sub(r"\((var_0) < (var_\d+)\)", r"(\1 <= \2)", right)
    assert wrong != right
    with Verifier(get_frontend("warp")) as verifier:
        sound, judgement = judged(verifier, pair.spec, [{level: right}, {level: wrong}])
    assert sound.verdict.verified == (level,)
    assert judgement.failed[level].symptom is Symptom.WRONG_RESULT


def test_an_adjoint_that_is_read_beyond_its_array_shows(pairs: dict[str, Pair]) -> None:
    pair = pairs["next_one"]
    forward, right = pair.texts["cpp_forward"], pair.texts["cpp_backward"]
    assert right is not None
    store = re.search(r"wp::adj_array_store\(var_b, (var_\d+), .*\n", right)
    assert store is not None
    beyond = right.replace(store[0], store[0].replace(store[1], "9"))
    assert beyond != right
    with Verifier(get_frontend("warp")) as verifier:
        (judgement,) = judged(verifier, pair.spec, {"cpp_forward": forward, "cpp_backward": beyond})
    assert "cpp_backward" in judgement.failed
