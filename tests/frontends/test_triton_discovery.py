"""Triton kernels found in a module, with inputs from tables, and their sources loaded again."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from triton_parts import COMPILER, FRONTEND

from synthesis import ConfigError, Rejection, Symptom
from synthesis.core.errors import UnknownNameError
from synthesis.core.examples import ArrayType, Examples
from synthesis.core.signatures import Domain, Role
from synthesis.frontends.base import Kernel
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.registry import frontend_of
from synthesis.verification.inputs import draw_inputs

MODULE = '''import triton
import triton.language as tl

LOG2E = tl.constexpr(1.4426950408889634)
WIDTH = 4


@triton.jit
def helper(x, c):
    """A helper."""
    return x * c + LOG2E


@triton.autotune(
    configs=[triton.Config({"BLOCK": 64}, num_warps=2), triton.Config({"BLOCK": 128})], key=["n"]
)
@triton.heuristics({"EVEN": lambda args: args["n"] % args["BLOCK"] == 0})
@triton.jit
def scale_kernel(x_ptr, out_ptr, n, scale, bias_ptr, ACC: tl.constexpr, EVEN: tl.constexpr, BLOCK: tl.constexpr):
    """Scales things.

    And more.
    """
    offs = tl.program_id(0) * BLOCK + tl.arange(0, BLOCK)
    if EVEN:
        x = tl.load(x_ptr + offs)
    else:
        x = tl.load(x_ptr + offs, mask=offs < n, other=0.0)
    if bias_ptr is not None:
        x += tl.load(bias_ptr + offs, mask=offs < n)
    tl.store(out_ptr + offs, helper(x.to(ACC), scale), mask=offs < n)


@triton.jit
def count(total_ptr, unused_ptr):
    tl.atomic_add(total_ptr, 1)


@triton.jit
def move(x_ptr, out_ptr, n):
    x_ptrs = x_ptr + tl.arange(0, 16)
    out_ptrs = out_ptr + tl.arange(0, 16)
    for i in range(n):
        x = tl.load(x_ptrs)
        if i > 2:
            tl.store(out_ptrs, x)
        x_ptrs += 16
        out_ptrs += 16


@triton.jit
def branch(x_ptr, y_ptr, out_ptr, n):
    if n > 2:
        for i in tl.range(n, num_stages=2):
            tl.store(out_ptr, tl.load(x_ptr + i))
    else:
        tl.store(out_ptr + n, tl.load(y_ptr))


@triton.jit
def stated(x_ptr, y_ptr, out_ptr, n):
    tl.store(out_ptr + tl.load(x_ptr + 2), tl.load(y_ptr) * n)


@triton.jit
def widened(x):
    # a long comment, so that the excerpt of the source that Triton puts before its message is longer than any message
    # that a ledger has room for: this line, the one above it, and the ones below it
    # .................................................................................................................
    # .................................................................................................................
    return x * WIDTH


@triton.jit
def beyond(x_ptr, out_ptr):
    tl.store(out_ptr, widened(tl.load(x_ptr)))
'''
SCALE: Mapping[str, Any] = {
    "x_ptr": ArrayType("float16", (1000,), Domain(low=-1, high=1)),
    "out_ptr": ArrayType("float32", (1000,)),
    "n": 1000,
    "scale": ArrayType("float32", (), Domain(low=0, high=1)),
    "bias_ptr": None,
    "ACC": ArrayType("float32", ()),
    "grid": [16],
}


@pytest.fixture(scope="module")
def module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ModuleType]:
    import importlib
    import sys

    folder = tmp_path_factory.mktemp("modules")
    Path(folder, "users_kernels.py").write_text(MODULE)
    sys.path.insert(0, str(folder))
    yield importlib.import_module("users_kernels")
    sys.path.remove(str(folder))
    del sys.modules["users_kernels"]


def found(module: ModuleType, name: str, table: Mapping[str, Any] | None) -> Kernel | Rejection:
    tables = {} if table is None else {name: table}
    only = COMPILER.prospects(module).index(name)
    (kernel,) = COMPILER.discover(module, examples=Examples(tables=tables), only=only)
    return kernel


def the(kernel: Kernel | Rejection) -> Kernel:
    assert isinstance(kernel, Kernel), kernel
    return kernel


def test_a_function_that_a_kernel_calls_is_no_kernel(module: ModuleType) -> None:
    assert COMPILER.prospects(module) == ["scale_kernel", "count", "move", "branch", "stated", "beyond"]


def test_tuned_kernels_are_claimed(module: ModuleType) -> None:
    assert frontend_of(module.scale_kernel) is FRONTEND
    assert not COMPILER.claims(module.WIDTH)
    assert COMPILER.recognises(MODULE)
    assert not COMPILER.recognises("import jax\n\n\ndef triton(x):\n    return x\n")


def test_the_first_configuration_gives_constants_and_options(module: ModuleType) -> None:
    signature = the(found(module, "scale_kernel", SCALE)).spec.signature
    assert signature.call == {"constants": {"bias_ptr": None, "ACC": {"dtype": "fp32"}, "EVEN": False, "BLOCK": 64}}
    assert signature.options["num_warps"] == 2
    assert signature.options["divisible_by_16"] == ["x_ptr", "out_ptr"]
    assert signature.launch == (16,)
    told = {each.name: (each.type_name, each.shape, each.role) for each in signature.arguments}
    assert told == {
        "x_ptr": ("*fp16", (1000,), Role.INPUT),
        "out_ptr": ("*fp32", (1000,), Role.OUTPUT),
        "n": ("i32", None, Role.INPUT),
        "scale": ("fp32", None, Role.INPUT),
    }


def test_a_table_overrides_the_configuration(module: ModuleType) -> None:
    spec = the(found(module, "scale_kernel", {**SCALE, "BLOCK": 32, "n": 64, "num_warps": 8})).spec
    assert (spec.signature.call or {})["constants"]["BLOCK"] == 32
    assert (spec.signature.call or {})["constants"]["EVEN"] is True
    assert spec.signature.options["num_warps"] == 8


def test_the_source_alone_gives_the_same_texts_and_lines(module: ModuleType) -> None:
    kernel = the(found(module, "scale_kernel", SCALE))
    assert kernel.spec.self_contained
    assert "LOG2E = tl.constexpr(1.4426950408889634)" in kernel.spec.source
    assert "autotune" not in kernel.spec.source
    assert "WIDTH" not in kernel.spec.source
    assert more_than_a_kernel(kernel.spec.source) is None
    loaded = the(FRONTEND.load_one(kernel.spec))
    levels = FRONTEND.choose_levels(None, "cuda:90")
    live, again = COMPILER.lower([kernel, loaded], levels, device="cuda:90")
    assert live == again
    COMPILER.release([loaded])


def test_roles_follow_pointers_through_loops(module: ModuleType) -> None:
    table = {"x_ptr": ArrayType("float32", (160,)), "out_ptr": ArrayType("float32", (160,)), "n": 10, "grid": 1}
    arguments = the(found(module, "move", table)).spec.signature.arguments
    assert [each.role for each in arguments] == [Role.INPUT, Role.OUTPUT, Role.INPUT]
    table = {"total_ptr": ArrayType("int32", (1,)), "unused_ptr": ArrayType("int32", (1,)), "grid": [4, 2]}
    arguments = the(found(module, "count", table)).spec.signature.arguments
    assert [each.role for each in arguments] == [Role.INOUT, Role.INPUT]


def test_roles_keep_values_of_different_branches_apart(module: ModuleType) -> None:
    arrays = dict.fromkeys(("x_ptr", "y_ptr", "out_ptr"), ArrayType("float32", (16,)))
    arguments = the(found(module, "branch", {**arrays, "n": 3, "grid": 1})).spec.signature.arguments
    assert [each.role for each in arguments] == [Role.INPUT, Role.INPUT, Role.OUTPUT, Role.INPUT]


def test_a_table_states_numbers(module: ModuleType) -> None:
    offsets: dict[str, Any] = {"type": ArrayType("int32", (3,)), "values": [0, 5, 12]}
    table: dict[str, Any] = {
        "x_ptr": offsets,
        "y_ptr": {"type": ArrayType("float32", (3,)), "values": 0.5},
        "out_ptr": ArrayType("float32", (16,)), "n": 1.5, "grid": 1,
    }  # fmt: skip
    signature = the(found(module, "stated", table)).spec.signature
    first, *others = (draw_inputs(signature, number, seed=3) for number in range(4))
    assert first["x_ptr"].tolist() == [0, 5, 12]
    assert first["y_ptr"].tolist() == [0.5, 0.5, 0.5]
    assert first["n"] == 1.5
    assert all(each["x_ptr"].tolist() == [0, 5, 12] for each in others)
    assert all(0.475 <= each["y_ptr"].min() < each["y_ptr"].max() <= 0.5 for each in others)
    assert len({float(each["n"]) for each in others}) == 3
    wrongs: list[Any] = [{"values": [1, 2, 3]}, {**offsets, "values": ["a"]}, {**offsets, "values": [1, 2]}]
    for wrong in wrongs:
        with pytest.raises(ConfigError, match="x_ptr"):
            found(module, "stated", {**table, "x_ptr": wrong})


def test_a_kernel_without_inputs_says_what_to_write(module: ModuleType) -> None:
    rejection = found(module, "count", None)
    assert isinstance(rejection, Rejection)
    assert rejection.symptom is Symptom.NO_EXAMPLE_ARGUMENTS
    assert "[count]" in rejection.detail
    assert 'total_ptr = "f32[1024]"' in rejection.detail
    rejection = found(module, "scale_kernel", {**SCALE, "grid": None})
    assert isinstance(rejection, Rejection)
    assert "grid is missing" in rejection.detail
    rejection = found(module, "scale_kernel", {name: each for name, each in SCALE.items() if name != "scale"})
    assert isinstance(rejection, Rejection)
    assert "scale is missing" in rejection.detail


def test_a_kernel_that_triton_does_not_compile_has_the_reason_and_the_line(module: ModuleType) -> None:
    arrays = dict.fromkeys(("x_ptr", "out_ptr"), ArrayType("float32", (16,)))
    rejection = found(module, "beyond", {**arrays, "grid": 1})
    assert isinstance(rejection, Rejection)
    assert rejection.symptom is Symptom.BUILD_ERROR
    assert "Cannot access global variable WIDTH" in rejection.detail
    assert "return x * WIDTH" in rejection.detail


@pytest.mark.parametrize(
    ("change", "said"),
    [({"y_ptr": 3}, "y_ptr"), ({"grid": [0]}, "grid"), ({"x_ptr": ArrayType("complex64", (3,))}, "complex64"),
     ({"scale": [1, 2]}, "scale"), ({"ACC": ArrayType("float32", (3,))}, "ACC")],
)  # fmt: skip
def test_wrong_tables_are_errors_that_name_the_parameter(module: ModuleType, change: Any, said: str) -> None:
    with pytest.raises((ConfigError, UnknownNameError), match=said):
        found(module, "scale_kernel", {**SCALE, **change})
