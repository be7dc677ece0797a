"""Rows of recordings: proved on what was launched, from the row alone."""

import io
import json
import re
import subprocess
import sys
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from checking import judged

from synthesis import (
    Argument,
    ConfigError,
    Domain,
    Extraction,
    Pair,
    Rejection,
    Running,
    Signature,
    extract,
    finalize,
    get_frontend,
    record,
)
from synthesis.dataset.storage.reading import read_folder
from synthesis.making.runs.extraction import extract_to_folder
from synthesis.verification.inputs import draw_inputs
from synthesis.verification.verifier import Verifier

pytestmark = pytest.mark.needs("warp")
PROGRAM = Path(__file__).parents[1] / "kernels" / "launching.py"
KERNELS = {"fall", "scaled", "weigh", "relax", "pick", "generic", "tiled", "chosen", "nearest", "boxed", "neighbours",
           "sunk"}  # fmt: skip


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("recording") / "kept"
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(out), "--", str(PROGRAM)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 3
    return out


@pytest.fixture(scope="module")
def pairs(kept: Path) -> list[Pair]:
    found = list(extract(recorded=kept))
    assert all(isinstance(each, Pair) for each in found), found
    return [each for each in found if isinstance(each, Pair)]


def named(pairs: list[Pair], name: str) -> Pair:
    return next(each for each in pairs if each.spec.name == name)


def argument(pair: Pair, name: str) -> Argument:
    return next(each for each in pair.spec.signature.spread.arguments if each.name == name)


def test_every_kernel_is_a_row_verified_by_itself(pairs: list[Pair]) -> None:
    assert {each.spec.name for each in pairs} == KERNELS
    for each in pairs:
        assert {"cpp_forward", "cuda_forward"} <= set(each.verdict.verified), (each.spec.name, each.verdict.unverified)
        assert each.verdict.reached == 1.0
        assert each.spec.self_contained


def test_an_indexed_array_is_kept_with_its_indices(pairs: list[Pair]) -> None:
    numbers = draw_inputs(named(pairs, "chosen").spec.signature, 0)
    assert numbers["values.data"].shape == (8, 8)
    assert numbers["values.indices0"].tolist() == [5, 0, 2]
    assert numbers["values.indices1"].tolist() == list(range(8))
    assert str(argument(named(pairs, "chosen"), "values.data").role) == "inout"


def test_a_tiled_launch_has_its_block(pairs: list[Pair]) -> None:
    signature = named(pairs, "tiled").spec.signature
    assert signature.tiled
    assert signature.options["block_dim"] == 32
    assert named(pairs, "chosen").spec.signature.options["block_dim"] == 256


def test_each_instance_of_a_factory_is_a_row_with_what_it_captured(pairs: list[Pair]) -> None:
    scaled = [each.spec.source for each in pairs if each.spec.name == "scaled"]
    assert sorted(re.findall(r"^factor = (.*)$", "\n".join(scaled), re.MULTILINE)) == ["2.0", "3.0"]


def test_the_first_draw_is_what_was_launched_to_the_bit(pairs: list[Pair]) -> None:
    numbers = draw_inputs(named(pairs, "scaled").spec.signature, 0)["values"]
    expected = np.array([1.5, -0.0, 3.25e-45, 30.0, -2.0, 0.1], np.float32)
    assert numbers.tobytes() == expected.tobytes()
    signature = named(pairs, "pick").spec.signature
    again = Signature.from_json(json.loads(json.dumps(signature.to_json(), allow_nan=False)), signature.options)
    assert draw_inputs(again, 0)["numbers"].tolist()[:5] == [2**63 - 1, -(2**63), 5, -7, 2**53 + 1]
    assert draw_inputs(again, 1)["places"].tolist() == [5, 4, 3, 2, 1, 0]


def test_other_draws_are_near_it(pairs: list[Pair]) -> None:
    signature = named(pairs, "fall").spec.signature
    first, second = draw_inputs(signature, 0), draw_inputs(signature, 1)
    assert not np.array_equal(first["state.positions"], second["state.positions"])
    assert np.allclose(first["state.positions"], second["state.positions"], rtol=0.5)
    assert first["state.count"] == second["state.count"] == 6


def test_what_is_not_finite_survives_json() -> None:
    base = (float("nan"), float("-inf"), -0.0, 5e-324)
    given = Argument(
        name="x", type_name="", dtype="float64", shape=(4,), domain=Domain(low=-0.1, high=0.1), base=base, recorded=True
    )
    text = json.dumps(given.to_json(), allow_nan=False)
    read = Argument.from_json(json.loads(text))
    expected = np.array(base)
    for number in range(3):
        drawn = draw_inputs(Signature(arguments=(read,)), number)["x"]
        assert np.array_equal(np.isnan(drawn), np.isnan(expected))
        assert drawn[1] == -np.inf
        assert np.signbit(drawn[2])
    assert draw_inputs(Signature(arguments=(read,)), 0)["x"].tobytes() == expected.tobytes()


def test_arrays_that_are_only_written_are_poisoned_and_others_start_as_they_did(pairs: list[Pair]) -> None:
    assert argument(named(pairs, "scaled"), "out").role == "output"
    relaxed = argument(named(pairs, "relax"), "values")
    assert (relaxed.role, relaxed.recorded, len(relaxed.base)) == ("inout", True, 6)


def test_objects_are_in_the_row_by_their_parts(pairs: list[Pair]) -> None:
    for name, kind in (("nearest", "mesh"), ("boxed", "bvh"), ("neighbours", "grid")):
        found = argument(named(pairs, name), kind)
        assert found.handle == {"grid": "hash_grid"}.get(kind, kind)
        assert all(each.base for each in found.fields)
    volume = draw_inputs(named(pairs, "sunk").spec.signature, 0)["volume"]
    assert volume["values"].shape == (16, 8, 8)
    assert (volume["first_voxel"].tolist(), float(volume["bg_value"])) == ([-8, 0, 0], 3.0)


def test_a_tiled_launch_is_one_in_the_row(pairs: list[Pair]) -> None:
    signature = named(pairs, "tiled").spec.signature
    assert (signature.tiled, signature.launch) == (True, (2, 2))


def without_stores(texts: Mapping[str, str | None]) -> dict[str, str | None]:
    text = texts["cpp_forward"]
    assert text is not None
    found = re.sub(r"^ *wp::(?:array_store|tile_store|atomic_\w+)\b.*\);$", "", text, flags=re.MULTILINE)
    assert found != text
    return {"cpp_forward": found}


def test_a_row_whose_text_stores_nothing_fails(pairs: list[Pair]) -> None:
    with Verifier(get_frontend("warp")) as verifier:
        for each in pairs:
            (judgement,) = judged(verifier, each.spec, without_stores(each.texts))
            assert "cpp_forward" in judgement.failed, each.spec.name


def test_a_recording_becomes_a_data_set_that_verifies_where_the_package_is_not(tmp_path: Path) -> None:
    package = tmp_path / "away" / "mine"
    package.mkdir(parents=True)
    (package / "__init__.py").write_text("")
    (package / "kinds.py").write_text(
        "import enum\nimport warp as wp\nBASE = 3\n"
        "class Kind(enum.IntEnum):\n    PLAIN = BASE\n    ROUND = BASE + 1\n"
        "@wp.func\ndef twice(x: float):\n    return 2.0 * x\n"
        "@wp.func\ndef half(x: float):\n    return 0.5 * x\nBOTH = [twice, half]\n"
    )
    (package / "kernels.py").write_text(
        "import warp as wp\nfrom mine import kinds\ndouble = kinds.twice\nBOTH = kinds.BOTH\n"
        "@wp.kernel\ndef choose(kind: wp.array(dtype=int), x: wp.array(dtype=float), y: wp.array(dtype=float)):\n"
        "    i = wp.tid()\n    if kind[i] == int(kinds.Kind.ROUND):\n"
        "        y[i] = wp.static(BOTH[1])(double(x[i])) + x[i]\n"
        "    else:\n        y[i] = x[i] + float(kinds.Kind.PLAIN.value)\n"
    )
    program = tmp_path / "program.py"
    program.write_text(
        f"import sys\nsys.path.insert(0, {str(tmp_path / 'away')!r})\n"
        "import warp as wp\nfrom mine.kernels import choose\nwp.config.log_level = wp.LOG_ERROR\n"
        "y = wp.zeros(4, dtype=float)\nkind = wp.array([3, 4, 3, 4], dtype=int)\n"
        "x = wp.array([1.0, 2.0, 3.0, 4.0], dtype=float)\n"
        "wp.launch(choose, dim=4, inputs=[kind, x], outputs=[y])\n"
    )
    command = [sys.executable, "-m", "synthesis", "record", "--out", str(tmp_path / "kept"), "--", str(program)]
    assert subprocess.run(command, capture_output=True, check=False).returncode == 0
    (tmp_path / "away").rename(tmp_path / "gone")
    summary, rejections = extract_to_folder(str(tmp_path / "kept"), tmp_path / "rows", recorded=True)
    assert (summary.rows, rejections) == (1, [])
    (row,) = read_folder(tmp_path / "rows")
    assert "cpp_forward" in row.metadata["verified"]
    assert "mine" not in row.source
    again, _ = extract_to_folder(str(tmp_path / "kept"), tmp_path / "rows", recorded=True)
    assert again.rows == 1
    verify = [sys.executable, "-m", "synthesis", "verify", str(tmp_path / "rows"), "--seed", "5"]
    assert subprocess.run(verify, capture_output=True, check=False).returncode == 0


def test_a_block_records_this_process_and_leaves_it_as_it_was(tmp_path: Path) -> None:
    import warp

    wp: Any = warp
    before = wp.launch
    dead = weakref.proxy(io.StringIO())  # a watcher looks over all objects, and this one cannot be asked anything
    with record(tmp_path / "kept"):
        assert wp.launch is not before
        assert not (tmp_path / "kept" / "refused").exists()
        with pytest.raises(ConfigError, match="already"), record(tmp_path / "other"):
            pass
    assert wp.launch is before
    del dead
    with pytest.raises(ConfigError, match="launches must be an integer from 1"), record(tmp_path / "kept", launches=0):
        pass


def test_a_target_or_a_recording_is_given_and_not_both(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="a target or a recording"):
        extract()
    with pytest.raises(ConfigError, match="a target or a recording"):
        extract("mine.py", recorded=tmp_path)


def test_a_data_set_has_what_was_recorded_in_place_of_what_was_inferred(kept: Path, tmp_path: Path) -> None:
    running = Running(workers=1, progress="none", no_finalize=True)
    for place, name in ((PROGRAM, "inferred"), (kept, "recorded")):
        forward = Extraction.of(level=("cpp_forward",))
        extract_to_folder(str(place), tmp_path / name, forward, running, recorded=name == "recorded")
    finalize(tmp_path / "inferred", tmp_path / "recorded", out=tmp_path / "both")
    rows = list(read_folder(tmp_path / "both"))
    assert sorted({each.name for each in rows}) == sorted(KERNELS)
    alone = list(read_folder(tmp_path / "recorded"))
    assert sorted(each.metadata["id"] for each in rows) == sorted(each.metadata["id"] for each in alone)
    ledger = (tmp_path / "both" / "_irsmith" / "rejections.jsonl").read_text().splitlines()
    gone = [json.loads(each) for each in ledger]
    assert [each["kernel_name"] for each in gone if "one that was recorded" in each["detail"]]


def test_a_kernel_under_another_licence_is_a_line_in_the_ledger(kept: Path) -> None:
    found = list(extract(recorded=kept, licence="MIT", level="cpp_forward", verify="none"))
    assert {str(each.symptom) for each in found if isinstance(each, Rejection)} == {"other_licence"}
    assert not [each for each in found if isinstance(each, Pair)]
