"""The house: rooms know only what is below them, and the two front ends never know each other."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthesis

ROOT = Path(synthesis.__file__).parent
# From the ground up; a room may use its own floor and those below.
FLOORS = (
    ("version", "errors"),
    ("records", "files", "formats", "progress", "isolation"),
    ("examples",),
    ("identity", "grammar"),
    ("frontends",),
    ("registry",),
    ("generator", "ir_extractor", "verification", "targets", "rows"),
    ("survey", "tally"),
    ("pipeline", "batch_generator"),
    ("extraction", "reverification"),
    ("cli",),
)
FLOOR_OF = {room: floor for floor, rooms in enumerate(FLOORS) for room in rooms}
ENTRANCES = (ROOT / "__init__.py", ROOT / "__main__.py")
PRIVATE_ROOMS = ("introspection.py", "lowering.py", "compilation.py", "execution.py")
"""Where Warp's private parts are touched: what is live, text, machine code, running."""
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if path not in ENTRANCES]


WARP = [path for path in MODULES if path.is_relative_to(ROOT / "frontends" / "warp")]


def imports_of(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room_of(module: str) -> str:
    return module.split(".")[1]


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_knows_only_what_is_below_it(path: Path) -> None:
    room = path.relative_to(ROOT).parts[0].removesuffix(".py")
    for module in imports_of(path):
        if module.startswith("synthesis."):
            assert FLOOR_OF[room_of(module)] <= FLOOR_OF[room], f"{room} imports {module}"
        parts = path.relative_to(ROOT).parts
        if parts[:2] == ("frontends", "warp"):
            assert not module.startswith(("synthesis.frontends.jax", "jax"))
        if parts[:2] == ("frontends", "jax"):
            assert not module.startswith(("synthesis.frontends.warp", "warp"))
        if parts[0] != "frontends":
            assert module.partition(".")[0] not in ("warp", "jax", "jaxlib"), f"{room} imports {module}"


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_private_parts_of_the_tools_are_touched_in_a_few_files_each(path: Path) -> None:
    private = [module for module in imports_of(path) if module.startswith(("warp._src", "jax._src", "jaxlib"))]
    allowed = PRIVATE_ROOMS if path.is_relative_to(ROOT / "frontends" / "warp") else ("lowering.py", "execution.py")
    assert not private or path.name in allowed


@pytest.mark.parametrize("path", WARP, ids=lambda path: str(path.relative_to(ROOT)))
def test_what_warp_hides_on_its_objects_has_names_of_our_own(path: Path) -> None:
    if path.parent.name == "warp" and path.name in PRIVATE_ROOMS:
        return
    for node in ast.walk(ast.parse(path.read_text())):
        name = node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else ""
        assert not isinstance(name, str) or not re.fullmatch(r"_wp_\w+_|_shape_", name), f"line {node}"
        assert not (isinstance(node, ast.Attribute) and node.attr == "adj"), f"line {node.lineno}"
        # A room's own handle on a private module is nobody else's.
        assert not (isinstance(node, ast.alias) and node.name in ("build", "codegen", "context"))


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in MODULES}
    assert rooms == set(FLOOR_OF)
