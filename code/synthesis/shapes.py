"""Array types as users type them: ``f32[4,8]``."""

import re
from dataclasses import dataclass

from synthesis.errors import ConfigError

_PATTERN = re.compile(r"(?P<dtype>[a-z]+\d*)(?:\[(?P<shape>[\d,\s]*)\])?")
_PREFIXES = {"f": "float", "i": "int", "u": "uint", "c": "complex", "bf": "bfloat"}


@dataclass(frozen=True, slots=True)
class ArrayType:
    """A scalar type by NumPy's name, and a shape. It stands for an array wherever only these two are looked at."""

    dtype: str
    shape: tuple[int, ...]


def parse_shape(text: str) -> ArrayType:
    """``f32[4,8]``, ``int32[3]`` or ``f32`` (a scalar) as an array type.

    Raises:
        ConfigError: if the text is none of these.
    """
    match = _PATTERN.fullmatch(text.strip())
    if match is None:
        raise ConfigError(f"cannot read {text!r} as a type and shape; expected something like f32[4,8], i32[3] or f32")
    letters = match["dtype"].rstrip("0123456789")
    bits = match["dtype"][len(letters) :]
    dtype = _PREFIXES.get(letters, letters) + bits
    known = {"bool", "bfloat16", *(f"float{n}" for n in (16, 32, 64)), "complex64", "complex128"}
    known |= {f"{sign}int{n}" for sign in ("", "u") for n in (8, 16, 32, 64)}
    if dtype not in known:
        raise ConfigError(
            f"unknown scalar type in {text!r}; allowed: f16, bf16, f32, f64, i8 … i64, u8 … u64, c64, bool"
        )
    sizes = [part.strip() for part in (match["shape"] or "").split(",") if part.strip()]
    return ArrayType(dtype, tuple(int(size) for size in sizes))
