"""An unusable ``@example`` or table of inputs rejects only its own function, and the ledger names the place."""

from pathlib import Path

import pytest

from synthesis import ConfigError, Extraction, Pair, Rejection, Running, Symptom, example, extract
from synthesis.core.examples import parse_type
from synthesis.dataset.storage.reading import read_folder, scan_ledger
from synthesis.making.runs.extraction import extract_to_folder

MARKS = {
    '"float of 4"': "cannot read 'float of 4' as a type and shape",
    '"f33[2]"': "unknown scalar type in 'f33[2]'",
    '"f32[two]"': "cannot read 'f32[two]'",
    '"f32[-1]"': "cannot read 'f32[-1]'",
    '"f32[3] in 2..1"': "'f32[3] in 2..1': ",
    '{"a": ["f32[3]", "f3[3]"]}': "unknown scalar type in 'f3[3]'",
}
WRONG_MARKS = ('"f32[3]", "f32[3]", "f32[3]"', '"f32[3,4]"', "None", "object()")
"""Arguments of ``@example`` that can be parsed, but do not fit the function."""
TABLES = {
    'x = "f33[2]"': "unknown scalar type in 'f33[2]'",
    'x = "four"': "unknown scalar type in 'four'",
    'x = "f32[3] in 2..1"': "'f32[3] in 2..1': ",
    'z = "f32[3]"': "z",
    'x = [1, 2, "f"]': "unknown scalar type in 'f'",
}
JAX = "import jax.numpy as jnp\n\n\ndef first(x):\n    return jnp.sin(x)\n\n\ndef second(x):\n    return x * 2.0\n"
WARP = """import warp as wp


@wp.kernel
def first(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = wp.sin(x[i])


@wp.kernel
def second(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    y[i] = x[i] * 2.0
"""


@pytest.mark.parametrize(("text", "told"), [("tanh", True), ("tanh approximation", True), ("f33[2]", False)])
def test_a_string_without_its_own_quotes_is_told_of_them(text: str, told: bool) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_type(text)
    assert (f"a string argument has its own quotes, as in \"'{text}'\"" in str(caught.value)) is told


@pytest.mark.needs("jax")
@pytest.mark.parametrize("mark", [*MARKS, *WRONG_MARKS])
def test_a_bad_mark_is_a_line_with_its_place(mark: str, tmp_path: Path) -> None:
    path = tmp_path / "marks.py"
    path.write_text(
        "import jax.numpy as jnp\nfrom synthesis import example\n\n\n"
        f"@example({mark})\ndef first(x):\n    return jnp.sin(x) @ x\n\n\n"
        "@example('f32[4]')\ndef second(x):\n    return x * 2.0\n"
    )
    first, second = extract(str(path), frontend="jax", level="jaxpr", verify="none")
    assert isinstance(first, Rejection)
    assert (first.kernel_name, first.origin) == ("first", str(path))
    assert isinstance(second, Pair)
    if mark in MARKS:
        assert first.detail.startswith(f"its example: {MARKS[mark]}")
        assert first.detail.endswith("(line 5)")


@pytest.mark.needs("jax")
def test_a_mark_without_arguments_is_a_line_and_no_function_is_lost(tmp_path: Path) -> None:
    path = tmp_path / "marks.py"
    path.write_text("import synthesis\n\n\n@synthesis.example\ndef first(x):\n    return x + 1\n")
    (first,) = extract(str(path), level="jaxpr", verify="none")  # also if the file has no valid example
    assert isinstance(first, Rejection)
    assert first.detail.startswith("its example: first is marked without arguments")
    with pytest.raises(ConfigError, match="marked without arguments"):
        example(test_a_file_that_is_no_toml_is_refused_before_anything_is_imported)


@pytest.mark.parametrize("tool", [pytest.param(each, marks=pytest.mark.needs(each)) for each in ("warp", "jax")])
@pytest.mark.parametrize("entry", TABLES)
def test_a_bad_table_is_a_line_with_its_place(entry: str, tool: str, tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text({"jax": JAX, "warp": WARP}[tool])
    inputs = tmp_path / "inputs.toml"
    inputs.write_text(f'[first]\n{entry}\n[second]\nx = "f32[4]"\n')
    settings = Extraction(inputs=inputs, frontend=tool, verify="none")
    extract_to_folder(str(tmp_path / "module.py"), tmp_path / "out", settings, Running(workers=1, progress="none"))
    (row,) = read_folder(tmp_path / "out")
    assert row.name == "second"
    (line,) = [each for each in scan_ledger(tmp_path / "out") if isinstance(each, Rejection) and each.level is None]
    assert (line.kernel_name, line.symptom, line.frontend) == ("first", Symptom.NO_EXAMPLE_ARGUMENTS, tool)
    assert line.detail.startswith(f"its inputs: {inputs}, [first]")
    assert TABLES[entry] in line.detail
    assert line.origin == str(tmp_path / "module.py")


def test_a_file_that_is_no_toml_is_refused_before_anything_is_imported(tmp_path: Path) -> None:
    (tmp_path / "module.py").write_text(f"open({str(tmp_path / 'was imported')!r}, 'w')\n{JAX}")
    (tmp_path / "inputs.toml").write_text("[first\n")
    with pytest.raises(ConfigError, match=r"inputs\.toml is not TOML"):
        extract_to_folder(str(tmp_path / "module.py"), tmp_path / "out", Extraction(inputs=tmp_path / "inputs.toml"))
    assert not (tmp_path / "was imported").exists()
