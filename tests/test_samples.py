"""The committed samples: every file is read, its fields are checked, its source is run, and its IR is made again."""

import importlib.util
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from folders import contents

from synthesis import KernelGenerator, __version__, get_frontend, run_pipeline
from synthesis.core.identity.python import program_id, renamed_hash, structure_hash
from synthesis.core.languages import ir_structure_hash
from synthesis.dataset.storage.naming import file_stem
from synthesis.dataset.storage.reading import read_pair
from synthesis.dataset.storage.schema import METADATA, Kind
from synthesis.frontends.linemap import runs_of_steps
from synthesis.making.runs.reverification import verify_folder

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
FILES = sorted(SAMPLES.glob("*/*.json"))
TYPES: dict[Kind, type] = {
    Kind.TEXT: str, Kind.INTEGER: int, Kind.NUMBER: float, Kind.FLAG: bool, Kind.JSON: str, Kind.RECORD: dict,
}  # fmt: skip
COUNTS = {"warp": 270, "jax": 138, "triton": 60}
"""Number of sample candidates of each front end: six of every category."""
DERIVATIVES = ("cpp_backward", "cuda_backward", "vjp_jaxpr", "vjp_stablehlo")
GUARDED = ("control_flow", *get_frontend("warp").categories[26:])
"""Warp categories with branches that draws may not reach, such as for an index out of bounds or an empty triangle.

Every category of the other front ends has such branches, as in an elementwise selection.
"""


def read(path: Path) -> dict[str, Any]:
    return json.loads(path.read_text(encoding="utf-8"))


@pytest.mark.parametrize("frontend", COUNTS)
def test_there_are_enough_of_every_category_and_no_two_are_the_same_program(frontend: str) -> None:
    documents = [read(path) for path in FILES if path.parent.name == frontend]
    assert len(documents) >= 0.9 * COUNTS[frontend]
    categories = Counter(document["metadata"]["category"] for document in documents)
    assert set(categories) == set(get_frontend(frontend).categories)
    assert min(categories.values()) >= 5
    assert len({renamed_hash(document["python_source"]) for document in documents}) == len(documents)
    assert len({document["metadata"]["id"] for document in documents}) == len(documents)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_sample_is_what_it_says(path: Path, tmp_path: Path) -> None:
    document = read(path)
    pair = read_pair(path)
    source, metadata = pair.source, pair.metadata
    kinds = {column.name: TYPES[column.kind] for column in METADATA}
    assert {name: type(value) for name, value in document["metadata"].items()} == kinds
    frontend = get_frontend(pair.frontend)
    levels = frontend.choose_levels(None, pair.device)
    assert list(document) == ["python_source", *(level.name for level in levels), "metadata"]
    assert path.name == f"{file_stem(metadata['index'], pair.name)}.json"
    assert path.parent.name == pair.frontend
    assert metadata["description"]
    assert metadata["category"] in frontend.categories
    # Every text is verified by execution, except CUDA texts whose threads synchronise (native code, and tiles that one
    # thread passes to the others), and derivatives of branches that no run takes.
    texts = [level.name for level in levels if pair.texts[level.name] is not None]
    assert metadata["verified"] == [name for name in texts if name not in metadata["unverified"]]
    for name, reason in metadata["unverified"].items():
        if reason == "needs a GPU":
            assert metadata["category"] in ("native", "tile")
        else:
            assert reason.startswith("not reached: no run takes ")
            assert name in DERIVATIVES
    guarded = metadata["frontend"] != "warp" or metadata["category"] in GUARDED
    assert (0.8 if guarded else 1.0) * bool(metadata["verified"]) <= metadata["reached"] <= bool(metadata["verified"])
    backward = [name for name in metadata["verified"] if "backward" in name]
    assert bool(backward) == metadata["gradient"].startswith(("agrees", "convention: "))
    assert (metadata["origin"]["kind"], metadata["version"], metadata["seed"]) == ("synthetic", __version__, 0)

    # The source alone, run from a file, defines the kernel.
    (tmp_path / "sample.py").write_text(source)
    spec = importlib.util.spec_from_file_location(f"sample_{path.stem}", tmp_path / "sample.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    assert frontend.compiler.claims(getattr(module, metadata["kernel_name"]))

    # The hashes are those of the texts. Another test checks the texts themselves, by making all samples again.
    assert metadata["renamed_hash"] == renamed_hash(source)
    assert metadata["structure_hash"] == structure_hash(source)
    first = next(level for level in levels if pair.texts[level.name] is not None)
    assert metadata["ir_structure_hash"] == ir_structure_hash(pair.texts[first.name] or "", first.language)
    assert metadata["id"] == program_id(pair.frontend, source, metadata["signature"], metadata["options"])
    drawn = KernelGenerator(pair.frontend, metadata["seed"], category_mix="uniform").spec(metadata["index"])
    assert drawn == pair.spec
    assert list(metadata["line_map"]) == texts
    for level, steps in metadata["line_map"].items():
        runs = runs_of_steps(steps)
        text = pair.texts[level]
        assert text is not None
        assert all(1 <= first <= last <= text.count("\n") for _, first, last in runs)
        assert all(earlier[2] < later[1] for earlier, later in itertools.pairwise(runs))


@pytest.mark.parametrize("frontend", COUNTS)
def test_few_samples_have_a_text_that_is_not_proved_for_want_of_an_arm(frontend: str) -> None:
    reasons = [read_pair(path).metadata["unverified"] for path in FILES if path.parent.name == frontend]
    assert sum(any(why != "needs a GPU" for why in each.values()) for each in reasons) <= 0.005 * len(reasons)


@pytest.mark.needs("triton")
def test_all_of_tritons_samples_pass_with_other_inputs() -> None:
    found = verify_folder(SAMPLES / "triton", seed=3)
    assert not found.failures
    assert found.texts == 3 * found.rows == 3 * COUNTS["triton"]


@pytest.mark.parametrize("frontend", [pytest.param(name, marks=pytest.mark.pinned(name)) for name in COUNTS])
def test_making_the_samples_again_makes_the_same_bytes(frontend: str, tmp_path: Path) -> None:
    run_pipeline(COUNTS[frontend], tmp_path, frontend=frontend, category_mix="uniform", format="json")
    made, kept = contents(tmp_path), contents(SAMPLES / frontend)
    parts = [name for name in made if name.startswith("_irsmith/parts/")]
    assert {name: made[name] for name in made if name not in parts} == {n: kept[n] for n in kept if n not in parts}
