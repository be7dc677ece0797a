"""Arrays that refer to other arrays: indexed arrays, and Fabric arrays, whose elements are stored in buckets.

An argument of such a type is represented by its fields, like a struct with arrays. Its fields are ``data``, the
underlying array, and ``indices0`` …, the integer arrays that index its dimensions. Neither Fabric arrays nor indexed
arrays have derivatives. All rows of an array of arrays have the same length here.
"""

import re
from collections.abc import Iterable, Mapping

from synthesis.core.signatures import Argument, Domain

NOTHING = Argument(name="_", type_name="wp.int8", dtype="int8", domain=Domain(low=0, high=0))
"""The placeholder field of a struct without fields. C gives such a struct one byte, whose value does not matter."""
DATA = "data"
INDICES = "indices"
_INDEXED: Mapping[str, bool] = {"indexedarray": True, "fabricarray": False, "indexedfabricarray": True}
"""Warp's container classes, and whether each has index arrays."""


def is_container(made: str) -> bool:
    """Return whether an array type's class is one of the container classes."""
    return made in _INDEXED


def indexed_dimensions(made: str, rank: int) -> int:
    """Return the number of an array's dimensions, from the first, that have an index array."""
    return 0 if not _INDEXED[made] else rank if made == "indexedarray" else 1


def container_of(argument: Argument) -> str:
    """Return the class of the container whose ``data`` field an argument is; empty if it is not one."""
    found = re.match(r"wp\.(\w+)\(", argument.type_name)
    data = argument.name.rpartition(".")[2] == DATA and argument.shape is not None
    return found[1] if data and found is not None and is_container(found[1]) else ""


def names_in_source(leaves: Iterable[Argument]) -> dict[str, str]:
    """Return the name by which the source refers to each argument.

    A container's ``data`` field has the container's name. Its indices have no name in the source and map to ''.
    """
    known = tuple(leaves)
    containers = {each.name.rpartition(".")[0] for each in known if container_of(each)}
    found: dict[str, str] = {}
    for each in known:
        outer, _, inner = each.name.rpartition(".")
        found[each.name] = each.name if outer not in containers else outer if inner == DATA else ""
    return found
