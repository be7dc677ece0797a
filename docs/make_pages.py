"""Makes again what pages say that their commands print, and the pair of the samples that the tutorial shows.

    python docs/make_pages.py

A page's commands run in an empty folder, beside the program that the page writes down, in the order in which they
stand. A change of what is drawn changes what they print: run ``make samples`` first, as the pair is one of the samples.
"""

import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

DOCS = Path(__file__).parent
ROOT = DOCS.parent
README = ROOT / "README.md"
TUTORIAL = DOCS / "tutorial.md"
SAMPLES = ROOT / "data" / "samples"
PROTECTIONS = "limits, namespaces, read-only mounts, Landlock, seccomp"
CONSOLE = re.compile(r"(?<=```console\n).*?(?=```)", re.DOTALL)
PROGRAM = re.compile(r"(?<=```python\n).*?(?=```)", re.DOTALL)
CODE = re.compile(r"(?<=```cpp\n).*?(?=```)", re.DOTALL)
SHORT = range(18, 30)
"""Lines of a pair's Python that a page has room for."""
RECIPE, DIRECTION = "csr", "cpp_forward"
"""What the pair is drawn by, and the text that is shown of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A page whose commands are followed."""

    path: Path
    section: str = ""
    """The heading of the section that is followed; the whole page if there is none."""
    program: str = ""
    """The file that the one program of the page is written to, if it has one to follow."""
    quiet: bool = False
    """Whether what commands say on the side, progress and warnings, is left out."""
    followed: tuple[int, int | None] = (0, None)
    """The first command that is run, and the first after it that is not: the others install packages, or train."""

    def part(self) -> str:
        """What is followed of the page's text."""
        text = self.path.read_text(encoding="utf-8")
        if not self.section:
            return text
        start = text.index(self.section)
        return text[start : text.index("\n## ", start + 1)]


PAGES = (
    Page(path=TUTORIAL, section="## Five minutes", program="my_kernels.py"),
    Page(path=README, section="## First pairs"),
    Page(path=DOCS / "kernel_files.md"),
    Page(path=DOCS / "evaluation.md", program="sample.py", quiet=True),
    Page(path=DOCS / "recording.md", program="sand.py"),
    Page(path=DOCS / "training.md", quiet=True, followed=(1, -1)),
)


def commands(page: str) -> list[tuple[str, list[str]]]:
    """Each command of a page and the lines that it is said to print."""
    found: list[tuple[str, list[str]]] = []
    for block in CONSOLE.findall(page):
        for line in block.splitlines():
            if line.startswith("$ "):
                found.append((line[2:], []))
            else:
                found[-1][1].append(line.rstrip())
    return found


PROGRESS = re.compile(r"[a-z]+(?:, files)?: \d+(?:/\d+)?[, ].*\d:\d\d:\d\d, ")
"""A line of progress, which a slow machine prints."""


def printed(command: str, folder: Path) -> list[str]:
    """The lines that a shell prints for a command, with the commands of this environment on the path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "COLUMNS": "80", "LC_ALL": "C.UTF-8"}
    result = subprocess.run(
        ["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    # Which protections there are is the machine's.
    text = re.sub(r"(?<=sandbox: ).*", PROTECTIONS, result.stdout + result.stderr)
    lines = [line.rstrip() for line in text.splitlines() if not PROGRESS.match(line)]
    while lines and not lines[-1]:
        lines.pop()
    return lines


def follow(page: Page) -> str:
    """The page's text with what its commands print now."""
    part = page.part()
    with tempfile.TemporaryDirectory() as folder:
        if page.program:
            (program,) = PROGRAM.findall(part)
            (Path(folder) / page.program).write_text(program)
        numbers = range(len(commands(part)))
        followed, each = numbers[slice(*page.followed)], iter(numbers)
        made = CONSOLE.sub(lambda block: "".join(_blocks(block[0], page, each, followed, Path(folder))), part)
    return page.path.read_text(encoding="utf-8").replace(part, made)


def _blocks(block: str, page: Page, numbers: Iterator[int], followed: range, folder: Path) -> Iterator[str]:
    """The lines of a block again: each command with what it prints now, or with what is said if it is not run."""
    for text in re.split(r"^(?=\$ )", block, flags=re.MULTILINE):
        if not text:
            continue
        first, *said = text.splitlines()
        if next(numbers) in followed:
            kept = len(said) - len("\n".join(said).rstrip().splitlines())
            said = printed(f"{first[2:]} 2>/dev/null" if page.quiet else first[2:], folder) + [""] * kept
        yield "".join(f"{line}\n" for line in (first, *said))


def show_pair(text: str) -> str:
    """The tutorial's text with a pair of the samples, the one that it shows if that is still one of them."""
    samples = [json.loads(path.read_text(encoding="utf-8")) for path in sorted(SAMPLES.glob("warp/*.json"))]
    start = text.index("## A pair")
    section = text[start:]
    shown = PROGRAM.search(section)
    assert shown is not None
    name = re.search(r"^def (\w+)", shown[0], re.MULTILINE)
    kept = [each for each in samples if name and each["metadata"]["kernel_name"] == name[1]]
    fitting = [each for each in samples if each["metadata"]["recipe"] == RECIPE]
    short = [each for each in fitting if _is_short(each["python_source"])]
    sample = min(kept or short, key=lambda each: len(each[DIRECTION]))
    section = PROGRAM.sub(lambda _: sample["python_source"], section)
    section = CODE.sub(lambda _: sample[DIRECTION], section)
    section = re.sub(r"(?<=holds )\d+(?= of them)", str(len(list(SAMPLES.glob("*/*.json")))), section)
    return text[:start] + section


def count_samples(text: str) -> str:
    """The README's text with the numbers of samples."""
    for title in ("Warp", "JAX", "Triton"):
        count = len(list(SAMPLES.glob(f"{title.lower()}/*.json")))
        text = re.sub(rf"\d+(?=( pairs)? of {title}\b.*a site of them)", str(count), text)
    return text


def _is_short(source: str) -> bool:
    """Whether a page has room for a source: one kernel with a loop, and nothing beside it."""
    return len(source.splitlines()) in SHORT and source.count("\ndef ") == 1 and "\n    for " in source


if __name__ == "__main__":
    for path, made in ((TUTORIAL, show_pair), (README, count_samples)):
        path.write_text(made(path.read_text(encoding="utf-8")), encoding="utf-8")
    for each in PAGES:
        each.path.write_text(follow(each), encoding="utf-8")
