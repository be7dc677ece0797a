"""Recordings of programs that launch Triton kernels on a machine without a GPU, and the rows that come of them."""

import json
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from synthesis import Pair, Rejection, Signature, extract
from synthesis.core.signatures import Role

pytestmark = pytest.mark.needs("triton")
PROGRAM = Path(__file__).parents[1] / "kernels" / "triton_launches" / "launching.py"
KERNELS = {"tuned", "column_sums", "fill", "outside", "windows"}


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, str]:
    """The folder of the recording, and what the program printed and what it was told."""
    out = tmp_path_factory.mktemp("recording") / "kept"
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(out), "--", str(PROGRAM)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return out, done.stdout, done.stderr


def kernels_in(folder: Path) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(folder.glob("kernels/*/kernel.json")):
        kernel = json.loads(path.read_text())
        found.setdefault(kernel["name"], []).append(kernel)
    return found


def test_the_program_goes_on_with_right_values(run: tuple[Path, str, str]) -> None:
    _, out, err = run
    assert out.splitlines()[1:] == ["column_sums True", "fill 40", "fill again 640", "windows True", "end"]
    first, last = (float(each) for each in out.splitlines()[0].split()[1:])
    assert abs(first - 0.001) < 1e-4
    assert abs(last + 2.25) < 0.02
    assert "outside: Triton's interpreter cannot run it: IndexError: it accesses memory outside of its arrays" in err


def test_each_specialisation_is_a_kernel_with_what_it_was_launched_with(run: tuple[Path, str, str]) -> None:
    kernels = kernels_in(run[0])
    assert kernels.keys() == KERNELS
    (tuned,) = kernels["tuned"]
    constants = tuned["signature"]["call"]["constants"]
    assert constants == {"bias_ptr": None, "step": 1, "EVEN": False, "OUT": {"dtype": "bf16"}, "BLOCK": 32}
    assert tuned["options"]["num_warps"] == 2
    assert [each["name"] for each in tuned["signature"]["arguments"]] == ["x_ptr", "out_ptr", "n", "eps"]
    assert "def squashed" in tuned["source"]
    assert "SCALE = tl.constexpr(0.5)" in tuned["source"]
    assert "autotune" not in tuned["source"]
    (sums,) = kernels["column_sums"]
    assert "@triton.constexpr_function\ndef doubled" in sums["source"]
    assert "Tensor" not in sums["source"]
    (fill,) = kernels["fill"]  # of a value that is not specialised, 1 and 16 are alike
    assert fill["options"]["divisible_by_16"] == ["out_ptr"]
    assert len(list(run[0].glob("kernels/*/*.npz"))) == 6


def test_what_cannot_be_recorded_is_refused_with_the_reason(run: tuple[Path, str, str]) -> None:
    refused = [json.loads(path.read_text()) for path in run[0].glob("refused/*.json")]
    assert {each["kernel"]: each["why"] for each in refused} == {
        "pairs": "sizes is a tuple of arguments, which is not recorded",
        "windows": "the tensor descriptor x_desc rounds what it loads to TF32, which is not recorded",
    }


def test_rows_are_verified_on_what_was_recorded(run: tuple[Path, str, str]) -> None:
    found = list(extract(recorded=run[0]))
    pairs = {each.spec.name: each for each in found if isinstance(each, Pair)}
    assert pairs.keys() == KERNELS
    assert sorted(each.kernel_name for each in found if isinstance(each, Rejection)) == ["pairs", "windows"]
    for name in KERNELS - {"outside"}:
        assert {"ttir", "ttgir"} <= set(pairs[name].verdict.verified), (name, pairs[name].verdict.unverified)
        assert pairs[name].spec.self_contained
    assert not pairs["outside"].verdict.verified
    assert "an index out of bounds of 40" in str(pairs["outside"].verdict.unverified["ttir"])


def test_arguments_are_as_they_were(run: tuple[Path, str, str]) -> None:
    signatures: dict[str, Signature] = {
        each.spec.name: each.spec.signature for each in extract(recorded=run[0]) if isinstance(each, Pair)
    }
    x, out, n, eps = signatures["tuned"].arguments
    assert signatures["tuned"].launch == (4,)
    assert x.shape == (100,)
    assert x.recorded
    assert x.base[:2] == (0.0, pytest.approx(1.983, abs=1e-3))
    assert out.role is Role.OUTPUT
    assert out.dtype == "bfloat16"
    assert not out.base
    assert n.base == (100,)
    assert eps.base == (pytest.approx(1e-3),)
    view = signatures["column_sums"].arguments[0]
    assert view.shape == (160,)  # from the view's first element to the end of its memory
    part, out = signatures["windows"].arguments
    assert (part.type_name, part.shape, part.role) == ("tensordesc<fp32[4, 8]>", (7 * 32 + 20,), Role.INPUT)
    assert (out.shape, out.role) == ((8, 20), Role.OUTPUT)
    entry = {"shape": [8, 20], "strides": [32, 1], "padding": "nan"}
    assert (signatures["windows"].call or {})["descriptors"] == {"x_desc": entry}
