"""Fixtures for the web site: a site of a few samples, and a headless Chromium to open it with."""

import json
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from synthesis import explore

SAMPLES = Path(__file__).parents[1] / "data" / "samples"
FEW = 24
"""Number of samples of each front end."""
expect.set_options(timeout=30_000)  # milliseconds; long, because the machine may be busy
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


def samples(frontend: str) -> list[Path]:
    """Return the files of the first samples of a front end."""
    return sorted((SAMPLES / frontend).glob("*.json"))[:FEW]


def without_line_map(path: Path) -> dict[str, Any]:
    """Return the row in a file without its line map, so that a test can change its texts."""
    row = json.loads(path.read_text())
    row["metadata"]["line_map"] = "{}"
    return row


def folder_of(paths: list[Path], folder: Path) -> Path:
    """Copy files of pairs into a new folder, without a ledger or other records, and return the folder."""
    folder.mkdir(parents=True)
    for path in paths:
        shutil.copy(path, folder)
    return folder


@dataclass(slots=True)
class Few:
    """A few samples, and their site."""

    folders: list[Path]
    site: Path
    rows: list[dict[str, Any]]
    """The contents of the files, in order."""


@pytest.fixture(scope="session")
def few(tmp_path_factory: pytest.TempPathFactory) -> Few:
    base = tmp_path_factory.mktemp("few")
    paths = {frontend: samples(frontend) for frontend in ("warp", "jax")}
    folders = [folder_of(listed, base / frontend) for frontend, listed in paths.items()]
    ledger = (SAMPLES / "warp" / "_irsmith" / "rejections.jsonl").read_text().splitlines(keepends=True)
    (folders[0] / "_irsmith").mkdir()
    useless = {**json.loads(ledger[39]), "level": None, "stage": "verify", "symptom": "useless"}
    lines = [*ledger[:39], f"{json.dumps(useless)}\n"]
    (folders[0] / "_irsmith" / "rejections.jsonl").write_text("".join(lines))
    explore(folders, base / "site", runs=6)
    rows = [json.loads(path.read_text()) for listed in paths.values() for path in listed]
    return Few(folders, base / "site", rows)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_playwright() as tool:
        launched = tool.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield launched
        launched.close()


@dataclass(slots=True)
class Visit:
    """A page of a site, with its error messages and its requests."""

    page: Page
    base: str
    complaints: list[str] = field(default_factory=list[str])
    requests: list[str] = field(default_factory=list[str])

    def go(self, hash_: str = "#/") -> Page:
        """Open an address of the site in a newly loaded page."""
        self.page.goto("about:blank")
        self.page.goto(f"{self.base}/index.html{hash_}")
        self.page.wait_for_selector("html[data-shown]", state="attached")
        return self.page

    def check(self) -> None:
        """Check that there were no error messages, and no requests to other sites."""
        assert self.complaints == []
        strange = [each for each in self.requests if not each.startswith((f"{self.base}/", "about:", "data:"))]
        assert strange == []


Open = Callable[..., Visit]


@pytest.fixture
def open_site(browser: Browser) -> Iterator[Open]:
    """Yield a function that opens a site by folder or address. Error messages of a page fail the test at its end."""
    visits: list[Visit] = []
    contexts: list[BrowserContext] = []

    def opened(site: Path | str, **settings: Any) -> Visit:
        given: dict[str, Any] = {"viewport": {"width": 1280, "height": 800}, **settings}
        context = browser.new_context(**given)
        contexts.append(context)
        page = context.new_page()
        visit = Visit(page, site.as_uri() if isinstance(site, Path) else site)
        page.on("console", lambda message: visit.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        page.on("dialog", lambda dialog: visit.complaints.append(f"dialog: {dialog.message}"))
        page.on("request", lambda request: visit.requests.append(request.url))
        visits.append(visit)
        return visit

    yield opened
    for visit in visits:
        visit.check()
    for context in contexts:
        context.close()


@pytest.fixture
def served(few: Few) -> Iterator[str]:
    """Yield the address of the samples' site on a local HTTP server."""

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Do nothing, so that requests are not logged."""

    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(few.site))) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()
