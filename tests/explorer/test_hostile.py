"""Rows may be a stranger's: whatever they hold is shown as text, runs nowhere, and breaks nothing."""

import json
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect
from sites import Open, samples

from synthesis import explore
from synthesis.views.explorer.packing import unpack

pytestmark = pytest.mark.xdist_group("explorer")
HARM = "complain('harm')"
HOSTILE = {
    "script": f"</script><script>{HARM}</script>",
    "image": f"<img src=x onerror={HARM}>",
    "lines": f"\u2028\u2029'\"`];{HARM}//${{{HARM}}}\\",
    "names": "__proto__",
    "address": f"javascript:{HARM}",
    "style": "</style><style>*{display:none}</style>",
    "comment": "<!--<script>",
    "marks": "\u202e\x00\ud800\x1b]0;owned\x07",
    "numbers": "NaN",
}


def hostile(given: dict[str, Any], words: str) -> dict[str, Any]:
    """A row all of whose texts are somebody's who means harm; what no row may hold is refused by its reader."""
    row = json.loads(json.dumps(given))
    metadata = row["metadata"]
    for name, value in metadata.items():
        if isinstance(value, str) and name not in ("frontend", "line_map", "signature", "options", "ops", "verified",
                                                   "unverified", "proofs", "toolchain", "device"):  # fmt: skip
            metadata[name] = words
    signature = json.loads(metadata["signature"])
    signature["arguments"][0] |= {"name": words, "type": words, "dtype": words, "domain": [-1e308, 1e308]}
    signature["arguments"][0]["shape"] = [1 << 62]
    signature["call"] = {words: words, "__proto__": {"polluted": 1}}
    metadata["signature"] = json.dumps(signature)
    metadata["ops"] = json.dumps([words, "constructor"])
    metadata["verified"] = json.dumps(["jaxpr"])
    metadata["gradient"] = f"convention: {words}"
    metadata["unverified"] = json.dumps({"stablehlo": words})
    metadata["proofs"] = json.dumps({"jaxpr": words})
    metadata["line_map"] = json.dumps({"jaxpr": [[2, 0, 1], [1, 0, 1]]})
    metadata["toolchain"] = json.dumps({words: words})
    metadata["origin"] |= {"kind": "extracted", "package": words, "file": words}
    row["python_source"] = f"{words}\n{words}\n"
    row["jaxpr"] = f"{words}\n{'(' * 5000}\n"
    row[words] = words
    return row


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    base = tmp_path_factory.mktemp("hostile")
    folder = base / "rows"
    (folder / "_irsmith").mkdir(parents=True)
    row = json.loads(samples("jax")[0].read_text())
    for number, (name, words) in enumerate(HOSTILE.items()):
        (folder / f"{number:06d}_{name}.json").write_text(json.dumps(hostile(row, words)))
    names = ("frontend", "kernel_name", "recipe", "target", "origin", "level", "detail")
    fixed = {"index": None, "stage": "load", "symptom": "crash"}
    lines = [
        {**dict.fromkeys(names, words), "category": {"a": words}, "ops": [words], **fixed} for words in HOSTILE.values()
    ]
    (folder / "_irsmith" / "rejections.jsonl").write_text("".join(json.dumps(each) + "\n" for each in lines))
    (folder / "_irsmith" / "leaks.json").write_text(
        json.dumps({words: [words, {words: 1e999}] for words in HOSTILE.values()})
    )
    explore(folder, base / "site", runs=len(HOSTILE))
    return base / "site"


def test_nothing_of_a_row_is_in_a_script_as_it_is(site: Path) -> None:
    for path in (site / "data").iterdir():
        text = path.read_bytes()
        assert text.isascii()
        assert text.count(b"\n") == 1
        assert b"<" not in text
        assert b"complain" not in text
        assert json.dumps(unpack(text))


@pytest.mark.parametrize("name", HOSTILE)
def test_a_pair_of_a_stranger_s_is_shown_as_text(site: Path, open_site: Open, name: str) -> None:
    visit = open_site(site)
    page = visit.go("#/pairs")
    page.locator(".space .row").nth(list(HOSTILE).index(name)).click()
    expect(page.locator("h1.code")).to_be_visible()
    shown = str(page.locator("h1.code").evaluate("node => node.textContent"))
    assert shown.replace("\ufffd", "\ud800") == HOSTILE[name]
    source = page.locator(".pane.py code").first.evaluate("node => node.textContent")
    assert str(source).replace("\ufffd", "\ud800") == HOSTILE[name].split("\n")[0]
    for tab in page.get_by_role("tab").all():
        tab.click()
    expect(page.locator(".card", has_text="A run")).to_contain_text("No run is shown")
    assert page.locator("main script, main img, main style, main iframe").count() == 0
    assert page.locator("a[href^='javascript:']").count() == 0
    assert page.evaluate("() => ({}).polluted") is None
    assert "owned" not in page.title() or name == "marks"


@pytest.mark.parametrize("hash_", ["#/", "#/pairs", "#/rejections"])
def test_pages_of_strangers_rows_and_ledgers_are_whole(site: Path, open_site: Open, hash_: str) -> None:
    page = open_site(site).go(hash_)
    text = page.locator("main").inner_text()
    assert HOSTILE["image"] in text
    assert "cannot be shown" not in text
    assert page.locator("main script, main img, main style").count() == 0


def test_a_page_of_a_stranger_s_could_run_nothing_if_it_tried(site: Path, open_site: Open) -> None:
    visit = open_site(site)
    page = visit.go()
    page.evaluate("""() => {
        globalThis.complain = words => { document.title = words; };
        const main = document.querySelector('main');
        main.innerHTML = '<img src="x" onerror="complain(1)"><iframe src="https://example.org">';
        const script = document.createElement('script');
        script.textContent = 'complain(2)';
        document.body.append(script);
    }""")
    page.wait_for_timeout(200)
    assert page.title() not in ("1", "2")
    refused = [each for each in visit.complaints if "Content Security Policy" in each]
    assert len(refused) >= 3
    visit.complaints.clear()
