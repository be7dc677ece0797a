"""Numbers that a kernel keeps in fewer bytes than it computes with."""

from collections.abc import Mapping, Sequence

import numpy as np

from synthesis.core.records import Domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type

_LIMITS = {
    name: Domain(low=float(np.iinfo(name).min), high=float(np.iinfo(name).max))
    for name in ("int8", "int16", "uint8", "uint16")
}
"""What the small whole numbers hold."""


class Storage:
    """The formats that one kernel's numbers have in memory.

    Args:
        stream: the random choices.
        shares: for a format that is computed with, those that it may be stored in, itself mostly, and how often.
    """

    def __init__(self, stream: Stream, shares: Mapping[str, Sequence[tuple[str, float]]]) -> None:
        self._chosen = {name: stream.weighted(options) for name, options in shares.items()}

    def of(self, dtype: str, domain: Domain) -> str:
        """The format in which numbers of a domain are stored: their own where no smaller one holds them."""
        small = self._chosen.get(dtype, dtype)
        return small if Type(small).is_float or domain.within(_LIMITS.get(small, domain)) else dtype
