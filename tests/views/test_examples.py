"""Examples in prompts are what the kernels compute."""

import re
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from synthesis import export, view_records
from synthesis.output.reading import read_folder
from synthesis.views.examples import MOST

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
    folder = rows("jax", [2, 21], tmp_path / "rows")
    records = {
        record["kernel_name"]: record for record in view_records(folder, direction="python-to-jaxpr", examples=3)
    }
    (document,) = (each for each in read_folder(folder) if each.name == "blend_residual")
    lines = re.findall(r"^\d\. .*$", records["blend_residual"]["prompt"][0]["content"], re.MULTILINE)
    assert len(lines) == 3
    for line in lines:
        given = arrays(line)
        assert set(given) == {"transforms", "density", "result"}
        low, high = document.metadata["signature"]["arguments"][0]["domain"]
        assert ((given["transforms"] >= low) & (given["transforms"] <= high)).all()
        inner = np.abs(0.1 * np.sin(given["transforms"]))
        expected = (np.arctan2(np.sin(inner) + 2.1, given["density"]) - 0.8) * 1.5
        np.testing.assert_allclose(given["result"], expected, rtol=1e-4)
    assert "values in [-1, 1]" in records["blend_residual"]["prompt"][0]["content"]


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
