"""An error in irsmith itself costs the kernel that it comes of, and says what a report of it needs."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from conftest import kernels_module

from synthesis import extract, get_frontend
from synthesis.cli import run
from synthesis.core.records import Pair, Rejection
from synthesis.generator import KernelGenerator
from synthesis.making import chunk_maker, proving, stages
from synthesis.making.candidate import Candidate
from synthesis.verification.verifier import Verifier

Stage = Callable[..., list[Candidate]]
SIX = """
import jax.numpy as jnp


def one(x):
    return jnp.sin(x) * 2.0


def two(x):
    return jnp.cos(x) + 1.0


def three(x):
    return jnp.exp(x) - x
"""


class OurError(Exception):
    """What nobody expects."""


def failing(stage: Stage, wanted: Callable[[Candidate], bool]) -> Stage:
    """A stage that fails where it meets a candidate."""

    def work(*given: Any, **named: Any) -> list[Candidate]:
        met: list[Any] = []
        for argument in given:
            if isinstance(argument, list | tuple):
                met += argument
        if any(isinstance(each, Candidate) and each.stopped is None and wanted(each) for each in met):
            raise OurError("nobody expected this")
        return stage(*given, **named)

    return work


def ledger(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "_irsmith" / "rejections.jsonl").read_text().splitlines()]


@pytest.mark.needs("jax")
@pytest.mark.parametrize("place", ["draw", "load", "lower", "plan", "prove", "row"])
def test_an_error_of_ours_costs_a_drawn_kernel(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def third(candidate: Candidate) -> bool:
        return candidate.spec is not None and candidate.spec.index == 2

    if place == "draw":
        draw = KernelGenerator.spec

        def spec(self: KernelGenerator, index: int) -> Any:
            if index == 2:
                raise OurError("nobody expected this")
            return draw(self, index)

        monkeypatch.setattr(KernelGenerator, "spec", spec)
    elif place == "row":
        make = chunk_maker.row_of

        def row(pair: Pair) -> Any:
            if pair.spec.index == 2:
                raise OurError("nobody expected this")
            return make(pair)

        monkeypatch.setattr(chunk_maker, "row_of", row)
    else:
        module: Any = stages if place in ("load", "lower") else proving
        monkeypatch.setattr(module, place, failing(getattr(module, place), third))
    command = ["generate", "--frontend", "jax", "--count", "5", "--level", "stablehlo", "--workers", "1"]
    assert run([*command, "--out", str(tmp_path / "rows")]) == 1
    (line,) = [each for each in ledger(tmp_path / "rows") if each["symptom"] == "internal_error"]
    assert line["index"] == 2
    assert line["frontend"] == "jax"
    assert re.fullmatch(
        r"OurError: nobody expected this; at (synthesis\.[\w.]+:\d+( < )?)+; irsmith \d+\.\d+\.\d+", line["detail"]
    ), line
    assert "1 candidate lost to errors in irsmith" in capsys.readouterr().err
    record = json.loads(next((tmp_path / "rows" / "_irsmith" / "chunks").glob("*.json")).read_text())
    assert len(record["rows"]) >= 3


@pytest.mark.needs("jax")
@pytest.mark.parametrize("place", ["lower", "prepare", "prove"])
def test_an_error_of_ours_costs_an_extracted_kernel(
    place: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from synthesis.making.sources import extracted

    def second(candidate: Candidate) -> bool:
        return candidate.spec is not None and candidate.spec.name == "two"

    if place == "prepare":
        prepare = extracted.prepared

        def prepared(frontend: Any, candidate: Candidate, settings: Any) -> Candidate:
            if second(candidate):
                raise OurError("nobody expected this")
            return prepare(frontend, candidate, settings)

        monkeypatch.setattr(extracted, "prepared", prepared)
    elif place == "lower":
        monkeypatch.setattr(extracted, "lower", failing(stages.lower, second))
    else:
        monkeypatch.setattr(proving, "prove", failing(proving.prove, second))
    (tmp_path / "three.py").write_text(SIX)
    command = ["extract", str(tmp_path / "three.py"), "--arg", "f32[4]", "--level", "stablehlo", "--workers", "1"]
    if place != "prove":  # what runs in a process that is forked from another has no part in what is patched here
        module = kernels_module(tmp_path, "three")
        found = [
            each
            for name in ("one", "two", "three")
            for each in extract(module.__dict__[name], frontend="jax", arg=("f32[4]",), level=("stablehlo",))
        ]
        (wrong,) = [each for each in found if isinstance(each, Rejection)]
        assert len(found) == 3
        assert (str(wrong.symptom), wrong.kernel_name) == ("internal_error", "two")
        assert wrong.detail.startswith("OurError: nobody expected this; at synthesis.making.sources.extracted:")
        return
    assert run([*command, "--out", str(tmp_path / "rows")]) == 1
    (line,) = [each for each in ledger(tmp_path / "rows") if each["symptom"] == "internal_error"]
    assert line["kernel_name"] == "two"
    assert "OurError: nobody expected this; at synthesis." in line["detail"]
    assert len(list((tmp_path / "rows" / "jax").iterdir())) == 1


def test_machines_trouble_still_ends_a_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Verifier, "judge", full)
    frontend = get_frontend("jax")
    assert frontend.prover is not None
    with pytest.raises(OSError, match="No space left"):
        run(["generate", "--frontend", "jax", "--count", "1", "--workers", "1", "--out", str(tmp_path / "rows")])
