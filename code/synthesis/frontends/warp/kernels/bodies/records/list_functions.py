"""Bodies of list_functions for ``recipes/applications/records.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import helper


@helper
def has_source(src: int, kinds: wp.array[int], wanted: int) -> bool:
    #| one of
    if src < 0:
        return False
    return kinds[src] == wanted
    #| or
    if src >= 0:
        return kinds[src] == wanted
    return False
    #| end


@helper
def is_kept(active: int, value: float, smallest: float) -> bool:
    #| one of
    return active != 0 and value > smallest
    #| or
    if active == 0:
        return False
    return value > smallest
    #| end


@helper
def is_valid_kind(kind: int, num: int) -> bool:
    #| one of
    return kind >= 0 and kind < num
    #| or
    if kind < 0:
        return False
    return kind < num
    #| end


@helper
def remapped(old: int, table: wp.array[int]) -> int:
    #| one of
    if old < 0:
        return -1
    return table[old]
    #| or
    if old >= 0:
        return table[old]
    return -1
    #| end
