"""Types of values, read from their text. Layouts are skipped: they do not change values."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from types import MappingProxyType
from typing import Any

import ml_dtypes
import numpy as np

from synthesis.frontends.triton.texts.errors import Limits, TextError
from synthesis.frontends.triton.texts.scanner import Scanner

DType = np.dtype[Any]

ELEMENTS: Mapping[str, DType] = MappingProxyType(
    {
        name: np.dtype(dtype)
        for name, dtype in {
            "i1": np.bool_,
            "i8": np.int8,
            "i16": np.int16,
            "i32": np.int32,
            "i64": np.int64,
            "index": np.int64,
            "f16": np.float16,
            "bf16": ml_dtypes.bfloat16,
            "f32": np.float32,
            "f64": np.float64,
            "f8E4M3FN": ml_dtypes.float8_e4m3fn,
            "f8E5M2": ml_dtypes.float8_e5m2,
            "f8E4M3FNUZ": ml_dtypes.float8_e4m3fnuz,
            "f8E5M2FNUZ": ml_dtypes.float8_e5m2fnuz,
        }.items()
    }
)
"""The NumPy type of each element type."""


_NOTHING = np.dtype(np.void)


class Kind(Enum):
    """The kind of a value."""

    NUMBER = "number"
    POINTER = "pointer"
    DESCRIPTOR = "tensor descriptor"
    LOCAL = "local memory"
    TOKEN = "token"  # noqa: S105 - a type of values


@dataclass(frozen=True, slots=True)
class Type:
    """The type of a value."""

    kind: Kind
    element: str = ""
    """The element type as written; for a pointer, the type that it points to."""
    shape: tuple[int, ...] | None = None
    """The shape of a block; None for a scalar."""

    @property
    def dtype(self) -> DType:
        """The NumPy type of the elements, or of the elements that a pointer points to."""
        return ELEMENTS.get(self.element, _NOTHING)

    @property
    def dimensions(self) -> tuple[int, ...]:
        """The shape; empty for a scalar."""
        return self.shape or ()

    @property
    def is_float(self) -> bool:
        """Whether the elements are floating-point numbers."""
        return self.kind is Kind.NUMBER and self.element[0] in "fb"

    @property
    def is_integer(self) -> bool:
        """Whether the elements are integers, including i1."""
        return self.kind is Kind.NUMBER and self.element[0] == "i"

    @property
    def bits(self) -> int:
        """The number of bits of an element."""
        return 1 if self.element == "i1" else self.dtype.itemsize * 8

    @property
    def size(self) -> int:
        """The number of elements; 1 for a scalar."""
        return math.prod(self.dimensions)

    @property
    def scalar(self) -> "Type":
        """The type of one element."""
        return Type(self.kind, self.element)

    def of(self, element: str) -> "Type":
        """Return the type of numbers with another element type and the same shape."""
        return Type(Kind.NUMBER, element, self.shape)

    def __str__(self) -> str:
        inner = f"!tt.ptr<{self.element}>" if self.kind is Kind.POINTER else self.element or self.kind.value
        if self.shape is None:
            return inner
        name = {Kind.DESCRIPTOR: "!tt.tensordesc", Kind.LOCAL: "!ttg.memdesc"}.get(self.kind, "tensor")
        return f"{name}<{'x'.join(map(str, self.shape))}x{inner}>"


TOKEN = Type(Kind.TOKEN)
BOOL = Type(Kind.NUMBER, "i1")


class TypeReader:
    """A reader of types at a scanner's position. The same text gives the same object."""

    def __init__(self, scanner: Scanner, limits: Limits) -> None:
        self._scanner = scanner
        self._limits = limits
        self._known: dict[str, Type] = {}

    def read(self, elided: Kind | None = None) -> Type:
        """Return the type at the scanner's position and move past it.

        Args:
            elided: the kind of a type whose name is omitted before its angle bracket, as in ``<f32>``.

        Raises:
            TextError: for a type that no value of a Triton kernel has.
        """
        text = self._scanner.type_text()
        known = self._known.get(text)
        if known is None or text.startswith("<"):
            known = self._known[text] = self._parsed(text, elided)
        return known

    def _parsed(self, text: str, elided: Kind | None) -> Type:
        if text in ELEMENTS:
            return Type(Kind.NUMBER, text)
        if text.startswith("<"):
            prefix = {Kind.POINTER: "!tt.ptr", Kind.DESCRIPTOR: "!tt.tensordesc", Kind.LOCAL: "!ttg.memdesc"}
            if elided not in prefix:
                raise self._scanner.error(f"a type without a name: {text}")
            text = prefix[elided] + text
        name, _, inner = text.partition("<")
        inner = inner.removesuffix(">")
        if name == "tensor":
            return self._block(inner, Kind.NUMBER)
        if name == "!tt.ptr":
            pointee = inner.partition(",")[0].strip()
            return Type(Kind.POINTER, self._element(pointee))
        if name == "!tt.tensordesc":
            return self._block(inner.removeprefix("tensor<"), Kind.DESCRIPTOR)
        if name == "!ttg.memdesc":
            return self._block(inner, Kind.LOCAL)
        if text == "!ttg.async.token":
            return TOKEN
        raise self._scanner.error(f"unknown type {text[:80]!r}")

    def _block(self, inner: str, kind: Kind) -> Type:
        dimensions: list[int] = []
        rest = inner.partition(",")[0].strip().removesuffix(">") if "!tt.ptr" not in inner else inner
        while rest[:1].isdigit():
            number, cross, rest = rest.partition("x")
            if not cross or not number.isdecimal() or len(number) > 12:
                raise self._scanner.error(f"a shape that cannot be read: {inner[:80]!r}")
            dimensions.append(int(number))
        size = math.prod(dimensions)
        if size > self._limits.elements or len(dimensions) > self._limits.nesting:
            raise self._scanner.error(f"a block of {size} elements; at most {self._limits.elements} are allowed")
        if size == 0:
            raise self._scanner.error("a block without elements")
        if rest.startswith("!tt.ptr<") and kind is Kind.NUMBER:
            pointee = rest.removeprefix("!tt.ptr<").partition(">")[0].partition(",")[0].strip()
            return Type(Kind.POINTER, self._element(pointee), tuple(dimensions))
        return Type(kind, self._element(rest), tuple(dimensions))

    def _element(self, text: str) -> str:
        plain = text[1:] if text[:2] in ("si", "ui") else text
        if plain not in ELEMENTS:
            raise self._scanner.error(f"unknown element type {text[:80]!r}")
        return plain


def problem_with(line: int, expected: Type, given: Type, what: str) -> TextError:
    """Return the error for a value of a wrong type."""
    return TextError(line, f"{what} has the type {given}, not {expected}")
