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
from synthesis.core.examples import NO_EXAMPLES
from synthesis.core.run_settings import Extraction
from synthesis.frontends.warp import introspection
from synthesis.making.sources.extracted import ExtractedFiles

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
    "a chain of dictionaries": "import collections\nKEPT = collections.ChainMap({}, {'a': KERNEL(1)})",
    "a dictionary of a user": "import collections\nKEPT = collections.UserDict(a=KERNEL(1))",
    "a list of a user": "import collections\nKEPT = collections.UserList([KERNEL(1)])",
    "an array of objects": "import numpy as np\nKEPT = np.array([None, KERNEL(1)], dtype=object)",
    "a key of a dictionary": "KEPT = {KERNEL(1): 'a'}",
    "a closure": "def keep():\n    kernel = KERNEL(1)\n    return lambda: kernel\n\n\nKEPT = keep()",
    "a default argument": "def use(kernel=KERNEL(1)):\n    return kernel",
    "a keyword default": "def use(*, kernel=KERNEL(1)):\n    return kernel",
    "an attribute of a function": "def use():\n    return use.kernel\n\n\nuse.kernel = KERNEL(1)",
    "an argument of a partial": "import functools\nKEPT = functools.partial(print, KERNEL(1))",
    "a keyword of a partial": "import functools\nKEPT = functools.partial(print, end=KERNEL(1))",
    "a function around it": (
        "import functools\ndef around(kernel):\n    @functools.wraps(getattr(kernel, 'func', kernel))\n"
        "    def call(*given):\n        return kernel(*given)\n    return call\n\n\n_kept = around(KERNEL(1))"
    ),
    "a decorator of a user": (
        "STORE = []\ndef register(make):\n    STORE.append(make(1))\n    return make\n\n\n"
        "@register\ndef made(k):\n    return KERNEL(k)"
    ),
    "a property": "class Kept:\n    def __init__(self):\n        self._own = KERNEL(1)\n\n"
    "    @property\n    def kernel(self):\n        return self._own\n\n\nKEPT = Kept()",
    "a cached property": "import functools\nclass Kept:\n    @functools.cached_property\n    def kernel(self):\n"
    "        return KERNEL(1)\n\n\nKEPT = Kept()\nKEPT.kernel",
    "slots": "class Kept:\n    __slots__ = ('kernel',)\n\n\nKEPT = Kept()\nKEPT.kernel = KERNEL(1)",
    "a meta class": "class Meta(type):\n    kernel = KERNEL(1)\n\n\nclass Kept(metaclass=Meta):\n    pass",
    "a frozen data class": (
        "import dataclasses\n@dataclasses.dataclass(frozen=True, slots=True)\nclass Kept:\n    kernel: object\n\n\n"
        "KEPT = Kept(KERNEL(1))"
    ),
    "a member of an enumeration": "import enum\nclass Kept(enum.Enum):\n    A = (KERNEL(1),)",
    "a weak dictionary": (
        "import weakref\nKEPT = weakref.WeakValueDictionary()\ndef keep():\n    kernel = KERNEL(1)\n"
        "    KEPT['a'] = kernel\n    return lambda: kernel\n\n\n_alive = keep()"
    ),
    "a module's own getattr": (
        "def _lazily():\n    kept = {'hidden_kernel': KERNEL(1)}\n    return kept.__getitem__\n\n\n"
        "__getattr__ = _lazily()"
    ),
    "a generator": (
        "def _each():\n    kernel = KERNEL(1)\n    yield 0\n    yield kernel\n\n\nKEPT = _each()\nnext(KEPT)"
    ),
    "a cached call": "import functools\n@functools.lru_cache\ndef made(k):\n    return KERNEL(k)\n\n\nmade(1)",
    "storage of a thread": "import threading\nKEPT = threading.local()\nKEPT.kernel = KERNEL(1)",
    "a context variable": "import contextvars\nKEPT = contextvars.ContextVar('KEPT', default=KERNEL(1))",
    "an iterator": "import itertools\nKEPT = itertools.cycle([KERNEL(1)])",
    "a bound method": (
        "class _Kept:\n    def __init__(self):\n        self.kernel = KERNEL(1)\n\n    def use(self):\n"
        "        return self.kernel\n\n\nuse = _Kept().use"
    ),
    "a function for one type": (
        "import functools\n@functools.singledispatch\ndef use(x):\n    return x\n\n\n"
        "def _keep():\n    kernel = KERNEL(1)\n    use.register(int, lambda x: kernel)\n\n\n_keep()"
    ),
    "an exception": "try:\n    raise KeyError(KERNEL(1))\nexcept KeyError as error:\n    KEPT = error",
    "another module's list": "import sys\nsys.kept = [KERNEL(1)]",
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


NEIGHBOURS = {
    "a name": "kept = factory.KERNEL(1)",
    "a list in a dictionary": "KEPT = {'a': [factory.KERNEL(1)]}",
    "an object": "class Kept:\n    def __init__(self):\n        self.kernel = factory.KERNEL(1)\n\n\nKEPT = Kept()",
}
"""Module code that keeps a kernel of a function in a module beside it, which an import of that module does not make."""


@pytest.mark.parametrize("way", NEIGHBOURS)
@pytest.mark.parametrize("tool", [pytest.param(each, marks=pytest.mark.needs(each)) for each in ("warp", "jax")])
def test_a_kernel_that_a_neighbouring_module_makes_is_one_of_its_caller(way: str, tool: str, tmp_path: Path) -> None:
    source = {"warp": WARP.replace("OPTIONS", ""), "jax": JAX}[tool]
    (tmp_path / "factory.py").write_text(source)
    (tmp_path / "caller.py").write_text(f"import factory\n\n{NEIGHBOURS[way]}\n")
    with ExtractedFiles(str(tmp_path), Extraction(verify="none"), NO_EXAMPLES) as files:
        found = [each.stopped.detail if each.stopped else getattr(each.spec, "name", "") for each in files.candidates()]
    assert len([each for each in found if "hidden" in each or "example arguments" in each]) == 1, found


@pytest.mark.needs("warp")
@pytest.mark.parametrize("options", ["", "(module='unique')"])
@pytest.mark.parametrize("way", WAYS)
def test_a_warp_kernel_is_found(way: str, options: str, tmp_path: Path) -> None:
    with imported(WARP.replace("OPTIONS", options) + WAYS[way], tmp_path) as module:
        (kernel,) = get_frontend("warp").compiler.discover(module)
        name = kernel.kernel_name if isinstance(kernel, Rejection) else kernel.spec.name
        assert name == "hidden"


@pytest.mark.needs("jax")
@pytest.mark.parametrize("way", WAYS)
def test_a_jitted_function_is_found(way: str, tmp_path: Path) -> None:
    with imported(JAX + WAYS[way], tmp_path) as module:
        found = get_frontend("jax").compiler.discover(module)
    rejected = [each for each in found if isinstance(each, Rejection)]
    assert len(rejected) == len(found)
    assert {each.symptom for each in rejected} <= {Symptom.NO_KERNEL, Symptom.NO_EXAMPLE_ARGUMENTS}
    names = ("hidden", "kept", "_kept")  # that of the function, or of the assignment that makes it
    about = [each for each in rejected if each.kernel_name in names or "made from hidden" in each.detail]
    assert len(about) == 1, rejected


TESTS = """
import functools
import jax


def parameterised(function):
    @functools.wraps(function)
    def run(self):
        return function(self, 3)
    return run


class SomeTest:
    @parameterised
    def test_it(self, number):
        assert number

    many = functools.partial(print, 3)


@jax.jit
def hidden(x):
    return x
"""


@pytest.mark.needs("jax")
def test_methods_that_only_python_wraps_are_no_functions_for_jax(tmp_path: Path) -> None:
    with imported(TESTS, tmp_path) as module:
        found = get_frontend("jax").compiler.prospects(module)
    assert "hidden" in found
    assert "test_it" not in found


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
