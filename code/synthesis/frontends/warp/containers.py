"""Arrays that are looked at through others: indexed arrays, and Fabric's, whose elements lie in buckets.

An argument of such a type is a bundle, as a struct that holds arrays is: of ``data``, the array itself, and of
``indices0`` …, the whole numbers that choose along a dimension. Fabric's arrays have no derivatives, nor have indexed
ones; arrays of arrays have rows of one length here.
"""

import re
from collections.abc import Iterable, Mapping

from synthesis.core.signatures import Argument, Domain

NOTHING = Argument(name="_", type_name="wp.int8", dtype="int8", domain=Domain(low=0, high=0))
"""What a struct without fields is said to hold: C gives it a byte, and what is in it is of no matter."""
DATA = "data"
INDICES = "indices"
_INDEXED: Mapping[str, bool] = {"indexedarray": True, "fabricarray": False, "indexedfabricarray": True}
"""Classes of array types of Warp's, and whether they choose by indices."""


def is_container(made: str) -> bool:
    """Whether an array type's class is one of those."""
    return made in _INDEXED


def indexed_dimensions(made: str, rank: int) -> int:
    """How many of an array's dimensions, the first ones, are chosen along by indices."""
    return 0 if not _INDEXED[made] else rank if made == "indexedarray" else 1


def container_of(argument: Argument) -> str:
    """The class of the container whose data an argument is; empty if it is none's."""
    found = re.match(r"wp\.(\w+)\(", argument.type_name)
    data = argument.name.rpartition(".")[2] == DATA and argument.shape is not None
    return found[1] if data and found is not None and is_container(found[1]) else ""


def names_in_source(leaves: Iterable[Argument]) -> dict[str, str]:
    """What a source calls each of some arguments by; of a container's data that is the container, of its indices ''."""
    known = tuple(leaves)
    containers = {each.name.rpartition(".")[0] for each in known if container_of(each)}
    found: dict[str, str] = {}
    for each in known:
        outer, _, inner = each.name.rpartition(".")
        found[each.name] = each.name if outer not in containers else outer if inner == DATA else ""
    return found
