"""The types of the values inside a drawn kernel, the same for both front ends."""

from dataclasses import dataclass

FLOATS = ("float16", "bfloat16", "float32", "float64")
HALVES = ("float16", "bfloat16")
"""Formats of 16 bits, of which a few roundings leave little."""


@dataclass(frozen=True, slots=True)
class Type:
    """A scalar type and a shape: ``()`` is a number, ``(3,)`` a vec3 or a vector, ``(2, 2)`` a mat22 or a matrix."""

    dtype: str
    shape: tuple[int, ...] = ()

    @property
    def is_float(self) -> bool:
        """Whether the scalar is a floating point number."""
        return self.dtype in FLOATS

    @property
    def rank(self) -> int:
        """The number of dimensions."""
        return len(self.shape)

    def with_shape(self, shape: tuple[int, ...]) -> "Type":
        """The same scalar in another shape."""
        return Type(self.dtype, shape)
