"""A check that a source does no more than define a kernel when it is executed.

An untrusted source is executed to remake its row, and the same process computes the expected results of its texts. A
source that changes a library, or counts how often it was traced, could make that process report any result. So a row is
verified only if its source is plain: it imports modules for computation, defines functions, and calls only names that
it may use. The allowed names are listed in ``plain_names.py``. ``plain_definitions.py`` has the rules for module-level
statements, and ``plain_bodies.py`` those for functions and expressions. The bodies of Warp's kernels and functions are
only read, not executed, so assignments in them are free. Arguments of ``wp.static`` follow the same rules as all other
code.
"""

import ast
import warnings
from collections.abc import Collection

from synthesis.frontends.plain_bodies import Rules
from synthesis.frontends.plain_refusals import MoreError, PassedOnError

_DEEPEST = 150


def more_than_a_kernel(source: str, trusted: Collection[str] = ()) -> str | None:
    """Return a description, with its line, of a construct that could do more than define a kernel.

    The result is None if there is none, or if the source is not Python.

    The source is not executed. Modules that it names are imported if they are on the list of modules for computation.

    Args:
        source: Python source.
        trusted: top-level packages that may be used with everything in them. They are imported too.
    """
    try:
        _check(source, trusted)
    except SyntaxError:
        return None
    except ValueError:
        return "line 1: it contains null characters"
    except (RecursionError, MemoryError):
        return "line 1: it is nested too deeply to be checked"
    except MoreError as more:
        return f"line {more.line}: {more.what}"
    return None


def passed_on(source: str, trusted: Collection[str] = ()) -> str | None:
    """Return the mutable module variable that a function passes on, if the source is refused for this; else None."""
    try:
        _check(source, trusted)
    except PassedOnError as more:
        return more.name
    except (SyntaxError, ValueError, RecursionError, MemoryError, MoreError):
        return None
    return None


def _check(source: str, trusted: Collection[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        module = ast.parse(source)
    _check_depth(module)
    Rules(module, frozenset(trusted)).check()


def _check_depth(module: ast.Module) -> None:
    level: list[ast.AST] = [module]
    for _ in range(_DEEPEST):
        level = [child for node in level for child in ast.iter_child_nodes(node)]
        if not level:
            return
    raise RecursionError
