"""Arguments that are tensor descriptors: in signatures, tables of inputs, kernel files and recorded launches."""

import importlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from test_triton_host_descriptors import TABLE, spec_of
from triton_parts import FRONTEND

from synthesis import ConfigError, KernelGenerator, Pair, SynthesisPipeline
from synthesis.core.errors import UnknownNameError
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain, Role, Signature
from synthesis.drawing.kernel_files.reading import KernelFileError
from synthesis.frontends.base import Kernel
from synthesis.frontends.launched import Launched, Mutation
from synthesis.frontends.triton import descriptors
from synthesis.frontends.triton.descriptors import Bounds, entry_of, row_major, with_entries
from synthesis.frontends.triton.spelling import descriptor_parts, descriptor_type

pytestmark = pytest.mark.needs("triton")

# ---- signatures and tables


def test_types_are_spelled_as_tritons() -> None:
    assert descriptor_type("fp16", (16, 32)) == "tensordesc<fp16[16, 32]>"
    assert descriptor_parts("tensordesc<fp16[16, 32]>") == ("fp16", (16, 32))
    for other in (
        "*fp16",
        "tensordesc<fp16[]>",
        "tensordesc<fp16[16,32],NVMMASharedLayout()>",
        "tensordesc_im2col<i8[4]>",
    ):
        assert descriptor_parts(other) is None


def test_a_signature_is_the_same_from_json() -> None:
    signature = with_entries(spec_of("table").signature, {"x_desc": {"padding": "nan"}, "out_desc": {}})
    assert signature.call == {
        "constants": {"BLOCK_M": 16, "BLOCK_N": 16},
        "descriptors": {"x_desc": {"padding": "nan"}},
    }
    assert Signature.from_json(signature.to_json(), signature.options) == signature
    assert with_entries(signature, {}).call == {"constants": {"BLOCK_M": 16, "BLOCK_N": 16}}


MODULE = TABLE.replace("def table(", "def user_table(")
USERS: Mapping[str, Any] = {
    "x_desc": {"base": ArrayType("float16", (20, 48), Domain(low=-1, high=1)), "block_shape": [16, 16]},
    "out_desc": {"base": ArrayType("float16", (20, 48)), "block_shape": [16, 16]},
    "sums_ptr": ArrayType("float32", (20,)),
    "BLOCK_M": 16,
    "BLOCK_N": 16,
    "grid": [2],
}


@pytest.fixture(scope="module")
def users_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder = tmp_path_factory.mktemp("modules")
    Path(folder, "users_descriptors.py").write_text(MODULE)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("users_descriptors")
    sys.path.remove(str(folder))
    del sys.modules["users_descriptors"]


def found_in(module: Any, **changes: Any) -> Kernel:
    examples = Examples(tables={"user_table": {**USERS, **changes}})
    (kernel,) = FRONTEND.compiler.discover(module, examples=examples)
    assert isinstance(kernel, Kernel), kernel
    return kernel


def test_a_table_of_inputs_describes_descriptors(users_module: Any) -> None:
    signature = found_in(users_module).spec.signature
    assert signature.call == {"constants": {"BLOCK_M": 16, "BLOCK_N": 16}}
    assert signature.options["divisible_by_16"] == ["sums_ptr"]
    told = {each.name: (each.type_name, each.shape, each.role) for each in signature.arguments}
    assert told == {
        "x_desc": ("tensordesc<fp16[16, 16]>", (20, 48), Role.INPUT),
        "out_desc": ("tensordesc<fp16[16, 16]>", (20, 48), Role.OUTPUT),
        "sums_ptr": ("*fp32", (20,), Role.OUTPUT),
    }
    part = {**USERS["x_desc"], "shape": [20, 40], "padding": "nan"}
    kernel = found_in(users_module, x_desc=part)
    entry = {"shape": [20, 40], "strides": [48, 1], "padding": "nan"}
    assert (kernel.spec.signature.call or {})["descriptors"] == {"x_desc": entry}
    declared = FRONTEND.compiler.declared(kernel)
    assert declared is not None
    assert [each.type_name for each in declared.arguments] == [
        each.type_name for each in kernel.spec.signature.arguments
    ]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"block": [16, 16]}, "unknown entry 'block'"),
        ({"block_shape": 16}, "write it as"),
        ({"base": ArrayType("float16", ())}, "write it as"),
        ({"base": ArrayType("bool", (32, 32))}, "which Triton does not compile"),
        ({"base": ArrayType("float16", (20, 42))}, "not multiples of 16 bytes"),
        ({"block_shape": [16]}, "2, 2 and 1 numbers"),
        ({"strides": [40, 2]}, "the last stride 1"),
        ({"shape": [21, 48]}, "reaches 1008 elements of memory, and its base has 960"),
        ({"padding": "one"}, "its padding is 'one'"),
        ({"base": ArrayType("int32", (20, 48)), "padding": "nan"}, "for floating-point numbers"),
    ],
)
def test_wrong_tables_are_errors(users_module: Any, change: Mapping[str, Any], said: str) -> None:
    with pytest.raises((ConfigError, UnknownNameError), match=said):
        found_in(users_module, x_desc={**USERS["x_desc"], **change})


# ---- kernel files


FILE = '''"""Doubles a matrix."""
#: frontend: triton
#: category: simple
#: types: T = tl.float16
#: grid: 2

from synthesis.drawing.kernel_files.words import Array, T, size

n = size(40)


def kernel(
    x_desc: Array[T, 32, n],  #: -1..1, blocks BLOCK 2*BLOCK
    out_desc: Array[T, 32, n],  #: output, blocks BLOCK 32
    BLOCK: tl.constexpr,  #: option 16
):
    row = tl.program_id(0) * BLOCK
    for column in range(0, x_desc.shape[1], BLOCK):
        out_desc.store([row, column], x_desc.load([row, column]) * 2)
'''


def test_a_kernel_file_declares_descriptors(tmp_path: Path) -> None:
    Path(tmp_path, "hosted.py").write_text(FILE)
    spec = KernelGenerator("triton", kernels=str(tmp_path)).spec(0)
    x, out = spec.signature.arguments
    assert (x.type_name, x.shape) == (out.type_name, out.shape) == ("tensordesc<fp16[16, 32]>", (32, 40))
    assert (x.role, out.role, out.domain) == (Role.INPUT, Role.OUTPUT, None)
    assert spec.signature.options["divisible_by_16"] == []
    pair = SynthesisPipeline(FRONTEND, level=["ttir"], verify="all").create_pair(spec)
    assert isinstance(pair, Pair), pair
    assert pair.verdict.verified == ("ttir",)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        (
            "size(40)",
            "size(42)",
            "x_desc is not a tensor descriptor of fp16: its strides are not multiples of 16 bytes",
        ),
        ("tl.float16", "tl.int1", "x_desc is not a tensor descriptor of i1: Triton does not compile it"),
    ],
)
def test_a_kernel_file_with_a_wrong_descriptor_is_refused(old: str, new: str, said: str, tmp_path: Path) -> None:
    Path(tmp_path, "hosted.py").write_text(FILE.replace(old, new))
    with pytest.raises(KernelFileError, match=said):
        KernelGenerator("triton", kernels=str(tmp_path)).spec(0)


# ---- recorded launches


def test_entries_are_recorded_as_arrays_and_read_again() -> None:
    bounds = Bounds(shape=(20, 40), strides=(48, 1), padding="nan")
    assert bounds.memory == (19 * 48 + 40,)
    assert Bounds(shape=(20, 40), strides=row_major((20, 40))).memory == (20, 40)
    entry = entry_of(bounds, bounds.memory)
    values = descriptors.recorded_entry("x_desc", entry)
    assert values.keys() == {"x_desc:shape", "x_desc:strides", "x_desc:padding"}
    assert descriptors.read_entry("x_desc", values) == entry
    assert descriptors.read_entry("y_desc", values) == {}


def test_a_recorded_launch_is_replayed_with_its_descriptors() -> None:
    spec = spec_of("line")
    arguments = tuple(replace(each, shape=(None,), domain=None) for each in spec.signature.arguments)
    claimed = Kernel(
        spec=replace(spec, signature=replace(spec.signature, arguments=arguments, launch=(None,))), live=None
    )
    x, out = np.arange(50, dtype=np.float32), np.zeros(50, np.float32)
    launched = Launched(
        values={"x_desc": x, "out_desc": out, "x_desc:padding": np.array(True)},
        shapes={"x_desc": (50,), "out_desc": (50,)},
        launch=(4,),
    )
    assert FRONTEND.replayer is not None
    mutation = Mutation(share=0.05, of_zeros=0.1)
    signature = FRONTEND.replayer.replayed(claimed, launched, mutation)
    assert (signature.call or {})["descriptors"] == {"x_desc": {"padding": "nan"}}
    assert signature.arguments[0].base[:3] == (0.0, 1.0, 2.0)
    wrong = {"x_desc:shape": np.array([20, 40]), "x_desc:strides": np.array([40, 1])}
    with pytest.raises(
        ConfigError, match="the tensor descriptor x_desc: its shape, strides and block shape have 2, 2 and 1"
    ):
        FRONTEND.replayer.replayed(claimed, replace(launched, values={**launched.values, **wrong}), mutation)
