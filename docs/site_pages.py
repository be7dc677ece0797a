"""Hooks of MkDocs (mkdocs.yml): pages that are made when the site is built, and links that lead out of ``docs``.

``make docs`` runs it. Made pages are the README, CONTRIBUTING and CHANGELOG, the commands with their help, the public
Python names with their docstrings, a page for each table of ``benchmarks/``, and what ``make_gpu.py`` wrote.
"""

import posixpath
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
GPU_PAGE = ROOT / "build" / "docs-pages" / "gpu.md"
"""Where ``make docs`` has ``make_gpu.py`` write."""
ROOT_PAGES = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}
"""Files of the repository's root that are pages of the site."""
LINK = re.compile(r"(?<!!)\[(?P<text>(?:[^\[\]]|\[[^\]]*\])*)\]\((?P<target>[^)\s]+)\)")


def on_config(config: MkDocsConfig) -> MkDocsConfig:
    """List the findings, and the tables of measurements, in the navigation."""
    findings = sorted(path.name for path in (ROOT / "docs" / "findings").glob("[0-9]*.md"))
    listed = {
        "Findings": ["findings/README.md", *(f"findings/{name}" for name in findings)],
        "Measurements": [
            "reference/measurements.md",
            *({path.stem: f"measurements/{path.stem}.md"} for path in sorted((ROOT / "benchmarks").glob("*.txt"))),
        ],
    }
    pages: list[Any] = cast(Any, config).nav
    config["nav"] = [_with_lists(entry, listed) for entry in pages]
    return config


def _with_lists(entry: Any, listed: Mapping[str, list[Any]]) -> Any:
    """An entry of the navigation, whose title stands for a list of pages if ``listed`` names it."""
    if isinstance(entry, dict):
        titles = cast(dict[str, Any], entry)
        return {title: listed.get(title) or _with_lists(inside, listed) for title, inside in titles.items()}
    return [_with_lists(each, listed) for each in cast(list[Any], entry)] if isinstance(entry, list) else entry


def on_files(files: Files, config: MkDocsConfig) -> Files:
    """Add the pages that are made."""
    pages = {ROOT_PAGES[name]: (ROOT / name).read_text(encoding="utf-8") for name in ROOT_PAGES}
    tables = {path.stem: path.read_text(encoding="utf-8") for path in sorted((ROOT / "benchmarks").glob("*.txt"))}
    pages |= {f"measurements/{name}.md": f"# {name}\n\n```text\n{text}\n```\n" for name, text in tables.items()}
    pages["reference/measurements.md"] = _measurements(tables)
    pages["reference/commands.md"] = _commands()
    pages["reference/python.md"] = _python()
    pages["reference/gpu.md"] = GPU_PAGE.read_text(encoding="utf-8")
    for name, text in pages.items():
        files.append(File.generated(config, name, content=text))
    return files


def on_page_markdown(markdown: str, page: Page, config: MkDocsConfig, files: Files) -> str:
    """Lead links to the pages of the site; of a link to a file that is none, only the text stays."""
    del config
    source = next((name for name, made in ROOT_PAGES.items() if made == page.file.src_uri), f"docs/{page.file.src_uri}")

    def led(match: re.Match[str]) -> str:
        target, _, anchor = match["target"].partition("#")
        if not target or re.match(r"\w+:", target):
            return match[0]
        path = posixpath.normpath(posixpath.join(posixpath.dirname(source), target))
        uri = _page_of(path)
        if files.get_file_from_path(uri) is None:
            if not (ROOT / path).exists():
                return match[0]  # MkDocs complains of it
            return match["text"]
        relative = posixpath.relpath(uri, posixpath.dirname(page.file.src_uri) or ".")
        return f"[{match['text']}]({relative}{'#' if anchor else ''}{anchor})"

    parts = re.split(r"(^```.*?^```$)", markdown, flags=re.MULTILINE | re.DOTALL)
    parts[::2] = [LINK.sub(led, part).replace("](docs/explorer.png)", "](explorer.png)") for part in parts[::2]]
    return "".join(parts)


def _page_of(path: str) -> str:
    """The page of the site for a file of the repository, whether or not there is one."""
    if path in ROOT_PAGES:
        return ROOT_PAGES[path]
    if path.startswith("benchmarks/") and path.endswith(".txt"):
        return f"measurements/{Path(path).stem}.md"
    if path == "docs/findings":
        return "findings/README.md"
    return path.removeprefix("docs/")


def _measurements(tables: dict[str, str]) -> str:
    lines = ["# Measurements", "", "Tables of `benchmarks/`, each with its date and versions.", ""]
    for name, text in tables.items():
        title = next(line for line in text.splitlines() if line.strip()).strip()
        lines.append(f"- [{name}](../measurements/{name}.md): {title.rstrip(':')}")
    return "\n".join(lines) + "\n"


def _commands() -> str:
    from synthesis.cli import COMMANDS, app

    pages = ["# Commands\n", *(f"- [irsmith {name}](#irsmith-{name}): {told}" for name, told in COMMANDS.items()), ""]
    for name in COMMANDS:
        app[name].help = None  # all of the docstring, not its first line
    made: Any = app.generate_docs(output_format="markdown", recursive=True)
    sections = re.split(r"^(?=## )", str(made), flags=re.MULTILINE)
    told = {part.split()[2]: part for part in sections if part.startswith("## irsmith ")}
    return "\n".join([*pages, *(told[name] for name in COMMANDS)])


def _python() -> str:
    import synthesis

    names = [name for name in synthesis.__all__ if not name.startswith("__")]
    text = "Everything that `synthesis` exports. [From Python](../api.md) describes it by purpose."
    return f"# Classes and functions\n\n{text}\n" + "".join(f"\n::: synthesis.{name}\n" for name in names)
