"""Two populations of functions: those of installed packages, which are parsed and never run, and drawn ones."""

import ast
import itertools
import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from importlib.util import find_spec
from pathlib import Path

from measures.syntax import Function, imports
from synthesis import KernelGenerator


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """An installed package whose functions are read."""

    module: str
    distribution: str


APPLICATIONS = {
    "warp": (
        Package(module="newton", distribution="newton"),
        Package(module="mujoco_warp", distribution="mujoco-warp"),
        Package(module="warp", distribution="warp-lang"),
    ),
    "jax": (
        Package(module="optax", distribution="optax"),
        Package(module="flax", distribution="flax"),
        Package(module="equinox", distribution="equinox"),
        Package(module="brax", distribution="brax"),
        Package(module="jax_md", distribution="jax-md"),
    ),
}
"""The packages of a front end's population; they are groups of ``pyproject.toml``."""

_TESTS = frozenset({"test", "tests", "testing", "test_data"})
_WORDS = {"warp": re.compile(r"\.(?:kernel|struct)\b"), "jax": re.compile("jax")}
"""What a file has to hold to be worth parsing."""

_STRUCT = re.compile(r"\.struct\b")
COUNTED = ("jax.numpy.", "jax.lax.", "jax.nn.", "jax.scipy.", "jax.random.")
"""How the paths of JAX's functions on arrays begin."""


class MissingPackageError(Exception):
    """A package of a population is not installed; the message says how to install all of them."""


def read_applications(frontend: str) -> dict[str, list[Function]]:
    """The kernels or functions of every package of a front end's population; each text counts once.

    Raises:
        MissingPackageError: if one of the packages is not installed.
    """
    packages = APPLICATIONS[frontend]
    missing = [each.distribution for each in packages if find_spec(each.module) is None]
    if missing:
        raise MissingPackageError(
            f"not installed: {', '.join(missing)}; install the populations with\n"
            "    python -m pip install --constraint constraints.txt --group applications\n"
            "    python -m pip install --constraint constraints.txt --no-deps --group applications-read"
        )
    seen = set[str]()
    return {
        f"{each.module} {version(each.distribution)}": list(_distinct(_read_package(frontend, each.module), seen))
        for each in packages
    }


def is_test(path: Path) -> bool:
    """Whether a file, relative to its package, belongs to a test suite."""
    named = path.stem.startswith("test_") or path.stem.endswith("_test") or path.stem == "conftest"
    return named or not _TESTS.isdisjoint(path.parts[:-1])


def parse_functions(frontend: str, source: str, structs: dict[str, bool] | None = None) -> Iterator[Function]:
    """A source's functions: for Warp all, wherever they stand, for JAX those of the module and methods.

    Args:
        frontend: which of the two.
        source: the text of a module.
        structs: names of structs of other modules, and whether they hold arrays.
    """
    tree = ast.parse(source)
    nodes = list(ast.walk(tree))
    modules = imports(nodes)
    known = {**(structs or {}), **find_structs(nodes)} if frontend == "warp" else {}
    natives = find_natives(nodes)
    lines = source.splitlines(keepends=True)
    for node in _candidates(frontend, tree):
        text = "".join(lines[node.lineno - 1 : node.end_lineno])
        yield Function(node=node, text=text, modules=modules, structs=known, natives=natives)


def is_kernel(function: Function) -> bool:
    """Whether a function is decorated as a Warp kernel."""
    decorators = (each.func if isinstance(each, ast.Call) else each for each in function.node.decorator_list)
    return any(function.path(each) == "warp.kernel" for each in decorators)


def calls_jax(function: Function) -> bool:
    """Whether a function calls one of JAX's own functions on arrays."""
    called = (function.path(each.func) for each in function.inside() if isinstance(each, ast.Call))
    return any(path is not None and path.startswith(COUNTED) for path in called)


def find_structs(nodes: Iterable[ast.AST]) -> dict[str, bool]:
    """The Warp structs of a module by name, and whether a field of theirs is an array."""
    found: dict[str, bool] = {}
    for node in nodes:
        if isinstance(node, ast.ClassDef) and any(ast.unparse(each).endswith("struct") for each in node.decorator_list):
            fields = (ast.unparse(each.annotation) for each in node.body if isinstance(each, ast.AnnAssign))
            found[node.name] = any("array" in each for each in fields)
    return found


def find_natives(nodes: Iterable[ast.AST]) -> frozenset[str]:
    """The functions of a module that are decorated as Warp's native ones."""
    functions = (each for each in nodes if isinstance(each, ast.FunctionDef))
    return frozenset(
        node.name for node in functions if any("func_native" in ast.unparse(each) for each in node.decorator_list)
    )


def draw_functions(frontend: str, count: int, seed: int, *, but: Collection[str] = ()) -> Iterator[Function]:
    """The first drawn kernels of a seed.

    Args:
        frontend: the front end.
        count: how many.
        seed: the seed.
        but: categories that are left out.
    """
    generator = KernelGenerator(frontend, seed)
    specs = (generator.spec(index) for index in itertools.count())
    for spec in itertools.islice((each for each in specs if each.category not in but), count):
        yield next(each for each in parse_functions(frontend, spec.source) if each.node.name == spec.name)


def _candidates(frontend: str, tree: ast.Module) -> Iterator[ast.FunctionDef]:
    blocks = [tree.body, *(each.body for each in tree.body if isinstance(each, ast.ClassDef))]
    nodes = ast.walk(tree) if frontend == "warp" else (node for block in blocks for node in block)
    return (node for node in nodes if isinstance(node, ast.FunctionDef))


def _read_package(frontend: str, module: str) -> Iterator[Function]:
    spec = find_spec(module)
    assert spec is not None
    assert spec.origin is not None
    root = Path(spec.origin).parent
    texts = (each.read_text("utf-8") for each in sorted(root.rglob("*.py")) if not is_test(each.relative_to(root)))
    sources = [each for each in texts if _WORDS[frontend].search(each)]
    structs: dict[str, bool] = {}
    if frontend == "warp":
        for source in sources:
            structs.update(find_structs(ast.walk(ast.parse(source))) if _STRUCT.search(source) else {})
    counts = is_kernel if frontend == "warp" else calls_jax
    for source in sources:
        yield from filter(counts, parse_functions(frontend, source, structs))


def _distinct(functions: Iterable[Function], seen: set[str]) -> Iterator[Function]:
    for function in functions:
        if (key := ast.unparse(function.node)) not in seen:
            seen.add(key)
            yield function
