"""Nothing outside a front end's own folder knows its name, so that a new one needs no edit elsewhere."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthesis
from synthesis.frontends import registry

ROOT = Path(synthesis.__file__).parent
NAMES = registry.frontend_names()
FOLDERS = tuple(ROOT / "frontends" / name for name in NAMES)
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if not any(map(path.is_relative_to, FOLDERS))]
NAMED = re.compile(rf"(?:synthesis\.frontends\.)?(?:{'|'.join(NAMES)})(?:\.[\w.:]+)?")
ALLOWED = {
    "frontends/registry.py": "lists the front ends that come with irsmith",
    "frontends/plain_names.py": "rules of what a source may do, for all of JAX and Warp but some names",
    "frontends/plain_definitions.py": "the same rules, for Warp's kernels",
    "frontends/plain_bodies.py": "the same rules, for Warp's kernels and JAX's derivative rules",
    "making/recording/active.py": "begins with a program, before anything that is slow to import",
    "core/identity/python.py": "names of imports that hashes take for granted, whatever is installed",
    "drawing/naming.py": "names that no drawn kernel binds",
    "drawing/templates.py": "names of modules in templates",
}
"""Modules that may name a front end or its tool in code, with the reason."""


def documented(tree: ast.AST) -> set[int]:
    """The ids of expressions that stand alone, such as docstrings."""
    return {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Expr)}


def names_in(path: Path) -> Iterator[str]:
    """What names a front end in the code of a module: an import, or a text that is its name or begins with it."""
    tree = ast.parse(path.read_text())
    prose = documented(tree)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module and NAMED.fullmatch(node.module):
            yield f"{node.lineno}: {node.module}"
        elif isinstance(node, ast.Import):
            yield from (f"{node.lineno}: {each.name}" for each in node.names if NAMED.fullmatch(each.name))
        elif isinstance(node, ast.Constant) and id(node) not in prose and NAMED.fullmatch(str(node.value)):
            yield f"{node.lineno}: {node.value!r}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_names_no_front_end(path: Path) -> None:
    if str(path.relative_to(ROOT)) not in ALLOWED:
        assert not list(names_in(path))


def test_every_exception_is_needed() -> None:
    assert not [name for name in ALLOWED if not list(names_in(ROOT / name))]


def test_a_name_would_be_found(tmp_path: Path) -> None:
    path = tmp_path / "module.py"
    path.write_text(
        '"""A module about jax."""\nfrom synthesis.frontends.jax import levels\nTABLE = {"warp": 1, "jax": 2}\n'
    )
    assert {each.partition(": ")[2] for each in names_in(path)} == {"'warp'", "'jax'", "synthesis.frontends.jax"}
