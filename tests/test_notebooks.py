"""Kernels in Jupyter notebooks."""

import json
from pathlib import Path
from typing import Any

import pytest

from synthesis import extract
from synthesis.core.errors import TargetError
from synthesis.core.records import Pair, Rejection
from synthesis.core.run_settings import Running
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.making.sources.notebooks import source_of

KERNEL = """@wp.kernel
def scale(x: wp.array(dtype=float), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i] * FACTOR"""


def notebook(path: Path, *cells: str) -> Path:
    """Write a notebook with the given code cells and text cells between them, and return its path."""
    made: list[dict[str, Any]] = [{"cell_type": "markdown", "source": ["# About\n", "x = 1/0"]}]
    made += [{"cell_type": "code", "source": each.splitlines(keepends=True), "outputs": []} for each in cells]
    path.write_text(json.dumps({"cells": made, "nbformat": 4, "nbformat_minor": 5, "metadata": {}}))
    return path


@pytest.mark.needs("warp")
def test_a_kernel_of_a_notebook_becomes_a_verified_row(tmp_path: Path) -> None:
    path = notebook(
        tmp_path / "study.ipynb",
        "%matplotlib inline\n!pip install nothing\nimport warp as wp\nimport os\nos?",
        "%%bash\nexit 1",
        "FACTOR = 2.5\nfiles = !ls\nif FACTOR > 2:\n    %time\ndisplay(FACTOR)",
        f"%%time\n{KERNEL}",
    )
    extract_to_folder(str(tmp_path), tmp_path / "rows", running=Running(progress="none", workers=1))
    (row,) = read_folder(tmp_path / "rows")
    assert row.name == "scale"
    assert "FACTOR = 2.5" in row.source
    assert row.metadata["self_contained"]
    assert "cpp_forward" in row.metadata["verified"]
    assert (row.spec.origin.file, row.spec.origin.line) == (
        "study.ipynb",
        source_of(path).splitlines().index("@wp.kernel") + 1,
    )


@pytest.mark.needs("warp")
def test_a_cell_that_fails_is_told_of(tmp_path: Path) -> None:
    notebook(tmp_path / "a.ipynb", "import warp as wp\nFACTOR = 1.0", KERNEL, "1 / 0")
    notebook(tmp_path / "b.ipynb", "import warp as wp\nFACTOR = 1.0", KERNEL)
    found = list(extract(str(tmp_path), level="cpp_forward", verify="none"))
    failed = next(each for each in found if isinstance(each, Rejection))
    assert failed.origin.endswith("a.ipynb")
    assert "division by zero" in failed.detail
    assert [each.spec.name for each in found if isinstance(each, Pair)] == ["scale"]


@pytest.mark.parametrize("text", ["no json", "{}", '{"cells": [{"source": 3}]}'])
def test_what_is_no_notebook_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a.ipynb"
    path.write_text(text)
    with pytest.raises(TargetError, match="not a notebook of format 4"):
        source_of(path)
