"""The reader of attributes: numbers, strings, lists, dictionaries and constants."""

from typing import Any

import numpy as np

from synthesis.frontends.triton.texts.errors import Limits
from synthesis.frontends.triton.texts.scanner import Scanner
from synthesis.frontends.triton.texts.types import BOOL, Kind, Type, TypeReader

Array = np.ndarray[Any, Any]
Attribute = Any
"""An int, float, bool, str, list or dict of attributes, or an array of a dense constant."""


_Nested = str | list["_Nested"]
"""The numbers of a constant as written, in lists for each axis."""


class AttributeReader:
    """A reader of attributes at a scanner's position."""

    def __init__(self, scanner: Scanner, types: TypeReader, limits: Limits) -> None:
        self._scanner = scanner
        self._types = types
        self._limits = limits

    def dictionary(self, opening: str = "{", closing: str = "}", depth: int = 0) -> dict[str, Attribute]:
        """Return the attributes between two brackets. A name without a value is True.

        Raises:
            TextError: if they cannot be read, or are nested too deeply.
        """
        scanner = self._scanner
        scanner.expect(opening)
        found: dict[str, Attribute] = {}
        while not scanner.accept(closing):
            name = scanner.string() if scanner.sees('"') else scanner.word()
            if name in found:
                raise scanner.error(f"the attribute {name} is given twice")
            found[name] = self.value(depth + 1) if scanner.accept("=") else True
            if not scanner.accept(","):
                scanner.expect(closing)
                break
        return found

    def value(self, depth: int = 0) -> Attribute:
        """Return the attribute at the position, without its type."""
        scanner = self._scanner
        if depth > self._limits.nesting:
            raise scanner.error("attributes are nested too deeply")
        first = scanner.text[scanner.position : scanner.position + 1]
        found: Attribute
        if first == '"':
            found = scanner.string()
        elif first == "[":
            found = self._list("[", "]", depth)
        elif first == "{":
            found = self.dictionary(depth=depth)
        elif first == "@":
            found = scanner.symbol()
        elif first == "#":
            found = self._named()
        elif first.isdigit() or first == "-":
            return self._number()
        elif scanner.accept("array"):
            scanner.expect("<")
            scanner.type_text()
            scanner.accept(":")
            return self._list("", ">", depth)
        elif scanner.accept("true"):
            return True
        elif scanner.accept("false"):
            return False
        elif scanner.accept("unit"):
            return True
        elif scanner.sees("dense"):
            return self.constant()[0]
        else:
            found = scanner.type_text()
        return found

    def _named(self) -> str:
        scanner = self._scanner
        scanner.expect("#")
        name = scanner.word()
        return f"#{name}{scanner.balanced() if scanner.sees('<') else ''}"

    def _list(self, opening: str, closing: str, depth: int) -> list[Attribute]:
        scanner = self._scanner
        if opening:
            scanner.expect(opening)
        found: list[Attribute] = []
        while not scanner.accept(closing):
            found.append(self.value(depth + 1))
            if not scanner.accept(","):
                scanner.expect(closing)
                break
        return found

    def _number(self) -> int | float:
        text = self._scanner.number()
        kind = None
        if self._scanner.accept(":"):
            kind = self._types.read()
        return _plain(text, kind is not None and kind.is_float)

    def constant(self) -> tuple[Array, Type]:
        """Return the constant at the position, and its type. A splat has length 1 along each axis."""
        scanner = self._scanner
        if not scanner.accept("dense"):
            word = scanner.word() if scanner.sees("true") or scanner.sees("false") else scanner.number()
            if word in ("true", "false") and not scanner.sees(":"):
                return np.asarray(word == "true"), BOOL
            scanner.expect(":")
            scalar = self._types.read()
            if scalar.shape is not None:
                raise scanner.error(f"a scalar constant of the type {scalar}")
            return np.asarray(self._element(word, scalar)), scalar
        scanner.expect("<")
        written = self._written(0)
        scanner.expect(">")
        scanner.expect(":")
        given = self._types.read()
        if given.kind is not Kind.NUMBER or given.shape is None:
            raise scanner.error(f"a dense constant of the type {given}")
        if isinstance(written, str):
            return np.full((1,) * len(given.shape), self._element(written, given), given.dtype), given
        return self._nested(written, given), given

    def _nested(self, written: "list[_Nested]", given: Type) -> Array:
        flat: list[str] = []
        shape = _flattened(written, flat)
        if shape != given.shape:
            raise self._scanner.error(f"a constant of the shape {shape} for the type {given}")
        return np.array([self._element(each, given) for each in flat], given.dtype).reshape(shape)

    def _written(self, depth: int) -> "_Nested":
        scanner = self._scanner
        if depth > self._limits.nesting:
            raise scanner.error("a constant is nested too deeply")
        if not scanner.accept("["):
            return scanner.word() if scanner.sees("true") or scanner.sees("false") else scanner.number()
        found: list[_Nested] = []
        while not scanner.accept("]"):
            found.append(self._written(depth + 1))
            if not scanner.accept(","):
                scanner.expect("]")
                break
        return found

    def _element(self, text: str, kind: Type) -> Any:
        """Return one element of a constant. A hexadecimal number gives the bits of a floating-point number."""
        dtype = kind.dtype
        if kind.kind is not Kind.NUMBER:
            raise self._scanner.error(f"a constant of the type {kind}")
        if text in ("true", "false"):
            return dtype.type(text == "true")
        bits = dtype.itemsize * 8
        if kind.is_float and not text.startswith("0x"):
            return np.float64(text).astype(dtype)
        if not kind.is_float and not text.lstrip("-+").removeprefix("0x").isalnum():
            raise self._scanner.error(f"{text} is no integer")
        number = _plain(text, False)
        if not isinstance(number, int) or not -(1 << (bits - 1)) <= number < 1 << bits:
            raise self._scanner.error(f"{text} does not fit into {kind.scalar}")
        if kind.element == "i1":
            return np.bool_(number & 1)
        return np.array(number % (1 << bits), f"u{dtype.itemsize}").view(dtype)[()]


def _plain(text: str, as_float: bool) -> int | float:
    if text.lstrip("-+").startswith("0x"):
        return int(text, 16)
    if as_float or "." in text or "e" in text or "E" in text:
        return float(text)
    return int(text)


def _flattened(written: "list[_Nested]", into: list[str]) -> tuple[int, ...]:
    """Append the elements of nested lists to a list, and return their shape; empty if the lengths differ."""
    if not isinstance(written[0] if written else None, list):
        into.extend(each for each in written if isinstance(each, str))
        return (len(written),) if all(isinstance(each, str) for each in written) else ()
    shapes = {_flattened(each, into) if isinstance(each, list) else () for each in written}
    shape = shapes.pop()
    return (len(written), *shape) if not shapes and shape else ()
