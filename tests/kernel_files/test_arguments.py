"""Files of arguments, from which recipes declare what the names of their texts stand for."""

import ast
import re
from pathlib import Path

import pytest

import synthesis
from synthesis.drawing.kernel_files.arguments import ArgumentsError, Row, read_arguments, rows_of
from synthesis.drawing.kernel_files.expressions import value_of, whole_of

FRONTENDS = Path(synthesis.__file__).parent / "frontends"
FILES = sorted(FRONTENDS.glob("*/kernels/arguments/*.py"))


def row_of(line: str) -> Row:
    ((row,),) = rows_of(f"def arguments(\n{line}\n): ...\n").values()
    return row


def test_a_parameter_is_an_argument() -> None:
    row = row_of("    x: Array[wp.vec3, rows, 2 * n],  #: -1..n - 1, inout, named x values")
    assert (row.key, row.spelling, row.shape) == ("x", "wp.vec3", ("rows", "2 * n"))
    assert row.clauses == {"within": ("-1", "n - 1"), "inout": (), "named": ("x", "values")}
    assert row.is_output


def test_an_argument_without_names_has_the_name_of_its_parameter() -> None:
    row = row_of("    dt: float,  #: 0.05..0.2, usually 0.1 0.05")
    assert (row.shape, row.names, row.clauses["usually"]) == (None, ("dt",), ("0.1", "0.05"))


def test_a_part_in_parentheses_is_one_word() -> None:
    assert row_of("    start: Array[int, n],  #: starts (n // 2) 1").clauses["starts"] == ("(n // 2)", "1")


def test_a_comment_may_go_on_in_the_lines_below() -> None:
    assert row_of("    x: float,  #: 0..1,\n    #: named x y").clauses == {"within": ("0", "1"), "named": ("x", "y")}


@pytest.mark.parametrize("line", ["    x,  #: 0..1", "    x: float,", "    x: float,  # 0..1"])
def test_an_argument_needs_a_type_and_a_comment(line: str) -> None:
    with pytest.raises(ArgumentsError, match="line 2: x needs a type and a '#:' comment"):
        row_of(line)


def test_an_expression_has_the_value_of_its_names() -> None:
    assert value_of("2 * n - rows // 4", {"n": 8, "rows": 12}) == 13
    assert isinstance(value_of("-1", {}), int)
    assert isinstance(value_of("-0.5", {}), float)
    assert value_of("max(n, 2)", {"n": 8}) == 8
    for expression in ("n ** 2", "f(n)", "m", "n.size", "'a'"):
        with pytest.raises(ValueError, match="is not an expression of sizes"):
            value_of(expression, {"n": 8})
    with pytest.raises(ValueError, match=r"n is 0\.5, but a size is an integer"):
        whole_of("n", {"n": 0.5})


@pytest.mark.parametrize("path", FILES, ids=lambda path: f"{path.parts[-4]}-{path.stem}")
def test_every_function_of_a_file_is_read_by_its_recipe(path: Path) -> None:
    frontend = path.parts[-4]
    (recipe,) = (FRONTENDS / frontend / "recipes").rglob(path.name)
    source = recipe.read_text(encoding="utf-8")
    parts = read_arguments(frontend, path.stem)
    assert ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    if "_ARGUMENTS.values()" not in source:
        assert [name for name in parts if not re.search(rf'"{name}"', source)] == []
    keys = [row.key for rows in parts.values() for row in rows]
    assert len(keys) > len(parts)
