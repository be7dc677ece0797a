"""What a site says of a data set with splits: how many rows each has, and what they share."""

import json
from pathlib import Path

import pytest
from made_up import MadeUp, make_run
from playwright.sync_api import expect
from sites import Open

from synthesis import explore, finalize

pytestmark = pytest.mark.xdist_group("explorer")


def test_splits_and_what_they_share_are_in_tables(tmp_path: Path, open_site: Open) -> None:
    rows = [
        MadeUp(
            source=f"def f(x):\n    return {'-' * number}x\n", text=f"{{ lambda {'; ' * number}}}", name=f"f_{number}"
        )
        for number in range(60)
    ]
    folder = make_run(tmp_path / "data", rows, 60)
    finalize(folder, validation=0.2, test=0.2)
    explore([folder], tmp_path / "site", runs=0)
    page = open_site(tmp_path / "site").go()
    card = page.locator("section", has=page.get_by_role("heading", name="Leaks between splits"))
    expect(card).to_contain_text("Nothing is in two splits.")
    expect(card.locator("tbody tr")).to_have_count(3)
    expect(card.locator("tbody tr").first).to_contain_text("train and validation")
    counts = json.loads((folder / "_irsmith" / "leaks.json").read_text())["splits"]["jax"]["rows"]
    page = open_site(tmp_path / "site").go("#/pairs?split=test")
    expect(page.locator("body")).to_contain_text(f"{counts['test']} of 60")


def test_a_report_that_is_none_of_ours_is_shown_as_it_is(tmp_path: Path, open_site: Open) -> None:
    folder = make_run(tmp_path / "data", [MadeUp(source="def f(x):\n    return x\n", text="{ lambda }")], 1)
    finalize(folder)
    (folder / "_irsmith" / "leaks.json").write_text(
        json.dumps({"splits": {"jax": {"shared": {"a/b": {"<b>": "many"}}}}})
    )
    explore([folder], tmp_path / "site", runs=0)
    card = open_site(tmp_path / "site").go().locator("section", has_text="Leaks between splits")
    expect(card.last).to_contain_text("<b>")
