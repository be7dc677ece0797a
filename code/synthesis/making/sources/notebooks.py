"""Jupyter notebooks as modules: their code cells, one after the other, as ``Run all`` would run them."""

import json
import linecache
import re
from pathlib import Path
from types import ModuleType
from typing import Any

from synthesis.core.errors import TargetError

SUFFIX = ".ipynb"
_OF_PYTHON = ("%%time", "%%timeit", "%%capture", "%%prun")
"""Magics of a cell whose body is Python all the same."""
_NOT_PYTHON = re.compile(r"\s*(?:[%!?]|[\w.\[\], ]+=\s*[%!]\s*\w|[\w.]+\?{1,2}\s*$)")
"""A line for IPython: a magic, a command of the shell, what either gives, a question."""


def source_of(path: Path) -> str:
    """The code of a notebook as the text of a module; a line for IPython alone does nothing in it.

    Raises:
        TargetError: if it is none.
    """
    try:
        document: Any = json.loads(path.read_text(encoding="utf-8"))
        cells = [each for each in document["cells"] if each["cell_type"] == "code"]
        texts = ["".join(each["source"]) for each in cells]
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise TargetError(f"{path} is no notebook of format 4: {error}") from error
    return "\n\n".join(_python_of(text) for text in texts) + "\n"


def run_notebook(path: Path, module: ModuleType) -> None:
    """Run a notebook's code in a module; what it shows is dropped. ``inspect`` knows its lines.

    Raises:
        TargetError: if it is no notebook.
        Exception: whatever the code raises.
    """
    source = source_of(path)
    name = str(path)
    # Without a time of change nobody looks for newer lines in the file, which has others.
    linecache.cache[name] = (len(source), None, source.splitlines(keepends=True), name)
    module.__dict__["display"] = _show_nothing
    exec(compile(source, name, "exec"), module.__dict__)  # noqa: S102 (the user's own, as an import would)


def _show_nothing(*_: object, **__: object) -> None:
    """What ``display`` is outside of a notebook."""


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
