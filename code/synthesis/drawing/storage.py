"""Storage formats that are smaller than the formats that a kernel computes with."""

from collections.abc import Mapping, Sequence

import numpy as np

from synthesis.core.signatures import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type

_LIMITS = {
    name: Domain(low=float(np.iinfo(name).min), high=float(np.iinfo(name).max))
    for name in ("int8", "int16", "uint8", "uint16")
}
"""The ranges of small integer formats."""


class Storage:
    """The storage formats of one kernel's numbers.

    Args:
        stream: the random choices.
        shares: for each compute format, the possible storage formats with their weights. Usually the compute format
            itself has the largest weight.
    """

    def __init__(self, stream: Stream, shares: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        self._chosen = {name: stream.weighted(options) for name, options in shares.items()}

    def of(self, dtype: str, domain: Domain) -> str:
        """Return the storage format chosen for ``dtype``; ``dtype`` itself if that cannot hold the whole domain."""
        small = self._chosen.get(dtype, dtype)
        return small if Type(small).is_float or domain.within(_LIMITS.get(small, domain)) else dtype
