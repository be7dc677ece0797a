"""Enumerations of integers, which are written as source text without their functions."""

import enum
from collections.abc import Iterable
from typing import Any

_ENUMS = (enum.IntFlag, enum.IntEnum, enum.Flag, enum.Enum)


def is_listed(value: Any) -> bool:
    """Return whether a class is an enumeration of integers."""
    return isinstance(value, enum.EnumMeta) and all(isinstance(each.value, int) for each in _members(value))


def _members(value: Any) -> Iterable[Any]:
    return value.__members__.values()


def listed(name: str, value: Any) -> str:
    """Return the source of an enumeration with the same names and numbers as the user's class."""
    base = next(each.__name__ for each in _ENUMS if issubclass(value, each))
    members = [f"    {each} = {int(member.value)}" for each, member in value.__members__.items()]
    return "\n".join([f"class {name}(enum.{base}):", *members])
