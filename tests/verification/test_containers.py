"""Arrays that are looked at through others, indexed ones and Fabric's: inferred, run, compared and believed."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from checking import judged, pairs_of

from synthesis import Pair, get_frontend
from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain, Role
from synthesis.frontends.base import Kernel
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.runs.reverification import verify_folder
from synthesis.verification.claims import refuted_claim
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
KERNELS = """
import warp as wp

@wp.struct
class State:
    values: wp.fabricarray(dtype=float)
    chosen: wp.indexedarray(dtype=float)
    scale: float

@wp.func
def put(a: wp.indexedarray(dtype=float), i: int, x: float):
    a[i] = a[i] * 0.5 + x

@wp.kernel
def one(a: wp.indexedarray(dtype=float), x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = a[i] * 2.0 + x[i]
    put(a, i, x[i])

@wp.kernel
def two(a: wp.indexedarray(dtype=wp.vec3, ndim=2), out: wp.array2d(dtype=float)):
    i, j = wp.tid()
    row = a[i]
    out[i, j] = wp.length(a[i, j]) + row[j][0] + float(row.shape[0])

@wp.kernel
def buckets(a: wp.fabricarray(dtype=float), b: wp.indexedfabricarray(dtype=wp.vec3)):
    i = wp.tid()
    wp.atomic_add(a, i, 1.0)
    a[i] = 2.0 * a[i]
    b[i] = b[i] + wp.vec3(a[i])

@wp.kernel
def rows(a: wp.fabricarrayarray(dtype=wp.float64), b: wp.indexedfabricarrayarray(dtype=wp.float64),
         out: wp.array(dtype=wp.float64)):
    i = wp.tid()
    row = a[i]
    for j in range(row.shape[0]):
        out[i] = out[i] + row[j] * b[i][j]

@wp.kernel
def held(s: State, out: wp.array(dtype=float)):
    i = wp.tid()
    s.values[i] = s.values[i] + 1.0
    out[i] = s.values[i] + s.chosen[i] * s.scale
"""


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    path = tmp_path_factory.mktemp("containers") / "looked_at.py"
    path.write_text(KERNELS)
    return pairs_of(path)


@pytest.fixture(scope="module")
def verifier() -> Iterator[Verifier]:
    with Verifier(get_frontend("warp")) as made:
        yield made


def leaves(pair: Pair) -> dict[str, Argument]:
    return {each.name: each for each in pair.spec.signature.spread.arguments}


@pytest.mark.parametrize("name", ["one", "two", "buckets", "rows", "held"])
def test_every_text_is_proved_on_arrays_of_its_own(name: str, pairs: dict[str, Pair]) -> None:
    verdict = pairs[name].verdict
    assert {"cpp_forward", "cuda_forward"} <= set(verdict.verified)
    assert pairs[name].verdict.reached == 1.0


def test_an_argument_is_what_it_is_made_of(pairs: dict[str, Pair]) -> None:
    found = leaves(pairs["two"])
    assert list(found) == ["a.data", "a.indices0", "a.indices1", "out"]
    assert (found["a.data"].dtype, found["a.data"].element, found["a.data"].shape) == ("float32", (3,), (16, 20))
    assert found["a.indices1"].domain == Domain(low=0, high=15)
    roles = {name: str(each.role) for name, each in leaves(pairs["one"]).items()}
    assert roles == {"a.data": "inout", "a.indices0": "input", "x": "input", "out": "inout"}
    assert str(leaves(pairs["held"])["s.values.data"].role) == "inout"


def test_no_derivative_goes_through_them(pairs: dict[str, Pair]) -> None:
    assert pairs["rows"].spec.signature.differentiable == ("out",)
    assert "cpp_backward" not in pairs["one"].verdict.verified


def test_a_text_that_does_not_look_up_an_index_is_found(verifier: Verifier, pairs: dict[str, Pair]) -> None:
    spec, texts = pairs["two"].spec, pairs["two"].texts
    right = texts["cpp_forward"]
    assert right is not None
    wrong = right.replace("wp::address(var_a, ", "wp::address(var_a.arr, ")
    assert wrong != right
    (unchanged, changed) = judged(verifier, spec, [texts, dict(texts) | {"cpp_forward": wrong}])
    assert "cpp_forward" in unchanged.verdict.verified
    assert "cpp_forward" not in changed.verdict.verified


def test_a_stranger_may_not_say_that_one_is_only_read_which_is_written(pairs: dict[str, Pair]) -> None:
    spec = pairs["one"].spec
    assert refuted_claim(spec, loaded(spec)) is None
    (first, *others) = spec.signature.arguments
    data, indices = first.fields
    read = replace(first, role=Role.INPUT, fields=(replace(data, role=Role.INPUT), indices))
    claimed = replace(spec, signature=replace(spec.signature, arguments=(read, *others)))
    assert refuted_claim(claimed, loaded(spec)) == "a.data is said to be an input; the source reads and writes it"


def loaded(spec: KernelSpec) -> Kernel:
    kernel = get_frontend("warp").load_one(spec)
    assert isinstance(kernel, Kernel)
    return kernel


SUMS = """
import warp as wp

@wp.kernel
def raised(a: wp.fabricarray(dtype=float), b: wp.array(dtype=float)):
    i = wp.tid()
    a[i] = 2.0 * a[i]
    wp.atomic_add(a, i, b[i])
"""


def test_rows_with_sums_in_arrays_of_fabrics_are_verified_again(tmp_path: Path) -> None:
    (tmp_path / "sums.py").write_text(SUMS)
    extract_to_folder(str(tmp_path / "sums.py"), tmp_path / "rows")
    found = verify_folder(tmp_path / "rows", seed=3)
    assert found.rows == 1
    assert found.texts >= 2
    assert not found.failures
