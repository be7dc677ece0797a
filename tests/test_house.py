"""The house: rooms know only what is below them, and the two front ends never know each other."""

import ast
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
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if path not in ENTRANCES]


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
def test_private_parts_of_the_tools_are_touched_in_two_files_each(path: Path) -> None:
    private = [module for module in imports_of(path) if module.startswith(("warp._src", "jax._src", "jaxlib"))]
    assert not private or path.name in ("lowering.py", "execution.py")


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in MODULES}
    assert rooms == set(FLOOR_OF)
