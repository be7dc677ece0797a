"""JAX's own functions become rows that call them by their public names, where their bodies are no source of a row."""

import inspect
from typing import Any

import pytest

pytest.importorskip("jax")

import jax as _jax
import jax.scipy.signal as signal
import jax.scipy.stats as stats

from synthesis import Pair, extract
from synthesis.core.examples import Examples, parse_type
from synthesis.frontends.jax.calling import BoundFunction, Call
from synthesis.frontends.jax.public import by_public_name, public_name
from synthesis.frontends.plain_names import is_public_jax, public_jax_modules

jax: Any = _jax
jnp: Any = jax.numpy
X = "f32[4,8] in 0.1..0.9"
CASES: dict[str, tuple[Any, dict[str, Any], str]] = {
    "softmax": (jax.nn.softmax, {"x": X}, "return jax.nn.softmax(x, axis=axis, where=where)"),
    "softmax of an axis": (jax.nn.softmax, {"x": X, "axis": 0}, "return jax.nn.softmax(x, axis=axis, where=where)"),
    "a module inside": (
        stats.norm.cdf,
        {"x": "f32[4,8] in -3..3"},
        "jax.scipy.stats.norm.cdf(x, loc=loc, scale=scale)",
    ),
    "a static number": (jax.lax.top_k, {"operand": X, "k": 3}, "lax.top_k(operand, k"),
    "an argument that is no input": (jnp.sum, {"a": X, "axis": 1}, "jnp.sum(a, axis=axis"),
    "two arrays": (signal.convolve, {"in1": "f32[6]", "in2": "f32[3]"}, "jax.scipy.signal.convolve(in1, in2"),
}


def table(values: dict[str, Any]) -> dict[str, Any]:
    return {name: parse_type(value) if isinstance(value, str) else value for name, value in values.items()}


@pytest.mark.parametrize(("function", "values", "written"), CASES.values(), ids=CASES)
def test_a_function_of_jax_is_a_verified_row_that_calls_it(function: Any, values: dict[str, Any], written: str) -> None:
    examples = Examples(tables={function.__name__: table(values)})
    (pair,) = extract(function, examples=examples, frontend="jax", level=["jaxpr", "stablehlo"])
    assert isinstance(pair, Pair), pair
    assert written in pair.spec.source
    assert "jax._src" not in pair.spec.source
    assert set(pair.verdict.verified) == {"jaxpr", "stablehlo"}, pair.verdict
    assert pair.spec.origin is not None
    assert pair.spec.origin.package == "jax"


def test_a_body_that_is_plain_is_kept() -> None:
    (pair,) = extract(jax.nn.relu6, examples=Examples(arguments=(parse_type(X),)), frontend="jax", level=["jaxpr"])
    assert isinstance(pair, Pair)
    assert "return jnp.minimum(jnp.maximum(x, 0), 6.)" in pair.spec.source


def test_what_no_public_module_has_has_no_public_name() -> None:
    def softmax(x: Any) -> Any:
        return x

    assert public_name(softmax) is None
    assert public_name(jax.nn.softmax) == ("jax.nn", "softmax")
    assert public_name(jnp.linalg.det) == ("jax.numpy.linalg", "det")
    assert public_name(jax.jit(abs)) is None


def test_what_is_not_given_and_cannot_be_written_is_left_to_jax() -> None:
    shape = jax.ShapeDtypeStruct((4,), "float32")
    found = by_public_name(Call(jnp.full_like, (shape, shape)))
    assert found is not None
    assert list(inspect.signature(found.call.function).parameters)[:2] == ["a", "fill_value"]
    assert by_public_name(Call(jnp.full_like, (shape,))) is None  # fill_value has no default


def test_constants_are_passed_on() -> None:
    shape = jax.ShapeDtypeStruct((4, 3), "float32")
    found = by_public_name(Call(BoundFunction(jnp.cumsum, ["a"], {"axis": 1, "dtype": "float16"}), (shape,)))
    assert found is not None
    assert jax.eval_shape(found.call.function, *found.call.arguments).dtype == jnp.float16


def test_public_modules_are_those_that_compute() -> None:
    modules = public_jax_modules()
    assert {"jax.numpy", "jax.numpy.fft", "jax.scipy.stats.norm", "jax.lax.linalg"} <= {*modules}
    assert all(map(is_public_jax, (each for each in modules if each.count(".") > 1)))
    assert not any("_" in part[:1] for each in modules for part in each.split("."))
    for other in ("jax.numpy.sin", "jax.debug", "jax.scipy.nothing", "jax._src.lax", "jax.numpy.linalg.norm", "os"):
        assert not is_public_jax(other)
