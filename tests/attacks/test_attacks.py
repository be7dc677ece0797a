"""Hostile rows cost themselves: none is verified, none has an effect, and the rows beside them stand."""

from pathlib import Path

import pytest

from attacks.records import Row
from attacks.running import LIMITS, all_attacks, carry_out, make_good_rows, write_rows
from synthesis.cli import run

CHOSEN = {
    "warp": ["writes a file (other", "tells a secret (other", "leaves its session (other", "says it is done (other",
             "leaves in a constructor (other", "includes a secret (other", "calls somebody (other",
             "macro over its neighbours (other", "does nothing (same", "changes codegen (same"],
    "jax": ["custom call of nothing (other", "another primitive (other", "system call on import (same",
            "counts its traces (other", "one value is its domain", "options that change the tool", "deep JSON",
            "a pipe", "a file called 'line"],
    "triton": ["assembly (other", "an endless while (other", "expensive code that never runs (other",
               "an address (other", "a load before the array (other", "a location that is a file (other",
               "nested regions, few (other", "PTX that includes a file (other", "another operation (same",
               "source: assembly (same", "source: system call while it compiles (other", "a grid of 2^31 (other"],
}  # fmt: skip


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[Row]]:
    return make_good_rows(tmp_path_factory.mktemp("good"))


@pytest.mark.parametrize("frontend", ["warp", "jax", pytest.param("triton", marks=pytest.mark.needs("triton"))])
def test_hostile_rows_cost_themselves(frontend: str, good: dict[str, list[Row]], tmp_path: Path) -> None:
    attacks = [
        each
        for each in all_attacks(good)
        if each.frontend == frontend and any(each.title.startswith(name) for name in CHOSEN[frontend])
    ]
    assert len(attacks) >= len(CHOSEN[frontend])
    found = carry_out(attacks, good, tmp_path / frontend)
    assert len(found.said) == len(attacks)
    assert (found.accepted, found.effects, found.lost) == ([], [], [])


def test_names_steer_no_terminal(
    good: dict[str, list[Row]], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    attacks = [each for each in all_attacks(good) if each.kind == "names" and each.frontend == "jax"]
    assert run(["verify", str(write_rows(attacks, good, tmp_path / "names")), *LIMITS]) == 1
    printed = capsys.readouterr().out
    assert "\x1b" not in printed
    assert "\u202e" not in printed
    assert "line\\nbreak: all is well" in printed


def test_what_is_looked_for_outside_is_seen(good: dict[str, list[Row]], tmp_path: Path) -> None:
    chosen = ("writes a file (other", "changes a mode (other", "calls somebody (other", "tells a secret (other")
    attacks = [each for each in all_attacks(good) if each.title.startswith(chosen)]
    found = carry_out(attacks, good, tmp_path / "off", "--sandbox", "off")
    told = " ".join(found.effects)
    assert all(
        what in told for what in ("written was left", "secret was changed", "somebody called", "tells the secret")
    )
