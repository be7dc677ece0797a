"""The benchmark that counts kernels by normal form: which kernels it counts as one, and which it distinguishes."""

import importlib.util
from pathlib import Path
from typing import Any

import pytest

from synthesis import Pair, extract

_PATH = Path(__file__).parents[1] / "benchmarks" / "normal_forms.py"
_SPECIFICATION = importlib.util.spec_from_file_location("normal_forms", _PATH)
assert _SPECIFICATION is not None
assert _SPECIFICATION.loader is not None
_MODULE = importlib.util.module_from_spec(_SPECIFICATION)
_SPECIFICATION.loader.exec_module(_MODULE)
normal_form: Any = _MODULE.normal_form

WARP = """
import warp as wp


@wp.func
def helped(p: float, q: float):
    return {helper}


@wp.kernel
def one({a}: wp.array(dtype=float), {b}: wp.array(dtype=float), o: wp.array(dtype=float)):
    i = wp.tid()
    {body}
"""
JAX = """
import jax.numpy as jnp
from synthesis import example


@example("f32[3]", "f32[3]")
def one({a}, {b}):
    {body}
"""
PLAIN = {
    "warp": {"helper": "p * q + 1.0", "a": "x", "b": "y", "body": "z = x[i] * y[i]\n    o[i] = z + helped(z, x[i])"},
    "jax": {"a": "x", "b": "y", "body": "return x * y + jnp.sin(x)"},
}


def form(frontend: str, folder: Path, changes: dict[str, str], *, numbers: bool = True) -> str:
    path = folder / "kernels.py"
    path.write_text((WARP if frontend == "warp" else JAX).format(**PLAIN[frontend] | changes))
    level = "cpp_forward" if frontend == "warp" else "jaxpr"
    (pair,) = extract(path, frontend=frontend, level=(level,), verify="none")
    assert isinstance(pair, Pair), pair
    return normal_form(frontend, pair.texts[level], numbers=numbers)


@pytest.mark.parametrize(
    ("frontend", "changes"),
    [
        ("warp", {"a": "u", "b": "v", "body": "o[i] = v[i] * u[i] + helped(u[i] * v[i], u[i])"}),
        ("warp", {"body": "dead = wp.sin(x[i])\n    z = y[i] * x[i]\n    o[i] = helped(z, x[i]) + z"}),
        ("warp", {"helper": "(0.25 + 0.75) + q * p"}),
        ("jax", {"a": "u", "b": "v", "body": "return jnp.sin(u) + v * u"}),
        ("jax", {"body": "dead = jnp.cos(y)\n    return y * x + jnp.sin(x)"}),
    ],
)
def test_one_computation_has_one_form(frontend: str, changes: dict[str, str], tmp_path: Path) -> None:
    assert form(frontend, tmp_path, changes) == form(frontend, tmp_path, {})


@pytest.mark.parametrize(
    ("frontend", "changes"),
    [
        ("warp", {"body": "z = x[i] * y[i]\n    o[i] = z + helped(z, y[i])"}),
        ("warp", {"helper": "p - q + 1.0"}),
        ("warp", {"body": "z = x[i] * y[i]\n    if z > 0.0:\n        o[i] = z + helped(z, x[i])"}),
        ("jax", {"body": "return x * y + jnp.sin(y)"}),
    ],
)
def test_two_computations_have_two_forms(frontend: str, changes: dict[str, str], tmp_path: Path) -> None:
    assert form(frontend, tmp_path, changes) != form(frontend, tmp_path, {})


def test_a_structure_leaves_numbers_out(tmp_path: Path) -> None:
    other = {"helper": "p * q + 2.5"}
    assert form("warp", tmp_path, other) != form("warp", tmp_path, {})
    assert form("warp", tmp_path, other, numbers=False) == form("warp", tmp_path, {}, numbers=False)
