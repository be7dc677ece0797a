"""Questions and answers as models might write them: fixtures of tests/evaluation, tests/adapters and tests/serving."""

import json
import shutil
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pytest

from synthesis import view_records

SAMPLES = Path(__file__).parents[1] / "data" / "samples"


@pytest.fixture(scope="session")
def answered_rows(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a few JAX samples, whose texts are verified."""
    out = tmp_path_factory.mktemp("answered")
    for path in sorted((SAMPLES / "jax").glob("*.json"))[:4]:
        shutil.copy(path, out)
    return out


def questions_of(rows: Path, *directions: str) -> list[dict[str, Any]]:
    """Return the questions of a folder as an export has them: the prompt, and the row's own text as the completion."""
    return [dict(each) for each in view_records(rows, direction=list(directions))]


def gold(record: Mapping[str, Any]) -> str:
    """Return the row's own text."""
    return record["completion"][0]["content"]


def write_generations(path: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path
