"""Loads Jupyter notebooks as modules: their code cells in order, as ``Run all`` would run them."""

import json
import linecache
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from synthesis.core.errors import TargetError

SUFFIX = ".ipynb"
_OF_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Cell magics whose cells are still Python code."""
_NOT_PYTHON = re.compile(r"\s*(?:[%!?]|[\w.\[\], ]+=\s*[%!]\s*\w|[\w.]+\?{1,2}\s*$)")
"""Matches a line that only IPython can run: a magic, a shell command, an assignment from one, or a help request."""


def source_of(path: Path) -> str:
    """Return the code of a notebook as the text of a module. Lines that only IPython can run become ``pass``.

    Raises:
        TargetError: if the file is not a notebook.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        cells = [each for each in document["cells"] if each["cell_type"] == "code"]
        texts = ["".join(each["source"]) for each in cells]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TargetError(f"{path} is not a notebook of format 4: {error}") from error
    return "\n\n".join(_python_of(text) for text in texts) + "\n"


def run_notebook(path: Path, module: ModuleType) -> None:
    """Run a notebook's code in a module. Displayed output is dropped, and ``inspect`` can find the source lines.

    Raises:
        TargetError: if the file is not a notebook.
        Exception: whatever the code raises.
    """
    source = source_of(path)
    name = str(path)
    # With no modification time, linecache does not reload the lines from the file, which has different ones.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module.__dict__["display"] = _show_nothing
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 (the user's own, as an import would)


def _show_nothing(*_: object, **__: object) -> None:
    """Do nothing. This replaces ``display`` outside of a notebook."""


def _python_of(cell: str) -> str:
    first = cell.lstrip().partition("\n")[0]
    if first.startswith("%%") and not first.startswith(_OF_PYTHON):
        return "\n".join(f"# {line}" for line in cell.splitlines())
    return "\n".join(_python_line(line) for line in cell.splitlines())


def _python_line(line: str) -> str:
    if not _NOT_PYTHON.match(line):
        return line
    indent = line[: len(line) - len(line.lstrip())]
    return f"{indent}pass  # {line.strip()}"
