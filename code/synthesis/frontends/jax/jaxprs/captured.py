"""The arrays that a jaxpr captures, written as definitions before its text and read back from there.

JAX prints only the names and types of such arrays. Here each array has a definition, which precedes JAX's definitions
of functions and prints numbers as JAX does::

    let a = [0.5, 1.5]:f32[2] in
    { lambda a:f32[2]; b:f32[2]. let c:f32[2] = add b a in (c,) }
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.core.formats import is_whole
from synthesis.frontends.jax.graphs import Graph, Shaped

_NUMBER = re.compile(r"\([^()\s]+\)|[^\s\[\],()]+")
_TRUTHS = {"True": True, "False": False}
MOST = 4096
"""Maximum number of elements of all arrays together that a text shows."""
_WIDTH = 100


def captured_by(closed: Any, printed: Graph) -> dict[str, tuple[str, Any]] | None:
    """Return the printed types and values of the arrays that a closed jaxpr and its inner jaxprs capture, by name.

    Return None if one name refers to several arrays.

    Args:
        closed: the live jaxpr.
        printed: the graph of its text.
    """
    walk = _Walk()
    walk.pair(printed, closed)
    return walk.found if walk.is_clear else None


class _Walk:
    """A walk through a live jaxpr and the graph of its text in parallel, which collects captured arrays in ``found``.

    ``is_clear`` becomes False if one name refers to several arrays.
    """

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, Any]] = {}
        self.is_clear = True
        self._seen = set[tuple[int, ...]]()

    def pair(self, printed: Any, live: Any) -> None:
        """Collect the arrays that are captured in a parameter, or in a part of one.

        Args:
            printed: the parameter as parsed from the text.
            live: the same parameter of the live jaxpr.
        """
        if isinstance(printed, Graph):
            self._graph(printed, live)
        elif isinstance(printed, SimpleNamespace):
            for name, part in vars(printed).items():
                self.pair(part, getattr(live, name, None))
        else:
            several: Any = (
                (printed, live) if isinstance(printed, tuple) and isinstance(live, tuple | list) else ((), ())
            )
            for part, other in zip(*several, strict=False):
                self.pair(part, other)

    def _graph(self, printed: Graph, live: Any) -> None:
        arrays = tuple(getattr(live, "consts", ()))
        mark = id(printed), id(live), *map(id, arrays)
        inner = getattr(live, "jaxpr", live)
        if mark in self._seen or not hasattr(inner, "eqns"):
            return
        self._seen.add(mark)
        for name, variable, array in zip(printed.constants, inner.constvars, arrays, strict=bool(arrays)):
            known = self.found.setdefault(name, (variable.aval.str_short(short_dtypes=True), array))
            self.is_clear &= known[1] is array
        for equation, other in zip(printed.equations, inner.eqns, strict=True):
            for name, part in equation.parameters.items():
                self.pair(part, other.params.get(name))


def definitions(arrays: Mapping[str, tuple[str, Any]]) -> list[str] | None:
    """Return the lines that define captured arrays; None if they have too many or non-numeric elements.

    Args:
        arrays: for each name in the jaxpr, the type as it is printed (``f32[2,3]``) and the array.
    """
    if sum(np.size(array) for _, array in arrays.values()) > MOST:
        return None
    lines = list[str]()
    for name, (kind, array) in arrays.items():
        words = _words(array)
        if words is None:
            return None
        lines += _wrapped(f"let {name} = {words}:{kind} in")
    return lines


def array_of(words: str, kind: Shaped) -> Any:
    """Return a captured array from its text: a number, or numbers in nested brackets, one level per dimension.

    Raises:
        ValueError: if the numbers do not have the shape or the kind of the type.
    """
    if kind.dtype is None:
        raise ValueError("a random key is not a number")
    numbers = _NUMBER.findall(words)
    if "".join(_NUMBER.sub("#", words).split()) != _brackets(kind.shape):
        raise ValueError(f"numbers that do not have the shape {list(kind.shape)}")
    values = [_number(each, kind.dtype) for each in numbers]
    with contextlib.suppress(OverflowError):
        made = np.array(values, dtype=kind.dtype).reshape(kind.shape)
        if not is_whole(kind.dtype) or [int(each) for each in made.ravel()] == values:
            return made
    raise ValueError(f"a number that {kind.dtype} cannot hold")


def _number(word: str, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "b":
        if word not in _TRUTHS:
            raise ValueError(f"{word} is not a truth value")
        return _TRUTHS[word]
    if is_whole(dtype):
        return int(word)
    return complex(word) if dtype.kind == "c" else float(word)


def _brackets(shape: Sequence[int]) -> str:
    """Return the nested brackets of an array with a given shape, with a placeholder for each number."""
    inner = "#"
    for size in reversed(shape):
        inner = f"[{','.join([inner] * size)}]"
    return inner


def _words(array: Any) -> str | None:
    try:
        numbers = np.asarray(array)
    except TypeError:  # random keys
        return None
    if numbers.dtype.kind == "O":
        return None
    if numbers.dtype.kind in "biu":
        return str(numbers.tolist())
    wide = np.int64 if is_whole(numbers.dtype) else np.complex128 if numbers.dtype.kind == "c" else np.float64
    return str(numbers.astype(wide).tolist())  # NumPy cannot print the formats of ml_dtypes


def _wrapped(line: str) -> list[str]:
    """Return a definition as lines of moderate length, broken after commas."""
    lines, now = list[str](), ""
    for part in line.split(" "):
        if now and len(now) + 1 + len(part) > _WIDTH and now.endswith(","):
            lines.append(now)
            now = "    " + part
        else:
            now = f"{now} {part}" if now else part
    return [*lines, now]
