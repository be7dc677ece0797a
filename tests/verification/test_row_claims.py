"""What a row says of its own proof is computed again, whatever tools it names and whatever the seed is."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from synthesis.cli import run
from synthesis.dataset.storage.rows import packed_metadata, unpacked_metadata
from synthesis.making.runs.reverification import verify_folder

SAMPLES = Path(__file__).parents[2] / "data" / "samples" / "warp"


GUARDED = """
import warp as wp

@wp.kernel
def guarded(x: wp.array(dtype=float), y: wp.array(dtype=float)):
    i = wp.tid()
    v = x[i]
    if i < 0:
        v = 0.0
    w = v * v
    u = w + v
    y[i] = u * 0.5
"""
"""A kernel one of whose statements no thread comes to."""


def guarded(folder: Path) -> dict[str, Any]:
    """The row of a kernel whose runs come to less than all of it."""
    (folder / "guarded.py").write_text(GUARDED)
    assert run(["extract", str(folder / "guarded.py"), "--out", str(folder / "rows"), "--format", "json"]) == 0
    (path,) = (folder / "rows").glob("*.json")
    document = json.loads(path.read_text())
    return document | {"metadata": unpacked_metadata(document["metadata"])}


def samples() -> Iterator[dict[str, Any]]:
    for path in sorted(SAMPLES.glob("*.json")):
        document = json.loads(path.read_text())
        yield document | {"metadata": unpacked_metadata(document["metadata"])}


def write(folder: Path, name: str, document: dict[str, Any], **columns: Any) -> None:
    metadata = packed_metadata(document["metadata"] | columns)
    (folder / f"{name}.json").write_text(json.dumps(document | {"metadata": metadata}))


@pytest.mark.pinned("warp")
@pytest.mark.parametrize("seed", [0, 7])
def test_false_claims_of_a_proof_fail_whatever_tools_they_name(seed: int, tmp_path: Path) -> None:
    part, rows = guarded(tmp_path), list(samples())
    assert 0.8 < part["metadata"]["reached"] < 1
    wrong = next(each for each in rows if each["metadata"]["gradient"].startswith("disagrees: "))
    good = next(each for each in rows if each["metadata"]["gradient"] == "agrees")
    folder = tmp_path / "claims"
    folder.mkdir()
    other = {"warp-lang": "0.0.1"}
    write(folder, "1_reached", part, reached=1.0)
    write(folder, "2_reached_elsewhere", part, reached=1.0, toolchain=other)
    write(folder, "3_class", wrong, gradient="disagrees: by oath")
    maps = good["metadata"]["line_map"]
    write(folder, "4_map_elsewhere", good, line_map=maps | {"cpp_forward": [[1, 0, 1]]}, toolchain=other)
    write(folder, "5_part", part)
    write(folder, "6_wrong", wrong)
    write(folder, "7_good_elsewhere", good, toolchain=other)
    found = verify_folder(folder, seed=seed)
    told = {each.file: each.detail for each in found.failures}
    assert told.keys() == {"1_reached", "2_reached_elsewhere", "3_class", "4_map_elsewhere"}, told
    assert "reached: the row says 1.0, and it is 0." in told["1_reached"]
    assert "reached: the row says 1.0, and it is 0." in told["2_reached_elsewhere"]
    assert told["3_class"].startswith("gradient: the row says")
    assert told["4_map_elsewhere"] == "line_map: the map of cpp_forward does not belong to its text"
