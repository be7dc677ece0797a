"""Kernels and functions are found wherever a module keeps them: each is a candidate."""

import importlib.util
import sys
from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType

import pytest

from synthesis import Rejection, discover, get_frontend
from synthesis.core.errors import Symptom
from synthesis.frontends.warp import introspection

WAYS = {
    "a name": "kept = KERNEL(1)",
    "a private name": "_kept = KERNEL(1)",
    "a dictionary": "KEPT = {'a': KERNEL(1)}",
    "a dictionary by numbers": "KEPT = {1: KERNEL(1)}",
    "a dictionary of dictionaries": "KEPT = {'a': {'b': {'c': KERNEL(1)}}}",
    "a default dictionary": "import collections\nKEPT = collections.defaultdict(list)\nKEPT['a'].append(KERNEL(1))",
    "an ordered dictionary": "import collections\nKEPT = collections.OrderedDict(a=KERNEL(1))",
    "a proxy of a dictionary": "import types\nKEPT = types.MappingProxyType({'a': KERNEL(1)})",
    "a list": "KEPT = [KERNEL(1)]",
    "a list of lists": "KEPT = [[], [[KERNEL(1)]]]",
    "a tuple": "KEPT = (None, KERNEL(1))",
    "a named tuple": "import collections\nPair = collections.namedtuple('Pair', 'a b')\nKEPT = Pair(0, KERNEL(1))",
    "a queue": "import collections\nKEPT = collections.deque([KERNEL(1)])",
    "a set": "KEPT = {KERNEL(1)}",
    "a frozen set": "KEPT = frozenset([KERNEL(1)])",
    "a class": "class Kept:\n    kernel = KERNEL(1)",
    "a class in a class": "class Kept:\n    class Inner:\n        kernel = KERNEL(1)",
    "a list of a class": "class Kept:\n    kernels = [KERNEL(1)]",
    "an object": "class Kept:\n    def __init__(self):\n        self.kernel = KERNEL(1)\n\n\nKEPT = Kept()",
    "a list of objects": ("class Kept:\n    def __init__(self):\n        self.kernel = KERNEL(1)\n\n\nKEPT = [Kept()]"),
    "a data class": (
        "import dataclasses\n@dataclasses.dataclass\nclass Kept:\n    kernel: object = None\nKEPT = Kept(KERNEL(1))"
    ),
    "a name space": "import types\nKEPT = types.SimpleNamespace(kernel=KERNEL(1))",
    "a dictionary in an object in a list": (
        "class Kept:\n    def __init__(self):\n        self.kernels = {'a': KERNEL(1)}\n\n\nKEPT = [Kept()]"
    ),
    "a dictionary before many numbers": "KEPT = {'a': KERNEL(1)}\nNUMBERS = [float(each) for each in range(30_000)]",
    "a loop of containers": "KEPT = [KERNEL(1)]\nKEPT.append(KEPT)",
}
"""Module code that makes one kernel of a factory and keeps it."""
WARP = """
import warp as wp


def KERNEL(k):
    @wp.kernelOPTIONS
    def hidden(x: wp.array(dtype=float), y: wp.array(dtype=float)):
        i = wp.tid()
        y[i] = float(k) * x[i]

    return hidden


"""
JAX = """
import jax


def KERNEL(k):
    @jax.jit
    def hidden(x):
        return k * x

    return hidden


"""
MARKED = """
import jax.numpy as jnp

import synthesis


class Layer:
    MARKS
    def hidden(x):
        return jnp.maximum(x, 0) * 2
"""


@contextmanager
def imported(source: str, folder: Path) -> Generator[ModuleType]:
    path = folder / f"hidden_{abs(hash(source))}.py"
    path.write_text(source)
    specification = importlib.util.spec_from_file_location(path.stem, path)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    sys.modules[path.stem] = module
    with introspection.own_modules():
        specification.loader.exec_module(module)
        try:
            yield module
        finally:
            introspection.forget(path.stem)


@pytest.mark.needs("warp")
@pytest.mark.parametrize("options", ["", "(module='unique')"])
@pytest.mark.parametrize("way", WAYS)
def test_a_warp_kernel_is_found(way: str, options: str, tmp_path: Path) -> None:
    with imported(WARP.replace("OPTIONS", options) + WAYS[way], tmp_path) as module:
        (kernel,) = get_frontend("warp").compiler.discover(module)
        name = kernel.kernel_name if isinstance(kernel, Rejection) else kernel.spec.name
        assert name == "hidden"


@pytest.mark.needs("jax")
@pytest.mark.parametrize("way", [way for way in WAYS if way != "a private name"])
def test_a_jitted_function_is_found(way: str, tmp_path: Path) -> None:
    with imported(JAX + WAYS[way], tmp_path) as module:
        found = get_frontend("jax").compiler.discover(module)
    others = [each for each in found if not (isinstance(each, Rejection) and each.kernel_name == "KERNEL")]
    assert len(others) == 1
    assert isinstance(others[0], Rejection)
    assert others[0].symptom in (Symptom.NO_KERNEL, Symptom.NO_EXAMPLE_ARGUMENTS)


@pytest.mark.needs("jax")
@pytest.mark.parametrize(
    "marks", ['@synthesis.example("f32[3]")\n    @staticmethod', '@staticmethod\n    @synthesis.example("f32[3]")']
)
def test_a_static_method_with_a_mark_is_a_function_by_itself(marks: str, tmp_path: Path) -> None:
    with imported(MARKED.replace("MARKS", marks), tmp_path) as module:
        (kernel,) = discover(module, frontend="jax")
    assert not isinstance(kernel, Rejection), kernel
    assert kernel.spec.name == "hidden"
    assert "staticmethod" not in kernel.spec.source
    assert "synthesis" not in kernel.spec.source
    assert kernel.spec.self_contained
