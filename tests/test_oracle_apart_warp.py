"""Warp's oracle and the routes of Warp's texts share no code: what either reaches, the other's rooms are not among."""

import ast
from collections.abc import Iterator
from pathlib import Path

import synthesis

ROOT = Path(synthesis.__file__).parent
WARP = ROOT / "frontends" / "warp"
ORACLE = set((WARP / "reference").rglob("*.py"))
ROUTES = {
    WARP / f"{room}.py"
    for room in ("lowering", "compilation", "execution", "memory", "statements", "binaries", "texts", "natives")
}
"""What makes texts, or takes one to where it runs."""


def module_at(name: str) -> Path | None:
    """The file of a module of ours; a package's is its own first file."""
    path = ROOT.parent.joinpath(*name.split("."))
    found = (path.with_suffix(".py"), path / "__init__.py")
    return next((each for each in found if each.is_file()), None)


def imported(path: Path) -> Iterator[Path]:
    """The modules of ours that a file names, wherever in it; the packages around them load whatever is needed."""
    for node in ast.walk(ast.parse(path.read_text())):
        names: list[tuple[str, str]] = []
        if isinstance(node, ast.ImportFrom) and node.module:
            names = [(f"{node.module}.{alias.name}", node.module) for alias in node.names]
        elif isinstance(node, ast.Import):
            names = [(alias.name, alias.name) for alias in node.names]
        for whole, outer in names:
            found = (module_at(whole) or module_at(outer)) if whole.startswith("synthesis.") else None
            if found is not None:
                yield found


def reached(start: set[Path]) -> set[Path]:
    pending, seen = list(start), set(start)
    while pending:
        for each in imported(pending.pop()):
            if each not in seen:
                seen.add(each)
                pending.append(each)
    return seen


def test_the_rooms_are_where_they_are_looked_for() -> None:
    assert len(ORACLE) > 15
    assert all(path.is_file() for path in ROUTES)
    assert WARP / "introspection.py" in reached(ORACLE)
    assert WARP / "introspection.py" in reached(ROUTES)
    assert ORACLE & reached({WARP / "frontend.py"})
    assert reached({WARP / "frontend.py"}) >= ROUTES


def test_the_oracle_reaches_nothing_that_makes_or_runs_a_text() -> None:
    assert not ROUTES & reached(ORACLE)


def test_nothing_that_makes_or_runs_a_text_reaches_the_oracle() -> None:
    assert not ORACLE & reached(ROUTES)


def test_no_function_of_warps_is_called_by_the_oracle() -> None:
    for path in sorted(ORACLE):
        for node in ast.walk(ast.parse(path.read_text())):
            # The module itself is there to be recognised and looked into; a name of it is never called.
            assert not (isinstance(node, ast.alias) and node.name.partition(".")[0] == "warp"), path
            assert not (
                isinstance(node, ast.Call) and ast.unparse(node.func).startswith(("wp.", "introspection.wp."))
            ), f"{path.name}: {ast.unparse(node)}"
