"""Rows to score answers against, and a scorer for the whole session: fixtures of tests/scoring."""

import math
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from synthesis import Scorer, Scoring, run_pipeline
from synthesis.dataset.storage.documents import Document
from synthesis.dataset.storage.reading import read_folder
from synthesis.verification.own_sizes import at_own_sizes

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
OF_PAIRS = ("molecule_part", "particle_step")
"""Recipes of which some samples combine all pairs of hundreds of particles, which the oracle evaluates for seconds."""


@pytest.fixture(scope="session")
def scorer() -> Iterator[Scorer]:
    """Yield a scorer that draws new inputs for each call."""
    with Scorer(Scoring(source_time_limit=5.0)) as found:
        yield found


@pytest.fixture(scope="session")
def warp_samples() -> list[Document]:
    """Return a few sample rows whose four texts are all verified."""
    rows = [each for each in read_folder(SAMPLES / "warp") if len(each.metadata["verified"]) == 4]
    return rows[:: len(rows) // 6][:6]


@pytest.fixture(scope="session")
def jax_samples() -> list[Document]:
    """Return a few sample rows whose texts run at their own sizes."""
    rows = [each for each in read_folder(SAMPLES / "jax") if each.spec.signature.twin is None]
    return rows[:: len(rows) // 6][:6]


@pytest.fixture(scope="session")
def twin_samples() -> list[Document]:
    """Return the sample rows that were verified with a twin of smaller sizes.

    Left out are those that take long at their own sizes: very large ones, and pairs of particles.
    """
    rows = [each for each in read_folder(SAMPLES / "jax") if each.spec.signature.twin is not None]
    return [each for each in rows if numbers_of(each) < 100_000 and each.spec.recipe not in OF_PAIRS]


def numbers_of(row: Document) -> int:
    """Return the number of elements of a row's arguments and results at its own sizes, including those of pytrees."""
    signature = at_own_sizes(row.spec).signature
    return sum(math.prod(size or 0 for size in each.shape or ()) for each in (*signature.arguments, *signature.results))


@pytest.fixture(scope="session")
def derivative_rows(tmp_path_factory: pytest.TempPathFactory) -> list[Document]:
    """Return rows of JAX functions with all levels that can be executed, including derivatives."""
    out = tmp_path_factory.mktemp("derivatives")
    levels = [
        f"{kind}{name}" for kind in ("", "vjp_", "jvp_") for name in ("jaxpr", "stablehlo", "hlo", "optimized_hlo")
    ]
    run_pipeline(4, out, frontend="jax", seed=11, category="math", difficulty=2, level=levels, workers=1)
    return list(read_folder(out))


def named_otherwise(row: Document, level: str) -> str:
    """Return an equivalent of a row's own text, with one name changed or an unused value added."""
    text = row.texts[level] or ""
    if row.frontend == "warp":
        return re.sub(r"\bvar_0\b", "mine", text)
    if "hlo" not in level:
        return re.sub(r" let\s+", " let\n    zz:i32[] = add 1:i32[] 1:i32[]\n    ", text, count=1)
    if level.endswith("stablehlo"):
        at = text.rindex("return ")
        return f"{text[:at]}%more = stablehlo.constant dense<1> : tensor<i32>\n    {text[at:]}"
    return re.sub(r"^HloModule [\w.-]+", "HloModule other", text)
