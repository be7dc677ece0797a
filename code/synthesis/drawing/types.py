"""The types of values in drawn kernels, shared by all front ends."""

from dataclasses import dataclass

FLOATS = ("float16", "bfloat16", "float32", "float64")
HALVES = ("float16", "bfloat16")
"""Formats of 16 bits, in which a few roundings lose most of the precision."""


@dataclass(frozen=True, slots=True)
class Type:
    """A scalar type and a shape: ``()`` is a number, ``(3,)`` a vec3 or a vector, ``(2, 2)`` a mat22 or a matrix."""

    dtype: str
    shape: tuple[int, ...] = ()

    @property
    def is_float(self) -> bool:
        """Whether the scalar is floating-point."""
        return self.dtype in FLOATS

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def with_shape(self, shape: tuple[int, ...]) -> "Type":
        """Return the same scalar type with another shape."""
        return Type(self.dtype, shape)
