"""Running JAX's texts: arrays reach the StableHLO interpreter, and come back, as they are."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import jax as _jax
import numpy as np
import numpy.typing as npt
import pytest
from jax.numpy import bfloat16

from synthesis import Rejection, get_frontend
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Program, Purpose, RunKey, Runs
from synthesis.frontends.jax.effort import is_worth_compiling
from synthesis.frontends.jax.lowering import mlir

jax: Any = _jax
FIRST = RunKey(Purpose.DRAW)

DTYPES: list[np.dtype[Any]] = [
    *(np.dtype(name) for name in ("bool", "int8", "int16", "int32", "int64", "uint8", "uint16", "uint32", "uint64")),
    *(np.dtype(kind) for kind in (np.float16, bfloat16, np.float32, np.float64)),
]
SHAPES = [(), (1,), (3, 3), (0, 2), (60, 7)]


def some_values(shape: tuple[int, ...], dtype: np.dtype[Any]) -> npt.NDArray[Any]:
    values = np.random.default_rng(0).uniform(0, 99, shape)
    if dtype.kind == "b":
        return values < 50
    values = np.asarray(values).astype(dtype)
    if dtype.kind not in "biu" and values.size > 4:
        values[0], values[-1] = np.inf, -0.0
        values[1, 1] = np.nan
    return values


def through_the_interpreter(values: npt.NDArray[Any]) -> npt.NDArray[Any]:
    frontend = get_frontend("jax")
    level = frontend.level("stablehlo")
    with mlir.make_ir_context():
        kind = "tensor<" + "".join(f"{size}x" for size in values.shape) + f"{mlir.dtype_to_ir_type(values.dtype)}>"
    text = f"module {{ func.func public @main(%a: {kind}) -> {kind} {{ return %a : {kind} }} }}"
    argument = Argument(name="a", type_name="array", dtype=values.dtype.name, shape=values.shape, role=Role.INPUT)
    signature = Signature(arguments=(argument,), results=(replace(argument, name="r"),))
    runs: Runs = {FIRST: {"a": values}}
    program = Program(name="one", level=level, text=text, signature=signature, runs=runs)
    (outcome,) = [each for _, each in frontend.the_prover.run([program], Path()) if each is not None]
    assert not isinstance(outcome, Rejection), outcome
    return outcome[FIRST]["r"]


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("dtype", DTYPES, ids=str)
def test_arrays_pass_the_interpreter_bit_by_bit(dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
    values = some_values(shape, dtype)
    found = through_the_interpreter(values)
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    assert found.tobytes() == values.tobytes()


@pytest.mark.parametrize("update", ["add", "multiply", "min", "max", "set"])
def test_what_is_scattered_into_is_what_it_was_for_others(update: str) -> None:
    """The interpreter would scatter in place, into arguments and into values that are used again."""

    def twice(x: Any, y: Any) -> tuple[Any, ...]:
        z = x + y
        index = jax.numpy.array([1, 1, 2])
        return getattr(x.at[index], update)(y[:3]), x * 2, getattr(z.at[index], update)(y[:3]), z * 3

    x, y = np.arange(4, dtype=np.float32), np.asarray([9, 5, 7, 2], np.float32)
    frontend = get_frontend("jax")
    level = frontend.level("stablehlo")
    arguments = tuple(Argument(name=name, type_name="array", dtype="float32", shape=(4,)) for name in "xy")
    results = tuple(replace(arguments[0], name=name, role=Role.OUTPUT) for name in "abcd")
    signature = Signature(arguments=arguments, results=results)
    runs: Runs = {FIRST: {"x": x, "y": y}}
    text = str(jax.jit(twice).lower(x, y).compiler_ir("stablehlo"))
    program = Program(name="twice", level=level, text=text, signature=signature, runs=runs)
    (outcome,) = [each for _, each in frontend.the_prover.run([program], Path()) if each is not None]
    assert not isinstance(outcome, Rejection), outcome
    for name, expected in zip("abcd", twice(jax.numpy.asarray(x), jax.numpy.asarray(y)), strict=True):
        np.testing.assert_array_equal(outcome[FIRST][name], expected)


def test_what_a_loop_scatters_into_is_the_same_each_time() -> None:
    def again(x: Any, y: Any) -> Any:
        def step(_: Any, total: Any) -> Any:
            return total + x.at[1].add(y[0])

        return jax.lax.fori_loop(0, 3, step, jax.numpy.zeros_like(x))

    x, y = np.arange(4, dtype=np.float32), np.asarray([9], np.float32)
    given = tuple(Argument(name=name, type_name="array", dtype="float32", shape=each.shape)
                  for name, each in (("x", x), ("y", y)))  # fmt: skip
    signature = Signature(arguments=given, results=(replace(given[0], name="r", role=Role.OUTPUT),))
    text = str(jax.jit(again).lower(x, y).compiler_ir("stablehlo"))
    assert "stablehlo.scatter" in text
    frontend = get_frontend("jax")
    runs: Runs = {FIRST: {"x": x, "y": y}}
    program = Program(name="again", level=frontend.level("stablehlo"), text=text, signature=signature, runs=runs)
    (outcome,) = [each for _, each in frontend.the_prover.run([program], Path()) if each is not None]
    assert not isinstance(outcome, Rejection), outcome
    np.testing.assert_array_equal(outcome[FIRST]["r"], [0, 30, 6, 9])


def repeated(function: str, size: int) -> str:
    """A module that applies a function of JAX's a hundred times."""

    def step(_: Any, value: Any) -> Any:
        return getattr(jax.numpy, function)(value)

    def loop(x: Any) -> Any:
        return jax.lax.fori_loop(0, 100, step, x)

    return str(jax.jit(loop).lower(jax.ShapeDtypeStruct((size,), "float32")).compiler_ir("stablehlo"))


@pytest.mark.parametrize(("size", "runs", "expected"), [(4, 6, False), (4, 10_000, True), (4096, 6, True)])
def test_what_takes_the_interpreter_long_is_compiled(size: int, runs: int, expected: bool) -> None:
    text = repeated("sin", size)
    with mlir.make_ir_context(), mlir.ir.Location.unknown():
        assert is_worth_compiling(mlir.ir.Module.parse(text), text, runs) is expected


COMPUTED = """
import hashlib, os, sys
import jax, numpy as np
from synthesis.frontends.jax import execution

execution._INSTRUCTIONS = sys.argv[1]
execution.prepare()
x = np.linspace(0.1, 3, 4096, dtype=np.float32)
(result,) = execution._Compiled(jax.jit(jax.numpy.exp).lower(x).as_text()).run([x])
print(hashlib.sha256(result.tobytes()).hexdigest(), os.environ["XLA_FLAGS"])
"""


@pytest.mark.skipif(" fma " not in Path("/proc/cpuinfo").read_text(), reason="the processor has nothing newer than AVX")
def test_what_compiles_texts_uses_no_newer_instructions_than_it_is_limited_to(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_multi_thread_eigen=false")
    fused, apart = computed("AVX2"), computed("AVX")
    assert fused[1:] == ["--xla_cpu_multi_thread_eigen=false", "--xla_cpu_max_isa=AVX2"]
    assert fused[0] != apart[0]  # AVX2 rounds a product and a sum at once
    monkeypatch.setenv("XLA_FLAGS", "--xla_cpu_max_isa=AVX")
    assert computed("AVX2") == [apart[0], "--xla_cpu_max_isa=AVX"]


def computed(limit: str) -> list[str]:
    """The hash of what is computed by a process that has a limit, and the flags that it has then."""
    command = [sys.executable, "-c", COMPUTED, limit]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
