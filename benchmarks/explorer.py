"""Measures a web site of 100,000 rows: making it, its size, and how fast a browser shows, filters and searches it.

    python benchmarks/explorer.py > benchmarks/explorer.txt

Five hundred rows of each front end are drawn, not verified, and written repeatedly with other names, ids and hashes
until there are enough. They are marked as verified, so that their pages are complete. The browser is headless Chromium.
Each figure is the median of several tries, from the event to the second frame after it.
"""

import itertools
import json
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psutil
from playwright.sync_api import Page, sync_playwright
from pygments import highlight  # pyright: ignore[reportUnknownVariableType]
from pygments.formatters import HtmlFormatter

from synthesis import generate
from synthesis.cli.lexers import lexer_of
from synthesis.core.identity.hashing import hash_text
from synthesis.core.stores.places import store_of
from synthesis.dataset.storage.layout import FILES, hash_of_file
from synthesis.dataset.storage.manifest import DataFile, Manifest
from synthesis.dataset.storage.rows import Row, row_of
from synthesis.dataset.storage.tables import write_rows
from synthesis.frontends.registry import levels_of
from synthesis.views.explorer.packing import pack
from synthesis.views.explorer.pages import ROWS_OF_A_FILE

ROWS = 100_000
DRAWN = 500
FEWER = 20
"""A site of this fraction of the rows is made, too, to check that memory does not grow with the rows."""
SEED = 617
TRIES = 5
OF_A_FILE = 20_000
COLOURED = 128
"""Number of rows of each front end that are highlighted, to measure the size."""
# Search words with few, many and no matches, chosen before looking at the data.
SEARCHES = ("mul", "elementwise float32", "attention", "nothing has this")
# Waits until the changes of an event have been painted.
PAINTED = "() => new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))"


def drawn(frontend: str) -> list[Row]:
    """Return rows of a front end that are marked as verified."""
    rows: list[Row] = []
    for pair in generate(frontend, DRAWN, seed=SEED, verify="none"):
        row = row_of(pair)
        levels = [name for name, text in row.texts.items() if text]
        rows.append(replace(row, metadata={**row.metadata, "verified": json.dumps(levels), "reached": 1.0}))
    return rows


def varied(rows: list[Row], start: int, count: int) -> Iterator[Row]:
    """Yield ``count`` copies of rows in turn, each with a unique name, id and hashes."""
    for number, row in zip(range(start, start + count), itertools.cycle(rows), strict=False):
        old = str(row.metadata["kernel_name"])
        name = f"{old}_{number}"
        texts = {level: text and text.replace(old, name) for level, text in row.texts.items()}
        own = {each: hash_text(f"{each} {number} {name}") for each in ("id", "renamed_hash", "structure_hash")}
        metadata = {**row.metadata, **own, "kernel_name": name, "index": number}
        yield replace(row, source=row.source.replace(old, name), texts=texts, metadata=metadata)


def coloured(text: str, colours: str) -> str:
    """Return a text as HTML, highlighted by Pygments."""
    formatter: Any = HtmlFormatter()  # pyright: ignore[reportUnknownVariableType]
    return str(highlight(text, lexer_of(colours), formatter))


def forms() -> Iterator[str]:
    """Yield a line for each form in which a row's texts could be stored, with their size in it."""
    kinds: dict[str, list[int]] = {}
    for frontend in ("warp", "jax"):
        colours = {level.name: level.language.lexer for level in levels_of(frontend)}
        rows = drawn(frontend)[:COLOURED]
        for start in range(0, COLOURED, ROWS_OF_A_FILE):
            some = [{"python": row.source, **row.texts} for row in rows[start : start + ROWS_OF_A_FILE]]
            html = [
                {name: coloured(text or "", colours.get(name, "python")) for name, text in row.items()} for row in some
            ]
            kinds.setdefault("plain text", []).append(len(json.dumps(some)))
            kinds.setdefault("plain text, deflated, in Base64, which is what is done", []).append(len(pack("", some)))
            kinds.setdefault("coloured by Pygments", []).append(len(json.dumps(html)))
            kinds.setdefault("coloured by Pygments, deflated, in Base64", []).append(len(pack("", html)))
    for kind, sizes in kinds.items():
        yield f"texts, {kind}: {sum(sizes) / (2 * COLOURED) / 1e3:.1f} kB a row"


def write_folder(folder: Path, rows: int) -> None:
    """Write a folder of Parquet files, half of the rows of Warp and half of JAX."""
    written: list[DataFile] = []
    for frontend in ("warp", "jax"):
        found = drawn(frontend)
        levels = list(found[0].texts)
        count = rows // 2
        files = -(-count // OF_A_FILE)
        (folder / frontend).mkdir(parents=True)
        for number in range(files):
            part = min(OF_A_FILE, count - number * OF_A_FILE)
            path = folder / frontend / f"train-{number:05d}-of-{files:05d}.parquet"
            with path.open("wb") as file:
                write_rows(file, varied(found, number * OF_A_FILE, part), levels)
            written.append(DataFile(f"{frontend}/{path.name}", part, hash_of_file(path)))
    store_of(folder).write(FILES, "".join(Manifest("benchmark", tuple(written), {}).to_lines()).encode())


def make_site(folder: Path, out: Path, *options: str) -> tuple[float, float, str]:
    """Make a site, and return the seconds, the peak memory of all processes in MB, and the output."""
    command = [
        sys.executable,
        "-m",
        "synthesis",
        "explore",
        str(folder),
        "--out",
        str(out),
        "--progress",
        "none",
        *options,
    ]
    began = time.monotonic()
    most = 0
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        this = psutil.Process(process.pid)
        while process.poll() is None:
            most = max(most, _memory(this))
            time.sleep(0.2)
        assert process.stdout is not None
        said = process.stdout.read()
    assert process.returncode == 0
    return time.monotonic() - began, most / 1e6, said.replace(str(out), "site").strip()


def _memory(process: psutil.Process) -> int:
    total = 0
    try:
        for each in (process, *process.children(recursive=True)):
            total += each.memory_info().rss
    except psutil.Error:
        pass
    return total


def shown(page: Page, address: str) -> float:
    """Return the milliseconds from the start of a new visit until the page is shown."""
    page.goto("about:blank")
    page.goto(address)
    page.wait_for_selector("html[data-shown]", state="attached")
    found: Any = page.evaluate("() => performance.getEntriesByName('irsmith-shown')[0].startTime")
    return float(found)


def until_painted(page: Page, act: str) -> float:
    """Return the milliseconds from an action of a script until it is painted."""
    found: Any = page.evaluate(
        f"async () => {{ const t = performance.now(); {act}; await ({PAINTED})(); return performance.now() - t; }}"
    )
    return float(found)


def search(words: str) -> str:
    """Return a script that types words into the search field."""
    return (
        f"const s = document.querySelector('input.search'); s.value = {json.dumps(words)}; "
        "s.dispatchEvent(new Event('input', {bubbles: true}))"
    )


def median(values: list[float]) -> str:
    return f"{statistics.median(values):.0f} ms (most {max(values):.0f})"


def browse(site: Path) -> Iterator[str]:
    """Yield lines with the times that a browser takes."""
    base = (site / "index.html").as_uri()
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        for name, hash_ in (
            ("overview", "#/"),
            ("table", "#/pairs"),
            ("table with a filter", "#/pairs?category=atomic&q=add"),
        ):
            times = [shown(browser.new_context().new_page(), base + hash_) for _ in range(TRIES)]
            yield f"first view of the {name}: {median(times)}"
        page = browser.new_context(viewport={"width": 1360, "height": 860}).new_page()
        shown(page, base + "#/pairs")
        yield f"first search, which prepares the others: {until_painted(page, search('stencil')):.0f} ms"
        for words in SEARCHES:
            times = list[float]()
            for _ in range(TRIES):
                until_painted(page, search(""))
                times.append(until_painted(page, search(words)))
            count = page.locator(".count").inner_text()
            yield f"search {words!r}: {median(times)}, {count}"
        until_painted(page, search(""))
        for title in ("warp", "2"):
            box = f"document.querySelector('.facet input[data-value=\"{title}\"]').click()"
            times = [until_painted(page, box) for _ in range(2 * TRIES)]
            yield f"filter {title!r}, on and off: {median(times)}"
        times = [
            until_painted(page, f"document.querySelector('.grid').scrollTop = {place * 500_000}")
            for place in range(TRIES)
        ]
        yield f"scroll to anywhere: {median(times)}"
        times = [until_painted(page, "document.querySelector('.heads .lines button').click()") for _ in range(TRIES)]
        yield f"sort by a column: {median(times)}"
        times = list[float]()
        for place in range(TRIES):
            page.goto(base + "#/pairs")
            page.wait_for_selector(".space .row")
            page.locator(".grid").evaluate(f"grid => grid.scrollTop = {place * 800_000}")
            page.wait_for_timeout(300)
            began = time.monotonic()
            page.locator(".space .row a").nth(8).click()
            page.wait_for_selector(".pane .line")
            times.append(1000 * (time.monotonic() - began))
        yield f"open a pair, its click included: {median(times)}"
        heap: Any = page.evaluate("() => performance.memory.usedJSHeapSize / 1e6")
        yield f"memory of the page's scripts: {heap:.0f} MB"
        browser.close()


def main() -> None:
    """Print the figures."""
    rows = int(sys.argv[1]) if len(sys.argv) > 1 else ROWS
    with tempfile.TemporaryDirectory() as name, sync_playwright() as tool:
        chromium = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        versions = f"Python {sys.version.split()[0]}, Chromium {chromium.version}, playwright {version('playwright')}"
        chromium.close()
        print(f"{datetime.now(UTC).date()}, {versions}, {psutil.cpu_count()} cores; load {psutil.getloadavg()[0]:.1f}")
        print("benchmarks/explorer.py says how; seed", SEED)
    print()
    with tempfile.TemporaryDirectory() as name:
        folder, few, site = Path(name) / "rows", Path(name) / "few", Path(name) / "site"
        write_folder(few, rows // FEWER)
        seconds, memory, said = make_site(few, Path(name) / "small")
        print(f"{rows // FEWER:,} rows: {seconds:.0f} s, {memory:.0f} MB of memory of all processes")
        write_folder(folder, rows)
        size = sum(path.stat().st_size for path in folder.rglob("*.parquet"))
        seconds, memory, said = make_site(folder, site)
        print(
            f"{rows:,} rows, {size / 1e6:.0f} MB as Parquet: {seconds:.0f} s, {memory:.0f} MB of memory of all of them"
        )
        for line in said.splitlines():
            print(f"  {line}")
        index = [path.stat().st_size for path in (site / "data").glob("index-*")]
        chunks = [path.stat().st_size for path in (site / "data").glob("rows-*")]
        print(f"  data of the table {sum(index) / 1e6:.1f} MB in {len(index)} files; {len(chunks)} files of pages, ")
        print(f"  {statistics.mean(chunks) / 1e3:.0f} kB each, the largest {max(chunks) / 1e3:.0f} kB")
        print()
        for line in browse(site):
            print(line, flush=True)
        print()
        for line in forms():
            print(line)


if __name__ == "__main__":
    main()
