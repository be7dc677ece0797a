"""The architecture: a package imports only packages below it, and front ends never import each other."""

import ast
import functools
import re
import subprocess
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import synthesis

ROOT = Path(synthesis.__file__).parent
CHECKOUT = Path(__file__).parents[1]
CONTRIBUTING = CHECKOUT / "CONTRIBUTING.md"


def floors() -> list[tuple[str, ...]]:
    """Return the packages of each layer, as CONTRIBUTING.md lists them."""
    listed = CONTRIBUTING.read_text().partition("## The house")[2].split("```")[1]
    lines = [line for line in listed.splitlines() if line and not line.startswith(" ")]
    return [tuple(str(re.findall(r"^\w+(?:, \w+)*", line)[0]).split(", ")) for line in lines]


FLOOR_OF = {room: floor for floor, rooms in enumerate(floors()) for room in rooms}
ENTRANCES = (ROOT / "__init__.py", ROOT / "__main__.py")
PRIVATE_ROOMS = (
    "introspection.py",
    "type_introspection.py",
    "lowering.py",
    "compilation.py",
    "execution.py",
    "launches.py",
    "captures.py",
)
"""The modules that may use Warp's private names: for live kernels, texts, machine code, execution, and launches."""
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
MODULES = [path for path in sorted(ROOT.rglob("*.py")) if path not in ENTRANCES]


WARP = [path for path in MODULES if path.is_relative_to(ROOT / "frontends" / "warp")]


@functools.cache
def nodes_of(path: Path) -> list[ast.AST]:
    """Return the nodes of a module's syntax tree that the rules below check."""
    kinds = (ast.ImportFrom, ast.Import, ast.alias, ast.Attribute, ast.Constant)
    return [node for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, kinds)]


def imports_of(path: Path) -> Iterator[str]:
    for node in nodes_of(path):
        if isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def room_of(module: str) -> str:
    return module.split(".")[1]


def told(path: Path, node: object) -> str:
    """Return the file and line where a rule is violated, as text."""
    return f"{path.relative_to(ROOT)}, line {getattr(node, 'lineno', '?')}"


def test_a_room_knows_only_what_is_below_it() -> None:
    for path in MODULES:
        parts = path.relative_to(ROOT).parts
        room = parts[0].removesuffix(".py")
        for module in imports_of(path):
            broken = f"{path.relative_to(ROOT)} imports {module}"
            if module.startswith("synthesis."):
                assert FLOOR_OF[room_of(module)] <= FLOOR_OF[room], broken
            if parts[:2] == ("frontends", "warp"):
                assert not module.startswith(("synthesis.frontends.jax", "jax")), broken
            if parts[:2] == ("frontends", "jax"):
                assert not module.startswith(("synthesis.frontends.warp", "warp")), broken
            if parts[0] != "frontends":
                assert module.partition(".")[0] not in ("warp", "jax", "jaxlib"), broken


def test_private_parts_of_the_tools_are_touched_in_a_few_files_each() -> None:
    for path in MODULES:
        private = [module for module in imports_of(path) if module.startswith(("warp._src", "jax._src", "jaxlib"))]
        allowed = (
            PRIVATE_ROOMS
            if path.is_relative_to(ROOT / "frontends" / "warp")
            else ("lowering.py", "execution.py", "launches.py", "releases.py")
        )
        assert not private or path.name in allowed, path.relative_to(ROOT)


def test_what_warp_hides_on_its_objects_has_names_of_our_own() -> None:
    for path in WARP:
        if path.parent.name == "warp" and path.name in PRIVATE_ROOMS:
            continue
        for node in nodes_of(path):
            name = (
                node.attr if isinstance(node, ast.Attribute) else node.value if isinstance(node, ast.Constant) else ""
            )
            assert not isinstance(name, str) or not re.fullmatch(r"_wp_\w+_|_shape_", name), told(path, node)
            assert not (isinstance(node, ast.Attribute) and node.attr == "adj"), told(path, node)
            # A module's private alias of a Warp module must not be imported by others.
            assert not (isinstance(node, ast.alias) and node.name in ("build", "codegen", "context")), told(path, node)


SUPPORT = ROOT / "frontends" / "support.py"
VERSION_READERS = {"version_of", "versions_of", "find_installed", "this_python"}
"""The functions of ``support.py`` that read versions."""
VERSION_RECORDERS = [
    ROOT / "frontends" / "registry.py",  # rejects and warns before a front end is imported, and records toolchains
    ROOT / "frontends" / "warp" / "frontend.py",  # the toolchain of a row
    ROOT / "frontends" / "jax" / "frontend.py",
    ROOT / "frontends" / "triton" / "frontend.py",
    ROOT / "frontends" / "warp" / "execution.py",  # part of the name of the cached header
    ROOT / "workbench" / "diagnosis" / "machine.py",  # what irsmith doctor prints
]


def test_nothing_else_decides_by_the_version_of_a_tool() -> None:
    for path in MODULES:
        if path == SUPPORT:
            continue
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom):
                names = {alias.name for alias in node.names}
                if node.module == "importlib.metadata":
                    assert "version" not in names, told(path, node)
                if node.module == "synthesis.frontends.support":
                    assert not names & VERSION_READERS or path in VERSION_RECORDERS, told(path, node)
            elif isinstance(node, ast.Import):
                names = {alias.name for alias in node.names}
                assert not names & {"importlib.metadata", "pkg_resources"}, told(path, node)
            elif isinstance(node, ast.Attribute):
                assert node.attr != "__version__", told(path, node)
            elif isinstance(node, ast.Constant):
                assert node.value != "__version__", told(path, node)


def name_of(path: Path) -> str:
    parts = path.relative_to(ROOT.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def graph_of(modules: Mapping[str, Path]) -> dict[str, set[str]]:
    """Map each module to the modules that it imports. A name imported from a package is a submodule if there is one."""
    found: dict[str, set[str]] = {}
    for name, path in modules.items():
        found[name] = set()
        for node in nodes_of(path):
            if isinstance(node, ast.ImportFrom) and node.module:
                inside = {f"{node.module}.{alias.name}" for alias in node.names} & modules.keys()
                found[name] |= inside or ({node.module} & modules.keys())
            elif isinstance(node, ast.Import):
                found[name] |= {alias.name for alias in node.names} & modules.keys()
    return found


def test_no_modules_and_no_rooms_import_each_other_in_a_circle() -> None:
    modules = graph_of({name_of(path): path for path in MODULES})
    for depth in (1, 2, None):  # packages, their subfolders, modules
        graph: dict[str, set[str]] = {}
        for name, imported in modules.items():
            room = part_of(name, depth)
            graph.setdefault(room, set()).update({part_of(each, depth) for each in imported} - {room})
        try:
            list(TopologicalSorter(graph).static_order())
        except CycleError as error:
            pytest.fail(f"a circle: {' -> '.join(error.args[1])}")


def part_of(module: str, depth: int | None) -> str:
    """Return the first ``depth`` names of a module below the root package, or the whole name if ``depth`` is None."""
    return module if depth is None else ".".join(module.split(".")[1 : 1 + depth])


def test_no_file_holds_two_versions_of_a_text() -> None:
    """An unresolved merge or cherry-pick leaves conflict markers."""
    marks = re.compile(rb"^(<{7} |={7}$|>{7} )", re.MULTILINE)
    names = subprocess.run(["git", "ls-files", "-z"], cwd=CHECKOUT, capture_output=True, check=False).stdout.split(
        b"\0"
    )
    if not any(names):
        pytest.skip("not a checkout")
    files = [CHECKOUT / name.decode() for name in names if name]
    assert not [path for path in files if path.is_file() and marks.search(path.read_bytes())]


def test_no_file_and_no_function_is_longer_than_a_reader_can_follow() -> None:
    """Functions of kernel files may be longer: their bodies hold many variants of a kernel."""
    for path in ROOT.rglob("*.py"):
        text = path.read_text()
        assert text.count("\n") <= MOST_LINES_OF_A_FILE, path.relative_to(ROOT)
        if "kernels" in path.relative_to(ROOT).parts:
            continue
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                assert lines <= MOST_LINES_OF_A_FUNCTION, f"{node.name} in {told(path, node)}"


def test_every_room_has_a_floor() -> None:
    rooms = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in MODULES}
    assert rooms == set(FLOOR_OF)


def test_the_package_has_few_entries_and_each_folder_says_what_it_is() -> None:
    assert len(list(ROOT.glob("[!_]*"))) + len(ENTRANCES) <= 15
    for path in ROOT.rglob("__init__.py"):
        text = ast.get_docstring(ast.parse(path.read_text()))
        assert path.parent.name == "lm_eval_tasks" or text, f"{path.parent} does not say what is inside"
