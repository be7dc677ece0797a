"""Follows samples of the arguments through drawn operations, so that no operation makes an argument useless.

The samples of a value are arrays in float64 by the name of an argument: its elements if that argument has other
elements than usual. The empty name stands for the usual elements. An operation loses an argument if a row of its
results is the same as usual.
"""

import math
from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Domain

Samples = Mapping[str, npt.NDArray[np.float64]]

USUAL = ""
"""The name under which the usual elements are."""
COLUMNS = 256
"""The number of samples in a row, which is what one program sees."""
_ROWS = 8
_ROOTS = tuple(math.sqrt(prime) for prime in (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37))
_RANGES = ((-8.0, 8.0), (-4.0, 4.0), (-1.0, 1.0), (-0.2, 0.2), (0.0, 0.2), (0.0, 1.0), (1.0, 4.0), (4.0, 8.0))
"""The intervals in which the values of a hole may be, one for each row."""
_SMALLEST = 1e-5
"""The smallest change that counts, relative to the largest result."""
_SHARE = 0.02
"""The smallest share of a row that an argument has to change."""


def sampled(number: int, key: str, domain: Domain, *, scalar: bool = False) -> Samples:
    """Return the samples of an argument: arrays of ``(rows, COLUMNS)``, or of ``(rows, 1)`` for a number."""
    columns = 1 if scalar else COLUMNS
    usual, other = (_spread(2 * number + each, columns) for each in range(2))
    return {name: domain.low + domain.width * each for name, each in ((USUAL, usual), (key, other))}


def unknown() -> Samples:
    """Return samples of a value of which little is known: each row has another interval."""
    low, high = np.transpose(_RANGES)[:, :, None]
    return {name: low + (high - low) * _spread(each, COLUMNS) for each, name in enumerate((USUAL, "any"))}


def _spread(number: int, columns: int) -> npt.NDArray[np.float64]:
    """Return numbers from 0 to 1 that are spread evenly."""
    places = np.arange(1, _ROWS * columns + 1, dtype=np.float64)
    return (places * _ROOTS[number] % 1.0).reshape(_ROWS, columns)


def evaluated(text: str, operands: Mapping[str, Samples]) -> Samples | None:
    """Return the samples of an expression; None if it loses an argument of its operands or is not finite.

    Args:
        text: an expression of functions of ``tl`` and the operands.
        operands: the samples of each operand by its name in the text.
    """
    code = compile(text.strip(), "<operation>", "eval")
    names = dict.fromkeys(name for each in operands.values() for name in each)
    results = dict[str, npt.NDArray[np.float64]]()
    with np.errstate(all="ignore"):
        for name in names:
            values = {key: each.get(name, each[USUAL]) for key, each in operands.items()}
            made = eval(code, {"tl": _LANGUAGE, "__builtins__": {}}, values)  # noqa: S307 - an expression of a recipe
            results[name] = np.asarray(made, dtype=np.float64)
    return results if keeps_all(results) else None


def keeps_all(samples: Samples) -> bool:
    """Return whether samples are finite, and every argument changes every row of them."""
    usual = samples[USUAL]
    if not all(np.isfinite(each).all() for each in samples.values()):
        return False
    least = _SMALLEST * max(float(np.abs(usual).max()), 1e-3)
    changed = [np.abs(each - usual) > least for name, each in samples.items() if name != USUAL]
    return all(bool((each.mean(axis=1) >= _SHARE).all()) for each in changed)


def _erf(x: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


def _clamp(x: Any, low: Any, high: Any) -> Any:
    return np.minimum(np.maximum(x, low), high)


def _reducer(function: Any) -> Any:
    return lambda x, axis=0: function(x, axis=1, keepdims=True)  # the rows are what programs see


_LANGUAGE = SimpleNamespace(
    abs=np.abs, maximum=np.maximum, minimum=np.minimum, where=np.where, clamp=_clamp, fma=lambda x, y, z: x * y + z,
    exp=np.exp, exp2=np.exp2, log=np.log, log2=np.log2, sin=np.sin, cos=np.cos, erf=_erf, sqrt=np.sqrt,
    sqrt_rn=np.sqrt, rsqrt=lambda x: 1.0 / np.sqrt(x), sigmoid=lambda x: 1.0 / (1.0 + np.exp(-x)),
    math=SimpleNamespace(erf=_erf), sum=_reducer(np.sum), max=_reducer(np.max), min=_reducer(np.min),
    cast=lambda x, dtype: x, float32=None, int32=None,
)  # fmt: skip
"""The functions of ``tl`` that the operations of recipes call."""
