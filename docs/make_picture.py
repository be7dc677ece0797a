"""Makes docs/explorer.png: a pair's page on the site of the samples, as the README shows it.

python docs/make_picture.py [SITE]

SITE is the site of the samples that ``make samples`` writes, by default build/site. Needs Chromium. The picture has a
palette of 256 colours, which is enough for a page and a third of the bytes.
"""

import base64
import shutil
import struct
import sys
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, Page, sync_playwright

PICTURE = Path(__file__).with_name("explorer.png")
WIDTH, HEIGHT = 1280, 800
COLOURS = 256
SEARCH, LEVEL = "category=particles&level=cuda_backward", "cuda_forward"
"""The first of these, at this level, with a line in its middle marked."""
Pixels = npt.NDArray[np.uint8]


def opened(browser: Browser, address: str) -> Page:
    """A page of the site, when it is shown."""
    page = browser.new_page(viewport={"width": WIDTH, "height": HEIGHT}, color_scheme="light")
    page.goto(address)
    page.wait_for_selector("html[data-shown]", state="attached")
    return page


def pair_picture(browser: Browser, site: str) -> Pixels:
    """A pair with a line of it and what belongs to that marked."""
    page = opened(browser, f"{site}#/pairs?{SEARCH}")
    page.locator(".space .row").first.click()
    page.wait_for_selector(".pane.py .line.mapped")
    page.get_by_role("tab", name=LEVEL).click()
    lines = page.locator(".pane.py .line.mapped")
    lines.nth(lines.count() // 2).click()
    page.wait_for_timeout(500)
    return pixels_of(page)


def pixels_of(page: Page) -> Pixels:
    """What a page looks like, by the browser's own reading of its picture."""
    reader = page.context.browser
    assert reader is not None
    blank = reader.new_page()
    found: Any = blank.evaluate(
        """async picture => {
            const bitmap = await createImageBitmap(await (await fetch(`data:image/png;base64,${picture}`)).blob());
            const canvas = new OffscreenCanvas(bitmap.width, bitmap.height);
            const context = canvas.getContext("2d");
            context.drawImage(bitmap, 0, 0);
            const { data } = context.getImageData(0, 0, bitmap.width, bitmap.height);
            let text = "";
            for (let at = 0; at < data.length; at += 30000) {
                text += String.fromCharCode(...data.subarray(at, at + 30000));
            }
            return btoa(text);
        }""",
        base64.b64encode(page.screenshot()).decode(),
    )
    blank.close()
    return np.frombuffer(base64.b64decode(found), np.uint8).reshape(HEIGHT, WIDTH, 4)[:, :, :3]


def reduced(pixels: Pixels) -> tuple[Pixels, npt.NDArray[np.uint8]]:
    """A picture as numbers of colours, and these: the most frequent ones; of any other the nearest is taken."""
    packed = pixels.astype(np.uint32) @ np.array([1 << 16, 1 << 8, 1], np.uint32)
    found, places, counts = np.unique(packed, return_inverse=True, return_counts=True)
    kept = np.sort(found[np.argsort(-counts, kind="stable")[:COLOURS]])
    colours = np.stack([kept >> 16, (kept >> 8) & 255, kept & 255], axis=1)
    every = np.stack([found >> 16, (found >> 8) & 255, found & 255], axis=1).astype(np.int64)
    nearest = np.array(
        [int(np.argmin(((colours.astype(np.int64) - each) ** 2).sum(axis=1))) for each in every], np.uint8
    )
    return nearest[places].reshape(pixels.shape[:2]), colours.astype(np.uint8)


def png_of(numbers: Pixels, colours: npt.NDArray[np.uint8]) -> bytes:
    """A PNG file with a palette."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    height, width = numbers.shape
    rows = b"".join(b"\0" + row.tobytes() for row in numbers)
    head = struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)
    parts = (chunk(b"IHDR", head), chunk(b"PLTE", colours.tobytes()), chunk(b"IDAT", zlib.compress(rows, 9)))
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts) + chunk(b"IEND", b"")


def main() -> None:
    """Write the picture."""
    site = Path(sys.argv[1] if len(sys.argv) > 1 else "build/site").resolve() / "index.html"
    with sync_playwright() as tool:
        browser = tool.chromium.launch(executable_path=shutil.which("chromium"), args=["--no-sandbox"])
        picture = png_of(*reduced(pair_picture(browser, site.as_uri())))
        browser.close()
    PICTURE.write_bytes(picture)


if __name__ == "__main__":
    main()
