"""Oracles are independent: code that makes or runs texts shares only data types and the protocol with them."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import synthesis

ROOT = Path(synthesis.__file__).parent
ROUTES = {
    "jax": ("lowering", "execution", "attributes", "repeats"),
    "warp": (
        "lowering", "compilation", "execution", "units", "grids", "watching", "memory", "statements", "binaries",
        "texts", "natives", "headers", "layouts", "pieces", "repeats", "runs"
    ),
    "triton": ("lowering", "discovery", "texts"),
}  # fmt: skip
"""The modules of each front end that make texts, and those that run them."""
SHARED = {
    "jax": {"synthesis.frontends.jax.graphs", "synthesis.frontends.jax.releases"},
    "warp": {
        f"synthesis.frontends.warp.{name}"
        for name in ("introspection", "type_introspection", "options", "containers", "releases")
    },
    "triton": set[str](),
}
"""The modules that both an oracle and the code in ``ROUTES`` may import: facts about live objects, and data types."""


def imports_of(path: Path, modules: dict[str, Path]) -> Iterator[str]:
    """Yield the modules that a file imports, at any depth.

    For a name imported from a package, this is the submodule of that name, or else the package.
    """
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module and not node.level:
            inner = {alias.name: f"{node.module}.{alias.name}" for alias in node.names}
            yield from (name if name in modules else node.module for name in inner.values())
        elif isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)


def modules_of(frontend: str) -> dict[str, Path]:
    folder = ROOT / "frontends" / frontend
    found: dict[str, Path] = {}
    for path in sorted(folder.rglob("*.py")):
        parts = ("synthesis", *path.relative_to(ROOT).with_suffix("").parts)
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def reached(starts: set[str], modules: dict[str, Path]) -> set[str]:
    """Return the modules of a front end that the given ones import, directly or indirectly, including themselves."""
    pending, found = list(starts), set[str]()
    while pending:
        name = pending.pop()
        if name in modules and name not in found:
            found.add(name)
            pending += imports_of(modules[name], modules)
    return found


@pytest.mark.parametrize("frontend", ROUTES)
def test_an_oracle_shares_no_code_with_the_route_of_any_text(frontend: str) -> None:
    package, modules = f"synthesis.frontends.{frontend}", modules_of(frontend)
    oracle = {name for name in modules if name.startswith(f"{package}.reference")}
    routes = {f"{package}.{name}" for name in ROUTES[frontend]}
    assert len(oracle) > 5
    assert routes <= set(modules)
    behind_oracle, behind_routes = reached(oracle, modules), reached(routes, modules)
    assert not behind_oracle & routes
    assert not behind_routes & oracle
    assert behind_oracle & behind_routes <= SHARED[frontend]


def test_what_both_share_in_jax_computes_nothing() -> None:
    """The shared module has data types and their names in texts, and no functions of arrays."""
    modules = modules_of("jax")
    tree = ast.parse(modules["synthesis.frontends.jax.graphs"].read_text())
    functions = [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]
    assert {function.name.strip("_") for function in functions} <= {"dtype_of", "is_printed", "is_whole"}


@pytest.mark.parametrize(("frontend", "taken"), [("jax", {"equation_of", "expansion_of"}), ("warp", {"rounds_down"})])
def test_an_oracle_takes_from_the_releases_of_its_tool_only_what_operations_mean(
    frontend: str, taken: set[str]
) -> None:
    """Each oracle imports only the listed names of ``releases``.

    For JAX, these return an equation's name, and the simpler equations that JAX traces for it.
    """
    home = f"synthesis.frontends.{frontend}"
    for name, path in modules_of(frontend).items():
        if not name.startswith(f"{home}.reference"):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == f"{home}.releases":
                assert {alias.name for alias in node.names} == taken
            assert not (isinstance(node, ast.ImportFrom) and node.module == home) or "releases" not in {
                alias.name for alias in node.names
            }


def test_no_function_of_warps_is_called_by_the_oracle() -> None:
    for path in sorted((ROOT / "frontends" / "warp" / "reference").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            # The oracle may refer to Warp's module to recognise objects, but never calls a function of it.
            assert not (isinstance(node, ast.alias) and node.name.partition(".")[0] == "warp"), path
            assert not (
                isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("wp.", "introspection.wp."))
            ), f"{path.name}: {ast.unparse(node)}"


@pytest.mark.parametrize("part", ["reference", "texts"])
def test_neither_the_oracle_nor_the_interpreter_of_texts_uses_triton(part: str) -> None:
    for path in sorted((ROOT / "frontends" / "triton" / part).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            assert "triton" not in {name.partition(".")[0] for name in names}, path
