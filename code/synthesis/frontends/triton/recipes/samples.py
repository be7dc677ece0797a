"""Evaluates drawn operations on samples of the arguments, to check that every argument affects the results.

The samples of a value are float64 arrays. The array under the empty name is computed from the usual elements of all
arguments. The array under an argument's name is computed with other elements of that argument. An operation loses an
argument if these two arrays of its results are nearly equal in some row.
"""

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from synthesis.core.signatures import Domain

_Numbers = npt.NDArray[np.float64]
Samples = Mapping[str, _Numbers]

USUAL = ""
"""The name of the samples that are computed from the usual elements of all arguments."""
COLUMNS = 256
"""The number of samples in a row. A row stands for the elements that one program processes."""
_ROWS = 8
_MIXING = ((30, 0xBF58476D1CE4E5B9), (27, 0x94D049BB133111EB), (31, 0x9E3779B97F4A7C15), (29, 0xBF58476D1CE4E5B9))
"""The shifts and factors that mix the bits of a counter."""
_RANGES = ((-8.0, 8.0), (-8.0, -4.0), (-4.0, -1.0), (-1.0, 0.0), (-0.2, 0.2), (0.0, 1.0), (1.0, 4.0), (4.0, 8.0))
"""The intervals of a value whose actual interval is not known, one for each row of samples."""
_SMALLEST = 1e-5
"""The smallest change that counts, relative to the largest result."""
_SHARE = 0.02
"""The smallest share of a row that an argument has to change."""
_PROGRAMS = 0.75
"""The smallest share of reduced rows that an argument has to change."""


def sampled(number: int, key: str, domain: Domain, *, scalar: bool = False) -> Samples:
    """Return the samples of an argument: arrays of ``(rows, COLUMNS)``, or of ``(rows, 1)`` for a number."""
    columns = 1 if scalar else COLUMNS
    usual, other = (_drawn(2 * number + each, columns) for each in range(2))
    return {name: domain.low + domain.width * each for name, each in ((USUAL, usual), (key, other))}


def unknown() -> Samples:
    """Return samples of a value whose interval is not known: the elements of each row are in another interval."""
    low, high = np.transpose(_RANGES)[:, :, None]
    return {name: low + (high - low) * _drawn(each, COLUMNS) for each, name in enumerate((USUAL, "any"))}


def _drawn(number: int, columns: int) -> _Numbers:
    """Return numbers from 0 to 1 that look random, the same in every process."""
    words = np.arange(1, _ROWS * columns + 1, dtype=np.uint64) + np.uint64(number << 32)
    for shift, factor in _MIXING:
        words = (words ^ (words >> np.uint64(shift))) * np.uint64(factor)
    return ((words >> np.uint64(11)).astype(np.float64) / 2.0**53).reshape(_ROWS, columns)


def evaluated(text: str, operands: Mapping[str, Samples]) -> Samples | None:
    """Return the samples of an expression; None if it loses an argument of its operands or is not finite.

    Args:
        text: an expression of functions of ``tl`` and the operands.
        operands: the samples of each operand by its name in the expression.
    """
    code = compile(text.strip(), "<operation>", "eval")
    names = dict.fromkeys(name for each in operands.values() for name in each)
    results = dict[str, npt.NDArray[np.float64]]()
    with np.errstate(all="ignore"):
        for name in names:
            values = {key: each.get(name, each[USUAL]) for key, each in operands.items()}
            made = eval(code, {"tl": _Language, "__builtins__": {}}, values)  # noqa: S307 - an expression of a recipe
            results[name] = np.asarray(made, dtype=np.float64)
    return results if keeps_all(results) else None


def keeps_all(samples: Samples) -> bool:
    """Return whether samples are finite, and every argument changes every row of them."""
    usual = samples[USUAL]
    if not all(np.isfinite(each).all() for each in samples.values()):
        return False
    least = _SMALLEST * max(float(np.abs(usual).max()), 1e-3)
    changed = [np.abs(each - usual) > least for name, each in samples.items() if name != USUAL]
    if usual.shape[1] == 1:
        return all(bool(each.mean() >= _PROGRAMS) for each in changed)
    return all(bool((each.mean(axis=1) >= _SHARE).all()) for each in changed)


def _erf(x: _Numbers) -> _Numbers:
    return np.vectorize(math.erf, otypes=[np.float64])(x)


class _Language:
    """The functions of ``tl`` that the operations of recipes call, on arrays with one row for each program."""

    abs, maximum, minimum, where = np.abs, np.maximum, np.minimum, np.where
    exp, exp2, log, log2, sin, cos = np.exp, np.exp2, np.log, np.log2, np.sin, np.cos
    sqrt, sqrt_rn, erf = np.sqrt, np.sqrt, staticmethod(_erf)

    class math:  # noqa: N801 - the name of the module
        """The functions of ``tl.math``."""

        erf = staticmethod(_erf)

    @staticmethod
    def rsqrt(x: _Numbers) -> _Numbers:
        return 1.0 / np.sqrt(x)

    @staticmethod
    def sigmoid(x: _Numbers) -> _Numbers:
        return 1.0 / (1.0 + np.exp(-x))

    @staticmethod
    def fma(x: _Numbers, y: _Numbers, z: _Numbers) -> _Numbers:
        return x * y + z

    @staticmethod
    def clamp(x: _Numbers, low: float, high: float) -> _Numbers:
        return np.minimum(np.maximum(x, low), high)

    @staticmethod
    def sum(x: _Numbers) -> _Numbers:
        return x.sum(axis=1, keepdims=True)

    @staticmethod
    def max(x: _Numbers) -> _Numbers:
        return x.max(axis=1, keepdims=True)

    @staticmethod
    def min(x: _Numbers) -> _Numbers:
        return x.min(axis=1, keepdims=True)
