"""Examples in prompts are what the kernels compute."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthesis import export, view_records
from synthesis.core.run_settings import Extraction, Running
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.views.examples import MOST

FUNCTION = """
import jax
import jax.numpy as jnp

from synthesis import example


@example("f32[3] in -1..1", "f32[3]")
def bearing(angle: jax.Array, depth: jax.Array) -> jax.Array:
    return jnp.arctan2(jnp.sin(angle), depth + 2.5)
"""
SAMPLES = Path(__file__).parents[2] / "data" / "samples"


def rows(frontend: str, numbers: list[int], out: Path) -> Path:
    out.mkdir()
    for number in numbers:
        (path,) = (SAMPLES / frontend).glob(f"{number:06d}_*.json")
        shutil.copy(path, out)
    return out


def arrays(line: str) -> dict[str, Any]:
    """What a line of an example says, by name, of arrays that are written as a whole."""
    found: dict[str, Any] = {}
    for name, shape, listed in re.findall(r"(\w+) = \w+\[([\d, ]*)\] \[([^\]…]*)\]", line):
        sizes = [int(each) for each in shape.split(",") if each.strip()]
        found[name] = np.array([float(each) for each in listed.split(", ")]).reshape(sizes)
    return found


@pytest.mark.needs("jax")
def test_jax_examples_are_what_the_function_gives(tmp_path: Path) -> None:
    source = tmp_path / "waves.py"
    source.write_text(FUNCTION)
    extract_to_folder(
        str(source), tmp_path / "rows", Extraction.of(frontend="jax", level=["jaxpr"]), Running.of(workers=1)
    )
    (record,) = view_records(tmp_path / "rows", direction="python-to-jaxpr", examples=3)
    prompt = record["prompt"][0]["content"]
    lines = re.findall(r"^\d\. .*$", prompt, re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        given = arrays(line)
        assert set(given) == {"angle", "depth", "result"}
        assert (np.abs(given["angle"]) <= 1.0).all()
        np.testing.assert_allclose(given["result"], np.arctan2(np.sin(given["angle"]), given["depth"] + 2.5), rtol=1e-4)
    assert "values in [-1, 1]" in prompt


@pytest.mark.needs("warp")
def test_long_arrays_are_cut_and_what_is_not_written_is_told(tmp_path: Path) -> None:
    folder = rows("warp", list(range(0, 60, 4)), tmp_path / "rows")
    found = [record["prompt"][0]["content"] for record in view_records(
        folder, direction="python-to-cpp_forward", examples=1)]  # fmt: skip
    lines = [line for text in found for line in re.findall(r"^1\. .*$", text, re.MULTILINE)]
    assert len(lines) >= 5
    for line in lines:
        assert " gives " in line
        assert "7.5e+33" not in line
        for listed in re.findall(r"\[([^\]]*), … \d+ in all\]", line):
            assert len(listed.split(", ")) == MOST // 2
    assert any("in all]" in line for line in lines)


@pytest.mark.needs("warp")
def test_rows_without_examples_are_counted(tmp_path: Path) -> None:
    names = [
        path.name for path in (SAMPLES / "warp").glob("*.json") if '"handle"' in path.read_text().replace("\\", "")
    ]
    folder = rows("warp", [int(names[0][:6]), 4], tmp_path / "rows")
    found = export(folder, tmp_path / "out", examples=1, direction="python-to-cpp_forward")
    assert found.left_out == {"examples of a row": 1}
    assert found.records == {"train": 2}
