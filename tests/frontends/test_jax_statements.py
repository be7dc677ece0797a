"""A jaxpr that comes to the statements of a StableHLO text is not run again; any other text is."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import jax as _jax
import numpy as np
import pytest

from synthesis import get_frontend
from synthesis.core.records import Rejection
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.frontends.base import Outcome, Program, Purpose, RunKey
from synthesis.frontends.jax import execution, lowering
from synthesis.frontends.jax.statements import statements_of

jax: Any = _jax
FIRST = RunKey(Purpose.DRAW)


def function(x: Any, y: Any) -> Any:
    """With functions of JAX's own, shared and not, and a weak type that becomes a strong one."""
    return jax.numpy.where(x > 0.5, jax.numpy.clip(x, 0.1, 0.9), jax.nn.silu(y)) + jax.nn.silu(x)


def programs() -> list[Program]:
    given = {name: np.linspace(0.0, 1.0, 6, dtype=np.float32) * scale for name, scale in (("x", 1), ("y", 2))}
    traced = jax.jit(function, keep_unused=True).trace(*given.values())
    argument = Argument(name="x", type_name="array", dtype="float32", shape=(6,), role=Role.INPUT)
    signature = Signature(arguments=(argument, replace(argument, name="y")), results=(replace(argument, name="r"),))
    texts = {
        "stablehlo": lowering.stablehlo_text(traced.lower(lowering_platforms=("cpu",)).compiler_ir("stablehlo")),
        "jaxpr": traced.jaxpr.pretty_print(use_color=False, source_info=False, name_stack=False),
    }
    level = get_frontend("jax").level
    return [
        Program(name="function", level=level(name), text=text, signature=signature, runs={FIRST: given})
        for name, text in texts.items()
    ]


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """A number for each text that is made ready to run."""
    found: list[int] = []
    make = execution._StableHlo.make  # pyright: ignore[reportPrivateUsage]

    def counted(self: Any, runs: int, *, again: bool = False) -> None:
        found.append(runs)
        make(self, runs, again=again)

    monkeypatch.setattr(execution._StableHlo, "make", counted)  # pyright: ignore[reportPrivateUsage]
    return found


def outcomes(given: list[Program]) -> list[Outcome | Rejection]:
    return [each for _, each in execution.run_programs(given, Path()) if each is not None]


def test_the_same_statements_run_once(begun: list[int]) -> None:
    first, second = outcomes(programs())
    assert begun == [1]
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    np.testing.assert_array_equal(first[FIRST]["r"], second[FIRST]["r"])
    np.testing.assert_allclose(first[FIRST]["r"], function(*programs()[0].runs[FIRST].values()), rtol=1e-5)


@pytest.mark.parametrize("number", [0, 1])
def test_a_changed_text_runs_by_itself(number: int, begun: list[int]) -> None:
    given = programs()
    words = {"stablehlo": ("stablehlo.maximum", "stablehlo.minimum"), "jaxpr": (" = max ", " = min ")}
    old, new = words[given[number].level.name]
    assert old in given[number].text
    given[number] = replace(given[number], text=given[number].text.replace(old, new, 1))
    first, second = outcomes(given)
    assert begun == [1, 1]
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert not np.array_equal(first[FIRST]["r"], second[FIRST]["r"])


def test_other_inputs_and_other_kernels_run_by_themselves(begun: list[int]) -> None:
    stablehlo, jaxpr = programs()
    values = dict(stablehlo.runs[FIRST])
    outcomes([stablehlo, replace(jaxpr, runs={FIRST: {**values, "x": values["x"] + np.float32(1)}})])
    assert begun == [1, 1]
    outcomes([stablehlo, replace(jaxpr, signature=replace(jaxpr.signature, options={"enable_x64": False}))])
    assert begun == [1, 1, 1, 1]
    again = {FIRST: {name: value.copy() for name, value in values.items()}}
    outcomes([stablehlo, replace(jaxpr, runs=again)])
    assert begun == [1, 1, 1, 1, 1]


CONVERTED = """module {
  func.func public @main(%arg0: tensor<f32>) -> tensor<f32> {
    %0 = stablehlo.convert %arg0 : tensor<f32>
    %1 = stablehlo.sine %0 : tensor<f32>
    return %1 : tensor<f32>
  }
}
"""


def test_a_conversion_to_the_same_type_is_no_statement() -> None:
    plain = CONVERTED.replace("    %0 = stablehlo.convert %arg0 : tensor<f32>\n", "").replace("%0", "%arg0")
    assert statements_of(CONVERTED) == statements_of(plain.replace("%1", "%0"))
    other = CONVERTED.replace("convert %arg0 : tensor<f32>", "convert %arg0 : (tensor<f32>) -> tensor<bf16>")
    assert statements_of(other) != statements_of(CONVERTED)


def test_a_name_that_stands_for_two_values_stays() -> None:
    twice = CONVERTED.replace("    return", "    %0 = stablehlo.cosine %1 : tensor<f32>\n    return")
    assert "stablehlo.convert" in (statements_of(twice) or "")


def test_names_in_strings_are_not_told_apart() -> None:
    assert statements_of(CONVERTED.replace("stablehlo.sine %0", 'stablehlo.custom_call @f(%0) {text = "%0"}')) is None
