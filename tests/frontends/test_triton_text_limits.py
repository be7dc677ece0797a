"""What TTIR and TTGIR texts must not do is refused, with the line of the text."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import ml_dtypes
import numpy as np
import pytest

pytest.importorskip("triton")

from kernels import triton_operations as kernels
from triton_texts import check_same, floats, outcomes, texts, zeros

from synthesis.frontends.triton.texts import BudgetError, Limits, TextError, Watch, parse, run

K: Any = kernels
RNG = np.random.default_rng(7)
I32, I64 = np.int32, np.int64
F16, F32, F64, BF16 = np.float16, np.float32, np.float64, ml_dtypes.bfloat16


def test_assertions_are_checked() -> None:
    arrays: dict[str, Any] = {"x": np.full(16, 9, I32), "y": zeros(16, I32)}
    check_same(outcomes(K.asserted, debug=True, **arrays, B=16), "y", arrays["x"])
    arrays["x"] = np.arange(16, dtype=I32)
    with pytest.raises(TextError, match=r"line \d+: this does not hold: below ten"):
        outcomes(K.asserted, debug=True, **arrays, B=16)


def test_assumptions_are_checked() -> None:
    arrays: dict[str, Any] = {"x": zeros(16, I32)}
    check_same(outcomes(K.assumed, **arrays, n=I32(32), B=16), "x", np.full(16, 32))
    with pytest.raises(TextError, match="an assumption"):
        outcomes(K.assumed, **arrays, n=I32(33), B=16)


@pytest.mark.parametrize("kernel", ["printed", "assembled", "from_addresses"])
def test_what_does_more_than_compute_is_refused(kernel: str) -> None:
    x = zeros(16, I64 if kernel == "from_addresses" else I32)
    arrays: dict[str, Any] = {"x": x} if kernel == "printed" else {"x": x, "y": zeros(16, I32)}
    for text in texts(getattr(K, kernel), **arrays, B=16).values():
        with pytest.raises(TextError, match=r"line \d+: tt\.\w+ is not allowed"):
            run(text, kernel, arrays, list(arrays), (1,))


def test_an_access_outside_an_array_is_an_error() -> None:
    text = texts(K.masked, x=zeros(64), y=zeros(64), n=I32(64), B=32)["ttir"]
    for n, size in ((65, 64), (64, 63), (2000, 64)):
        arrays: dict[str, Any] = {"x": zeros(64), "y": zeros(size), "n": np.asarray(I32(n))}
        with pytest.raises(TextError, match=r"line \d+: element \d+ of [xy], which has 6\d"):
            run(text, "masked", arrays, list(arrays), (64,))


def test_an_endless_loop_runs_out_of_work() -> None:
    arrays: dict[str, Any] = {"x": zeros(1, I32), "n": np.asarray(I32(1))}
    for text in texts(K.endless, x=arrays["x"], n=I32(1)).values():
        with pytest.raises(BudgetError):
            run(text, "endless", arrays, list(arrays), (1,), Limits(work=10_000))


def test_a_huge_grid_is_refused() -> None:
    text = texts(K.grid, y=zeros(8, I32), B=8)["ttir"]
    with pytest.raises(TextError, match="a grid of"):
        run(text, "grid", {"y": zeros(8, I32)}, ["y"], (2**31 - 1, 65535, 65535))


def test_arguments_have_to_fit_the_parameters() -> None:
    text = texts(K.masked, x=zeros(64), y=zeros(64), n=I32(64), B=32)["ttir"]
    arrays: dict[str, Any] = {"x": zeros(64), "y": zeros(64), "n": np.asarray(I32(64))}
    for wrong in ({"x": zeros(64, F64)}, {"n": np.asarray(I64(3))}, {"x": np.asarray(F32(3))}, {"n": zeros(64, I32)}):
        with pytest.raises(TextError, match="but the text takes"):
            run(text, "masked", arrays | wrong, list(arrays), (1,))
    with pytest.raises(TextError, match="takes 3 arguments"):
        run(text, "masked", arrays, ["x", "y"], (1,))
    with pytest.raises(TextError, match="no public function"):
        run(text, "other", arrays, list(arrays), (1,))


def test_inputs_are_not_changed() -> None:
    arrays: dict[str, Any] = {"x": floats(32), "y": zeros(32), "n": np.asarray(I32(32))}
    text = texts(K.masked, x=arrays["x"], y=arrays["y"], n=I32(32), B=32)["ttir"]
    assert run(text, "masked", arrays, list(arrays), (1,))["y"].any()
    assert not arrays["y"].any()


def test_races_between_programs_are_noted() -> None:
    watch = Watch()
    outcomes(K.racing, (2,), watch=watch, x=zeros(8, I32), y=zeros(16), z=zeros(8, I32), B=8)
    assert (watch.written, watch.read, watch.mixed) == ({"x"}, {"y"}, set())
    watch = Watch()
    outcomes(K.grid, (2, 2, 2), watch=watch, y=zeros(64, I32), B=8)
    assert (watch.written, watch.read, watch.mixed, watch.lanes) == (set(), set(), set(), set())


def test_lanes_that_write_different_values_to_one_element_are_noted() -> None:
    watch = Watch()
    outcomes(K.overwriting, watch=watch, x=zeros(8, I32), y=zeros(8, I32), B=16)
    assert watch.lanes == {"y"}


_HEAD = "module {\n  tt.func public @f(%x: !tt.ptr<i32>, %n: i32) {\n"
_TAIL = "    tt.return\n  }\n}\n"

_HOSTILE = {
    "unknown operation": '    llvm.inline_asm "exit"\n',
    "unknown type": "    %a = arith.constant 0 : i4096\n",
    "block too large": "    %a = tt.make_range {end = 2097152 : i32, start = 0 : i32} : tensor<2097152xi32>\n",
    "many axes": f"    %a = tt.splat %n : i32 -> tensor<{'1x' * 99}i32>\n",
    "shape that lies": "    %a = tt.make_range {end = 8 : i32, start = 0 : i32} : tensor<16xi32>\n",
    "types that differ": "    %a = arith.constant 1 : i64\n    %b = arith.addi %a, %n : i32\n",
    "undefined value": "    %b = arith.addi %a, %n : i32\n",
    "value of itself": "    %b = arith.addi %b, %n : i32\n",
    "defined twice": "    %n = arith.constant 1 : i32\n",
    "division by zero": "    %a = arith.constant 0 : i32\n    %b = arith.divsi %n, %a : i32\n",
    "overflow of a division": "    %a = arith.constant -1 : i32\n    %c = arith.constant -2147483648 : i32\n"
    "    %b = arith.divsi %c, %a : i32\n",
    "shift too far": "    %a = arith.constant 32 : i32\n    %b = arith.shli %n, %a : i32\n",
    "deep brackets": "    %a = arith.constant {a = " + "[" * 99 + "]" * 99 + "} 1 : i32\n",
    "deep types": "    %a = arith.constant 1 : tensor" + "<" * 99 + ">" * 99 + "\n",
    "deep regions": "    %a = arith.constant true\n" + "    scf.if %a {\n" * 99 + "    }\n" * 99,
    "huge number": "    %a = arith.constant 1" + "0" * 5000 + " : i32\n",
    "calls itself": "    tt.call @f(%x, %n) : (!tt.ptr<i32>, i32) -> ()\n",
    "calls nothing": "    tt.call @g(%n) : (i32) -> ()\n",
    "no such block": "    cf.br ^bb7\n",
    "step of zero": "    %a = arith.constant 0 : i32\n    scf.for %i = %a to %n step %a : i32 {\n    }\n",
    "foreign function": '    %a = tt.extern_elementwise %n {libname = "", libpath = "", pure = true, symbol = "system"}'
    " : (i32) -> i32\n",
    "foreign assembly": '    %a = tt.elementwise_inline_asm "trap;" {constraints = "=r,r", packed_element = 1 : i32,'
    " pure = true} %n : i32 -> i32\n",
    "address": "    %a = arith.constant 4096 : i64\n    %b = tt.int_to_ptr %a : i64 -> !tt.ptr<i32>\n",
    "generic form": '    %a = "os.system"(%n) : (i32) -> i32\n',
    "scratch as an array": "    %a = ttg.global_scratch_alloc {alignment = 1 : i32, nbytes = 8 : i32} : !tt.ptr<i32>\n"
    "    tt.store %a, %n : !tt.ptr<i32>\n",
    "negative element": "    %a = arith.constant -1 : i32\n    %b = tt.addptr %x, %a : !tt.ptr<i32>, i32\n"
    "    tt.store %b, %n : !tt.ptr<i32>\n",
    "axis outside": "    %a = tt.splat %n : i32 -> tensor<8xi32>\n"
    "    %b = tt.expand_dims %a {axis = 5 : i32} : tensor<8xi32> -> tensor<8x1xi32>\n",
    "much memory": "".join(f"    %a{number} = tt.splat %n : i32 -> tensor<1048576xi32>\n" for number in range(600)),
}


@pytest.mark.parametrize("name", list(_HOSTILE))
def test_hostile_texts_are_refused_with_the_line(name: str) -> None:
    arrays: dict[str, Any] = {"x": zeros(4, I32), "n": np.asarray(I32(5))}
    with pytest.raises(TextError) as caught:
        run(_HEAD + _HOSTILE[name] + _TAIL, "f", arrays, list(arrays), (1,))
    assert caught.value.line > 0
    assert str(caught.value.line) in str(caught.value)


_LOWERED_HEAD = _HEAD.replace("module {", 'module attributes {"ttg.num-warps" = 4 : i32} {')
_BY_ZERO = "    %z = arith.constant 0 : i32\n    %q = arith.divsi %n, %z : i32\n    %r = arith.addi %q, %n : i32\n"


@pytest.mark.parametrize("operation", ["divsi", "divui", "remsi", "remui", "ceildivsi"])
def test_ttgir_may_divide_by_zero_if_nothing_depends_on_it(operation: str) -> None:
    arrays: dict[str, Any] = {"x": zeros(4, I32), "n": np.asarray(I32(5))}
    body = _BY_ZERO.replace("divsi", operation) + "    %no = arith.cmpi eq, %n, %z : i32\n"
    unused = body + "    tt.store %x, %r, %no : !tt.ptr<i32>\n    tt.store %x, %n : !tt.ptr<i32>\n"
    assert run(_LOWERED_HEAD + unused + _TAIL, "f", arrays, list(arrays), (1,))["x"].tolist() == [5, 0, 0, 0]
    with pytest.raises(TextError, match="a division by zero"):
        run(_HEAD + unused + _TAIL, "f", arrays, list(arrays), (1,))
    place = "    %p = tt.addptr %x, %r : !tt.ptr<i32>, i32\n"
    for used in ("    tt.store %x, %r : !tt.ptr<i32>\n", f"{place}    tt.store %p, %n : !tt.ptr<i32>\n"):
        with pytest.raises(TextError, match="a division by zero"):
            run(_LOWERED_HEAD + body + used + _TAIL, "f", arrays, list(arrays), (1,))


def test_a_value_that_another_block_may_leave_undefined_is_refused() -> None:
    body = (
        "    %c = arith.constant false\n    cf.cond_br %c, ^bb1, ^bb2\n  ^bb1:\n    %a = arith.constant 1 : i32\n"
        "    cf.br ^bb2\n  ^bb2:\n    tt.store %x, %a : !tt.ptr<i32>\n"
    )
    with pytest.raises(TextError, match="undefined"):
        parse(_HEAD + body + _TAIL)


def test_cut_and_damaged_texts_raise_text_errors_only() -> None:
    arrays: dict[str, Any] = {"x": floats(64), "y": zeros(5 * 64)}
    limits = Limits(work=20_000)
    for text in texts(K.scans, **arrays, N=64).values():
        marks = RNG.integers(0, len(text), 150).tolist()
        pieces = [text[:mark] for mark in marks[:50]] + [text[:mark] + text[mark + 1 :] for mark in marks[50:100]]
        pieces += [
            text[:mark] + "".join(RNG.permutation(list(text[mark : mark + 9]))) + text[mark + 9 :] for mark in marks
        ]
        refused = 0
        for piece in pieces:
            try:
                run(piece, "scans", arrays, list(arrays), (1,), limits)
            except TextError:
                refused += 1
        assert refused > 50


def test_a_text_that_is_too_long_is_refused() -> None:
    with pytest.raises(TextError, match="characters"):
        parse("module {\n" * 1000, Limits(characters=100))


def test_the_interpreter_imports_no_compiler() -> None:
    code = (
        "import sys, synthesis.frontends.triton.texts\n"
        "print(sorted({name.partition('.')[0] for name in sys.modules} & {'triton', 'jax', 'warp', 'torch'}))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_no_module_evaluates_text_as_code() -> None:
    import synthesis.frontends.triton.texts as package

    for path in Path(package.__file__ or "").parent.glob("*.py"):
        source = path.read_text()
        assert not any(f" {name}(" in source for name in ("eval", "exec", "getattr", "__import__", "compile"))
