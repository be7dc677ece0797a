"""Finds rows that overlap with data that a model is to be tested on.

A row overlaps if a function or an IR text has the same structure, or if the sources share many n-grams of tokens. IR is
not compared by n-grams, because generated texts have much in common.
"""

import ast
import json
import re
import zlib
from array import array
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast

import numpy as np

from synthesis.core.errors import ConfigError, TargetError
from synthesis.core.identity.python import structure_hash
from synthesis.core.languages import CPP, HLO, JAXPR, MLIR, ir_structure_hash
from synthesis.dataset.storage.rows import Row
from synthesis.dataset.storage.tables import TableError, read_texts

RUN = 13
"""Number of tokens in an n-gram, a common choice for checks of training data against test data."""
SHARE = 0.5
"""Minimum share of a source's n-grams that occur in the other data for the row to overlap."""
_TOKEN = re.compile(r"\w+|[^\w\s]")
_SUFFIXES = (".py", ".ipynb", ".json", ".jsonl", ".parquet", ".txt", ".md", ".cpp", ".cu", ".mlir", ".hlo", ".jaxpr")
_LARGEST = 1 << 28
_MARKS = (("stablehlo.", MLIR), ("HloModule ", HLO), ("{ lambda ", JAXPR), ("wp::", CPP))
"""A substring that occurs in texts of one language only, and the language."""


class Reference:
    """External data: a file, a folder, or an installed package.

    Args:
        path: the path, or the name of the package.

    Raises:
        ConfigError: if there is no such file, folder or package, or it holds no text.
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._structures = set[str]()
        runs = array("Q")
        texts = 0
        digest = 0
        for text in _texts_of(path):
            texts += 1
            digest = zlib.crc32(text.encode(), digest)
            runs.extend(_runs_of(text).tolist())
            self._structures.update(_structures_of(text), _ir_structures_of(text))
        if not texts:
            raise ConfigError(f"against: no texts in {path}; files with {', '.join(_SUFFIXES)} are read")
        self._runs: Any = np.unique(np.array(runs, np.uint64))
        self.digest = f"{texts}-{digest:08x}"
        """The digest of the data's texts."""

    def find(self, row: Row) -> str | None:
        """Return a description of what a row shares with the data; None if it shares nothing."""
        if not self._structures.isdisjoint(_structures_of(row.source)):
            return "a function of the same structure"
        for name, text in row.texts.items():
            if text is not None and not self._structures.isdisjoint(_ir_structures_of(text)):
                return f"a text of the structure of its {name}"
        runs = np.unique(_runs_of(row.source))
        if len(runs) and (share := float(np.isin(runs, self._runs).mean())) >= SHARE:
            return f"{share:.0%} of its source's runs of {RUN} tokens"
        return None


def _runs_of(text: str) -> Any:
    """Return the hashes of the n-grams of tokens of a text; empty if it is shorter than one."""
    words = np.array([zlib.crc32(token.encode()) for token in _TOKEN.findall(text)], np.uint64)
    if len(words) < RUN:
        return np.array([], np.uint64)
    hashes = np.zeros(len(words) - RUN + 1, np.uint64)
    for at in range(RUN):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + words[at : at + len(hashes)]
        hashes ^= hashes >> np.uint64(29)
    return hashes


def _structures_of(text: str) -> Iterator[str]:
    """Yield the structure hashes of a text's functions that have more than one statement."""
    try:
        tree = ast.parse(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef) and len(node.body) > 1:
            yield structure_hash(ast.unparse(node))


def _ir_structures_of(text: str) -> Iterator[str]:
    """Yield the structure hash of an IR text, whose language is recognised by a substring; nothing for other text."""
    for mark, language in _MARKS:
        if mark in text:
            yield ir_structure_hash(text, language)
            return


def _texts_of(path: str) -> Iterator[str]:
    """Yield the texts of a file, of the files of a folder, or of an installed package.

    Raises:
        ConfigError: if it does not exist, or a file cannot be read.
    """
    for file in files_of(path):
        try:
            yield from _texts_in(file)
        except (OSError, ValueError, RecursionError, TableError) as error:
            raise ConfigError(f"against: cannot read {file}: {error}") from error


def files_of(path: str) -> Sequence[Path]:
    """Return the files of external data: a file, those in a folder, or those of an installed package.

    Raises:
        ConfigError: if it does not exist.
    """
    place = Path(path)
    if place.is_file():
        return [place]
    if not place.is_dir():
        place = _package_of(path)
    return sorted(each for each in place.rglob("*") if each.suffix in _SUFFIXES and each.is_file())


def _package_of(name: str) -> Path:
    """Return the folder of an installed package without importing it.

    Raises:
        ConfigError: if there is no such package.
    """
    from importlib.machinery import PathFinder

    found = PathFinder.find_spec(name) if name.isidentifier() else None
    if found is None or not found.submodule_search_locations:
        raise ConfigError(f"against: no file, folder or installed package {name!r}")
    return Path(next(iter(found.submodule_search_locations)))


def _texts_in(file: Path) -> Iterator[str]:
    """Yield the texts of a file: its whole content, or the strings in its records."""
    if file.suffix == ".parquet":
        yield from read_texts(file)
        return
    if file.stat().st_size > _LARGEST:
        raise TargetError(f"it has more than {_LARGEST >> 20} MiB")
    content = file.read_text(encoding="utf-8", errors="replace")
    if file.suffix in (".json", ".ipynb"):
        yield from _strings_of(json.loads(content))
    elif file.suffix == ".jsonl":
        for line in content.splitlines():
            yield from _strings_of(json.loads(line) if line.strip() else None)
    else:
        yield content


def _strings_of(value: Any) -> Iterator[str]:
    """Yield all strings in a JSON value. A list of strings is joined, as a list of lines."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        items = cast(list[Any], value)
        if items and all(isinstance(each, str) for each in items):
            yield "".join(items)
        else:
            for each in items:
                yield from _strings_of(each)
    elif isinstance(value, dict):
        entries = cast(dict[str, Any], value)
        for each in entries.values():
            yield from _strings_of(each)
