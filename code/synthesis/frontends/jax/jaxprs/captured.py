"""The arrays that a jaxpr captures, as text before it.

JAX prints the names and types of such arrays, and not what they hold. Here each has a definition of its own, in front
of those that JAX prints of functions, and written as JAX writes numbers::

    let a = [0.5, 1.5]:f32[2] in
    { lambda a:f32[2]; b:f32[2]. let c:f32[2] = add b a in (c,) }
"""

import contextlib
import re
from collections.abc import Mapping, Sequence
from types import SimpleNamespace
from typing import Any

import numpy as np

from synthesis.frontends.jax.graphs import Graph, Shaped, is_whole

_NUMBER = re.compile(r"\([^()\s]+\)|[^\s\[\],()]+")
_TRUTHS = {"True": True, "False": False}
MOST = 4096
"""Numbers that a text may show of all its arrays together."""
_WIDTH = 100


def captured_by(closed: Any, printed: Graph) -> dict[str, tuple[str, Any]] | None:
    """The arrays that a closed jaxpr and those inside it capture: by name, the type as it is printed, and the array.

    None if one name stands for several.

    Args:
        closed: the live jaxpr.
        printed: what its text says.
    """
    walk = _Walk()
    walk.pair(printed, closed)
    return walk.found if walk.is_clear else None


class _Walk:
    """Goes through a live jaxpr and what its text says of it, side by side."""

    def __init__(self) -> None:
        self.found: dict[str, tuple[str, Any]] = {}
        self.is_clear = True
        self._seen = set[tuple[int, ...]]()

    def pair(self, printed: Any, live: Any) -> None:
        """Look at a parameter, or at a part of one."""
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
    """The lines that define captured arrays; None if there are too many numbers, or something else than numbers.

    Args:
        arrays: by the name that the jaxpr gives them, the type as it prints that (``f32[2,3]``), and what they hold.
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
    """A captured array, from what a text says of it: a number, or numbers in brackets for every dimension.

    Raises:
        ValueError: if the numbers are of another shape than the type, or are none of its kind.
    """
    if kind.dtype is None:
        raise ValueError("a random key is no number")
    numbers = _NUMBER.findall(words)
    if "".join(_NUMBER.sub("#", words).split()) != _brackets(kind.shape):
        raise ValueError(f"numbers that are not of the shape {list(kind.shape)}")
    values = [_number(each, kind.dtype) for each in numbers]
    with contextlib.suppress(OverflowError):
        made = np.array(values, dtype=kind.dtype).reshape(kind.shape)
        if not is_whole(kind.dtype) or [int(each) for each in made.ravel()] == values:
            return made
    raise ValueError(f"a number that {kind.dtype} cannot hold")


def _number(word: str, dtype: np.dtype[Any]) -> Any:
    if dtype.kind == "b":
        if word not in _TRUTHS:
            raise ValueError(f"{word} is no truth value")
        return _TRUTHS[word]
    if is_whole(dtype):
        return int(word)
    return complex(word) if dtype.kind == "c" else float(word)


def _brackets(shape: Sequence[int]) -> str:
    """How an array of a shape is written, with a mark for each number."""
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
    return str(numbers.astype(wide).tolist())  # NumPy has no words for the formats of ml_dtypes


def _wrapped(line: str) -> list[str]:
    """A definition in lines of a moderate length, broken after commas."""
    lines, now = list[str](), ""
    for part in line.split(" "):
        if now and len(now) + 1 + len(part) > _WIDTH and now.endswith(","):
            lines.append(now)
            now = "    " + part
        else:
            now = f"{now} {part}" if now else part
    return [*lines, now]
