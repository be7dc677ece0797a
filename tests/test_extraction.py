"""Extraction from a user's files, folders and packages, valid and invalid, with inputs from all sources."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import kernels_module

from synthesis import (
    ConfigError,
    Examples,
    Pair,
    Rejection,
    Stage,
    Symptom,
    TargetError,
    UnknownNameError,
    discover,
    example,
    extract,
)
from synthesis.core.examples import ArrayType, parse_type, read_inputs
from synthesis.core.run_settings import Extraction, Running
from synthesis.core.sandbox.wire import WireError
from synthesis.core.signatures import Domain
from synthesis.frontends.base import Frontend, Kernel
from synthesis.making.candidate import Candidate
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.sources import extracted
from synthesis.making.travel import unpack

KERNEL = """
import warp as wp
from .helpers import twice

@wp.kernel
def doubled(a: wp.array(dtype=float)):
    i = wp.tid()
    a[i] = twice(a[i])
"""
TRANSFORMING = """
import warp as wp

@wp.kernel
def transforming(x: wp.array2d(dtype=wp.vec2), y: wp.array2d(dtype=wp.vec2)):
    a = wp.tile_load(x, shape=(4, 16))
    wp.tile_fft(a)
    wp.tile_store(y, a)
"""
HELPERS = """
import warp as wp

@wp.func
def twice(x: float):
    return 2.0 * x
"""
FUNCTIONS = """
import jax.numpy as jnp
from synthesis import example

@example("f32[4,3]", {"w": "f32[3]"})
def linear(x, params):
    return x @ params["w"]

def scaled(x, n):
    return jnp.tile(x, n) * 2.0

def keyworded(x, *, axis):
    return jnp.sum(x, axis=axis)

def matmul(a, b):
    return a @ b

def never(x):
    raise RuntimeError("never")
"""


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a package with a valid file, an invalid file of each kind, and a main module."""
    folder = tmp_path / "mixed_package"
    folder.mkdir()
    files = {
        "__init__": "",
        "helpers": HELPERS,
        "good": KERNEL,
        "functions": FUNCTIONS,
        "syntax": "def f(:\n",
        "missing": "import no_such_package\n",
        "exits": "import sys\nsys.exit('bye')\n",
        "hangs": "import time\ntime.sleep(600)\n",
        "dies": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)\n",
        "__main__": "raise SystemExit('main was run')\n",
        "commanded": "import jax\n\n\ndef main():\n    raise SystemExit('main was run')\n",
        "guarded": "if __name__ == '__main__':\n    raise SystemExit('main was run')\n",
    }
    for name, text in files.items():
        (folder / f"{name}.py").write_text(text)
    monkeypatch.chdir(tmp_path)
    return folder


@pytest.mark.needs("warp", "jax")
def test_a_package_gives_what_it_can_and_says_what_it_cannot(package: Path) -> None:
    outcomes = list(extract("mixed_package", time_limit=8))
    pairs = [outcome for outcome in outcomes if isinstance(outcome, Pair)]
    assert {pair.spec.name for pair in pairs} == {"doubled", "linear"}
    assert all(pair.spec.self_contained for pair in pairs)
    assert not any("example" in pair.spec.source for pair in pairs)
    failed = {each.origin: (each.stage, each.symptom) for each in outcomes if isinstance(each, Rejection)}
    assert failed.pop("mixed_package.functions") == (Stage.LOAD, Symptom.NO_EXAMPLE_ARGUMENTS)
    assert failed == {
        "mixed_package.syntax": (Stage.LOAD, Symptom.SYNTAX_ERROR),
        "mixed_package.missing": (Stage.LOAD, Symptom.IMPORT_ERROR),
        "mixed_package.exits": (Stage.LOAD, Symptom.IMPORT_ERROR),
        "mixed_package.hangs": (Stage.LOAD, Symptom.TIMEOUT),
        "mixed_package.dies": (Stage.LOAD, Symptom.CRASH),
    }


def test_what_a_module_hands_on_from_private_ones_is_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = "import jax.numpy as jnp\n\n\ndef half(x):\n    return jnp.tanh(x) * 0.5\n\n\nhalved = half\n"
    files = {
        "__init__": "",
        "_src/__init__": "",
        "_src/inside": inside,
        "nn/__init__": "from handing._src.inside import half, halved\nfrom jax.nn import relu\n",
        "also": "from handing._src.inside import half\n",
    }
    for name, text in files.items():
        path = tmp_path / "handing" / f"{name}.py"
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text)
    monkeypatch.chdir(tmp_path)
    for target in ("handing.nn", "handing"):
        outcomes = list(extract(target, frontend="jax", examples=Examples(arguments=(ArrayType("float32", (4,)),))))
        assert [outcome.spec.name for outcome in outcomes if isinstance(outcome, Pair)] == ["half"], target
        assert len(outcomes) == 1


@pytest.mark.needs("jax")
def test_a_kernel_without_any_text_is_no_row() -> None:
    shape = Examples(arguments=(ArrayType("float32", (4,)),))
    (outcome,) = extract("jax.nn:softmax", level=["triton"], device="cuda", examples=shape)
    assert isinstance(outcome, Rejection)
    assert (outcome.symptom, outcome.level) == (Symptom.NOT_AVAILABLE, None)
    (pair,) = extract("jax.nn:softmax", level=["jaxpr", "triton"], device="cuda", examples=shape)
    assert isinstance(pair, Pair)
    assert pair.texts["triton"] is None
    assert [each.level for each in pair.rejections] == ["triton"]


@pytest.mark.needs("warp")
def test_texts_side_by_side(package: Path, tmp_path: Path) -> None:
    summary, rejections = extract_to_folder(
        "mixed_package.good", tmp_path / "out", running=Running(format="text", progress="none")
    )
    assert (summary.rows, rejections) == (1, [])
    assert sorted(path.name for path in (tmp_path / "out").iterdir() if path.is_file()) == [
        "000000_doubled.cpp_backward.cpp",
        "000000_doubled.cpp_forward.cpp",
        "000000_doubled.cuda_backward.cu",
        "000000_doubled.cuda_forward.cu",
        "000000_doubled.py",
        "README.md",
    ]
    described = json.loads((tmp_path / "out" / "_irsmith" / "000000_doubled.json").read_text())
    assert described["kernel_name"] == "doubled"
    assert "def twice" in (tmp_path / "out" / "000000_doubled.py").read_text()


@pytest.mark.needs("warp")
@pytest.mark.parametrize(
    ("target", "message"),
    [
        ("mixed_package.syntax", "cannot import mixed_package.syntax: SyntaxError"),
        ("mixed_package.guarded", "no kernels in mixed_package.guarded"),
        ("mixed_package.absent", "no module named 'mixed_package.absent'"),
        ("mixed_package.good:absent", "has no attribute 'absent'"),
        ("absent.py", "no such file: absent.py"),
    ],
)
def test_a_bad_target_is_one_message_and_no_folder(target: str, message: str, package: Path, tmp_path: Path) -> None:
    with pytest.raises(TargetError, match=message):
        extract_to_folder(target, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_a_folder_in_use_is_refused(package: Path) -> None:
    with pytest.raises(ConfigError, match="is not empty and holds no run to continue"):
        extract_to_folder("mixed_package.good", package)


def names_and_types(outcomes: list[Pair | Rejection]) -> dict[str, list[str] | str]:
    """Map each kernel's name to the argument types that it was extracted with, or to the symptom that stopped it."""
    types: dict[str, list[str] | str] = {}
    for outcome in outcomes:
        if isinstance(outcome, Pair):
            types[outcome.spec.name] = list(outcome.spec.arg_types.values())
        else:
            types[outcome.kernel_name] = str(outcome.symptom)
    return types


@pytest.mark.needs("jax")
def test_inputs_come_from_a_file(package: Path, tmp_path: Path) -> None:
    (tmp_path / "inputs.toml").write_text(
        '[scaled]\nx = "f32[5]"\nn = 3\n[keyworded]\nx = "i32[2,6]"\naxis = 1\n'
        '[matmul]\na = "bf16[2,3]"\nb = "bf16[3]"\n'
    )
    outcomes = list(extract("mixed_package.functions", examples=Examples(tables=read_inputs(tmp_path / "inputs.toml"))))
    assert names_and_types(outcomes) == {
        "linear": ["f32[4,3]", "f32[3]"],
        "scaled": ["f32[5]"],
        "keyworded": ["i32[2,6]"],
        "matmul": ["bf16[2,3]", "bf16[3]"],
        "never": "no_example_arguments",
    }
    (scaled,) = [each for each in outcomes if isinstance(each, Pair) and each.spec.name == "scaled"]
    assert scaled.spec.self_contained
    assert scaled.spec.signature.call == {"args": [], "kwargs": {"n": {"value": 3}, "x": "x"}}
    assert "f32[15]" in str(scaled.texts["jaxpr"])


@pytest.mark.needs("jax")
def test_a_text_is_a_value_when_it_has_quotes_of_its_own(tmp_path: Path) -> None:
    (tmp_path / "inputs.toml").write_text(
        '[resize]\nimage = "f32[4,4,3] in 0..1"\nshape = [8, 8, 3]\nmethod = "\'nearest\'"\n'
    )
    tables = read_inputs(tmp_path / "inputs.toml")
    (pair,) = extract("jax.image:resize", examples=Examples(tables=tables))
    assert isinstance(pair, Pair)
    assert pair.spec.self_contained
    assert "-> tensor<8x8x3xf32>" in str(pair.texts["stablehlo"])
    tables["resize"]["method"] = "cubic"
    (other,) = extract("jax.image:resize", examples=Examples(tables=tables))
    assert isinstance(other, Pair)
    assert other.texts != pair.texts


@pytest.mark.needs("jax")
def test_functions_without_parameters_are_called_only_when_named(package: Path) -> None:
    for examples in (Examples(guess=True), Examples(arguments=(ArrayType("float32", (3,)),))):
        (outcome,) = discover("mixed_package.commanded", frontend="jax", examples=examples)
        assert isinstance(outcome, Rejection)
        assert outcome.symptom is Symptom.NO_EXAMPLE_ARGUMENTS


@pytest.mark.needs("jax")
def test_inputs_are_guessed_when_asked_for(package: Path) -> None:
    found = names_and_types(list(extract("mixed_package.functions", examples=Examples(guess=True))))
    assert found["matmul"] == ["f32[4,4]", "f32[4,4]"] or len(found["matmul"]) == 2
    assert found["linear"] == ["f32[4,3]", "f32[3]"]
    assert found["never"] == "no_example_arguments"


@pytest.mark.needs("warp")
def test_a_table_states_the_threads_per_block_of_a_warp_kernel(tmp_path: Path) -> None:
    path = tmp_path / "transforming.py"
    path.write_text(TRANSFORMING)
    (refused,) = extract(path)
    (pair,) = extract(path, examples=Examples(tables={"transforming": {"block_dim": 16}}))
    assert isinstance(refused, Pair)
    assert isinstance(pair, Pair)
    assert refused.texts["cuda_forward"] is None
    assert pair.texts["cuda_forward"] is not None
    assert pair.spec.signature.options["block_dim"] == 16
    assert "cpp_forward" in pair.verdict.verified


@pytest.mark.needs("warp")
def test_inputs_of_a_warp_kernel_are_its_shapes_and_domains(package: Path) -> None:
    tables = {"doubled": {"a": parse_type("f32[16] in 0.1..2"), "dim": 16}}
    (kernel,) = discover("mixed_package.good", examples=Examples(tables=tables))
    assert isinstance(kernel, Kernel)
    (argument,) = kernel.spec.signature.arguments
    assert (argument.shape, argument.domain) == ((16,), Domain(low=0.1, high=2.0))
    assert kernel.spec.signature.launch == (16,)
    for table, kind, message in (
        ({"b": 1}, UnknownNameError, "unknown argument 'b' in the inputs of kernel doubled; allowed: a, dim,"),
        ({"a": ArrayType("float64", (3,))}, ConfigError, "a is wp.array"),
        ({"a": 3}, ConfigError, "a is wp.array"),
        ({"dim": [2, 2]}, ConfigError, "launched over 1 dimension"),
        ({"block_dim": 0}, ConfigError, "block_dim is a number of threads from 1 to 1024, got 0"),
    ):
        with pytest.raises(kind, match=message):
            discover("mixed_package.good", examples=Examples(tables={"doubled": table}))


@pytest.mark.needs("jax")
def test_inputs_of_a_jax_function_are_its_shapes_and_domains(package: Path) -> None:
    tables = {"matmul": {"a": parse_type("f32[4,3] in -2..-1"), "b": parse_type("f32[3,2]")}}
    (pair,) = (each for each in extract("mixed_package.functions", examples=Examples(tables=tables))
               if isinstance(each, Pair) and each.spec.name == "matmul")  # fmt: skip
    a, b = pair.spec.signature.arguments
    assert (a.shape, a.domain) == ((4, 3), Domain(low=-2.0, high=-1.0))
    assert b.domain not in (None, a.domain)


@pytest.mark.needs("jax")
def test_a_mark_that_cannot_be_read_costs_its_function_alone(tmp_path: Path) -> None:
    (tmp_path / "marks.py").write_text(
        "from synthesis import example\n\n\n"
        "@example('f8_strange[4]')\ndef first(x):\n    return x + 1\n\n\n"
        "@example('f32[4]')\ndef second(x):\n    return x * 2\n"
    )
    first, second = extract(str(tmp_path / "marks.py"), frontend="jax", level="jaxpr", verify="none")
    assert isinstance(first, Rejection)
    assert (first.kernel_name, first.symptom) == ("first", Symptom.NO_EXAMPLE_ARGUMENTS)
    assert first.detail.startswith("its example: cannot read 'f8_strange[4]' as a type and shape")
    assert isinstance(second, Pair)
    with pytest.raises(ConfigError, match="cannot read 'f8_strange"):  # outside of an extraction, it is raised at once
        example("f8_strange[4]")(len)


def test_an_unknown_parameter_is_named(package: Path) -> None:
    with pytest.raises(UnknownNameError, match="unknown parameter 'c' in the inputs of function matmul; allowed: a, b"):
        list(extract("mixed_package.functions", examples=Examples(tables={"matmul": {"c": 1}})))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("f32[4,3]", ArrayType("float32", (4, 3))),
        ("bf16", ArrayType("bfloat16", ())),
        ("int32[2, 2]", ArrayType("int32", (2, 2))),
        ("f32[4,3] in 0.1..2", ArrayType("float32", (4, 3), Domain(low=0.1, high=2.0))),
        ("f64[2] in -1e-3 .. 5", ArrayType("float64", (2,), Domain(low=-1e-3, high=5.0))),
        ("bool[3]", ArrayType("bool", (3,))),
    ],
)
def test_types_are_read_as_they_are_written(text: str, expected: ArrayType) -> None:
    assert parse_type(text) == expected


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("[f\n", "is not TOML"),
        ("x = 3\n", "stands outside a table"),
        ('[f]\nx = "f33[2]"\n', r"\[f\] x: unknown scalar type in 'f33\[2\]'"),
        ('[f]\nx = "4 by 3"\n', r"\[f\] x: cannot read '4 by 3'"),
        ('[f]\nx = "f32[3] in 2..1"\n', "low <= high"),
    ],
)
def test_bad_inputs_say_where(content: str, message: str, tmp_path: Path) -> None:
    (tmp_path / "inputs.toml").write_text(content)
    with pytest.raises(ConfigError, match=message):
        read_inputs(tmp_path / "inputs.toml")


MARKED = """
import functools
from typing import NamedTuple
import jax
import jax.numpy as jnp
import synthesis
from synthesis import example as shapes

class Layer(NamedTuple):
    w: object
    b: object

@functools.partial(jax.jit, static_argnames="n")
@synthesis.example(
    "f32[4]",
)
def between(x, n=3):
    return jnp.tile(x, n) * 2.0

@shapes("f32[3]")
@jax.vmap
def above(x):
    y = jnp.sin(x)
    return y + 1.0

@shapes(Layer("f32[3]", "f32[]"), "f32[4,3]")
def layered(p, x):
    return x @ p.w + p.b
"""


@pytest.mark.needs("jax")
def test_marks_are_no_part_of_a_source(tmp_path: Path) -> None:
    (tmp_path / "marked.py").write_text(MARKED)
    pairs = {each.spec.name: each for each in extract(tmp_path / "marked.py") if isinstance(each, Pair)}
    assert set(pairs) == {"between", "above", "layered"}
    lines = {"between": "jnp.tile(x, n) * 2.0", "above": "jnp.sin(x)", "layered": "x @ p.w + p.b"}
    for name, line in lines.items():
        pair = pairs[name]
        assert pair.spec.self_contained
        assert "example" not in pair.spec.source
        assert "shapes" not in pair.spec.source
        source = pair.spec.source.splitlines()
        assert any(line in source[number - 1] for number, _, _ in pair.line_map["stablehlo"]), pair.line_map
    assert pairs["layered"].spec.arg_types == {"p.w": "f32[3]", "p.b": "f32[]", "x": "f32[4,3]"}


@pytest.mark.needs("jax")
def test_live_objects_and_marks() -> None:
    import jax.numpy as jnp

    @example(np.zeros((2, 3), np.float32))
    def negative(x: object) -> object:
        return jnp.negative(x)  # pyright: ignore[reportUnknownMemberType, reportArgumentType]

    (pair,) = extract(negative)
    assert isinstance(pair, Pair)
    assert pair.spec.arg_types == {"x": "f32[2,3]"}


@pytest.mark.needs("jax")
def test_tables_that_name_no_function_are_an_error(package: Path, tmp_path: Path) -> None:
    (tmp_path / "inputs.toml").write_text('[scaled]\nx = "f32[5]"\nn = 3\n[scalled]\nx = "f32[5]"\n')
    settings = Extraction(inputs=tmp_path / "inputs.toml")
    with pytest.raises(
        ConfigError, match=r"inputs.toml: \[scalled\] names no function in mixed_package.functions; found: "
    ):
        extract_to_folder("mixed_package.functions", tmp_path / "out", settings)
    assert not (tmp_path / "out").exists()  # the target was not imported
    (tmp_path / "inputs.toml").write_text('[scaled]\nx = "f32[5]"\nn = 3\n[params]\nx = "f32[5]"\n')
    with pytest.raises(ConfigError, match=r"\[params\] names no function"):  # a name in the file that is not a function
        extract_to_folder("mixed_package.functions", tmp_path / "other", settings)


@pytest.mark.needs("jax")
def test_a_kernel_whose_results_cannot_be_read_is_a_rejection(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def unreadable(frontend: Frontend | None, data: bytes) -> Candidate:
        candidate = unpack(frontend, data)
        if candidate.spec is not None and candidate.spec.name == "guessed":
            raise WireError("no such thing")
        return candidate

    (package / "sums.py").write_text("def guessed(x):\n    return x + x\n\ndef other(x):\n    return x * x\n")
    monkeypatch.setattr(extracted, "unpack", unreadable)
    found = list(extract(str(package / "sums.py"), frontend="jax", verify="none", arg=("f32[3]",)))
    assert [type(each) for each in found] == [Rejection, Pair]
    assert isinstance(found[0], Rejection)
    assert found[0].detail == "its results cannot be read: no such thing"


@pytest.mark.needs("jax")
def test_harm_while_tracing_costs_one_kernel_each(kernels_folder: Path) -> None:
    harmful = str(kernels_folder / "harmful.py")
    outcomes = list(extract(harmful, frontend="jax", level="jaxpr", time_limit=5.0, output_limit=32))
    rows = [each.spec.name for each in outcomes if isinstance(each, Pair)]
    lines = {each.kernel_name: str(each.symptom) for each in outcomes if isinstance(each, Rejection)}
    assert rows == ["harmless_first", "harmless_second", "copies_the_process", "harmless_last"]
    assert lines.pop("holds_too_much") in {"crash", "unprinted_constants"}
    assert lines == {
        "leaves_the_program": "trace_error",
        "ends_the_process": "crash",
        "never_ends": "timeout",
        "kills_the_process": "crash",
    }


MANY = """
import os
import jax.numpy as jnp
from synthesis import example

with open(os.environ["COUNTED"], "a") as file:
    file.write("once\\n")
{}
"""


@pytest.mark.needs("jax")
@pytest.mark.parametrize(
    ("begins", "imports"),
    [
        ("print('noise')", 2),  # first in a trial process, then in the process that all others are forked from
        ("import threading, time\nthreading.Thread(target=time.sleep, args=(60,), daemon=True).start()", 7),
        ("jnp.ones(3) + 1.0", 7),  # this starts threads of XLA
    ],
)
def test_a_package_is_imported_once_where_it_can_be(
    begins: str, imports: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    package = tmp_path / "counted_package"
    package.mkdir()
    (package / "__init__.py").write_text(MANY.format(begins))
    for number in range(5):
        text = f"@example('f32[4]')\ndef f{number}(x):\n    return x + {number}.0\n"
        (package / f"m{number}.py").write_text(f"from synthesis import example\n\n{text}")
    monkeypatch.setenv("COUNTED", str(tmp_path / "count"))
    found = list(extract(str(package), verify="none"))
    assert [each.spec.name for each in found if isinstance(each, Pair)] == [f"f{number}" for number in range(5)]
    assert len((tmp_path / "count").read_text().splitlines()) == imports
    assert "noise" not in "".join(capfd.readouterr())


MIXED = """
import jax
import jax.numpy as jnp
import warp as wp


@wp.func
def half(a: float) -> float:
    return a * 0.5


@wp.kernel
def scale(x: wp.array(dtype=float), s: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = half(x[i]) * s


@jax.jit
def soft(x):
    return jnp.tanh(x) * 2.0
"""


@pytest.mark.needs("warp", "jax")
def test_a_file_of_both_front_ends_gives_the_kernels_of_both(tmp_path: Path) -> None:
    file = tmp_path / "mixed_file.py"
    file.write_text(MIXED)

    def made(**options: Any) -> list[tuple[str, str]]:
        outcomes = list(extract(file, **options))
        pairs = [(each.spec.frontend, each.spec.name) for each in outcomes if isinstance(each, Pair)]
        lost = [(str(each.symptom), each.kernel_name) for each in outcomes if isinstance(each, Rejection)]
        return [*pairs, *(each for each in lost if each[0] != "not_available")]

    warp, jax = ("warp", "scale"), ("jax", "soft")
    assert made(arg=("f32[8]",), verify="none") == [warp, jax]
    assert made(verify="none") == [warp, ("no_example_arguments", "soft")]
    assert made(arg=("f32[8]",), frontend="jax", verify="none") == [jax]
    assert made(arg=("f32[8]",), frontend="warp", verify="none") == [warp]
    assert made(arg=("f32[8]",), level=("cuda_forward",), verify="none") == [warp]
    assert made(arg=("f32[8]",), level=("stablehlo",), verify="none") == [jax]
    module = kernels_module(tmp_path, "mixed_file")
    live = [each for each in extract(module, arg=("f32[8]",), verify="none") if isinstance(each, Pair)]
    assert [(each.spec.frontend, each.spec.name) for each in live] == [warp, jax]
