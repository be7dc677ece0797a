"""Functions at the sizes that applications have, with a twin at small ones where those are too dear to run.

A recipe draws twice, with the same choices: at the sizes that it lists, and with a real size in place of each. The
twin's sizes are thus what the recipe makes of them, products and all; where the two texts are not the same, as where a
size is written in them, the function stays small.
"""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any, cast

from synthesis.core.records import KernelSpec
from synthesis.drawing.scopes import DrawError
from synthesis.drawing.streams import Stream

REAL_SHARE = 0.92
"""Of functions that are to be of real sizes."""
CHEAP = 2**22
"""Elements of arguments and results, times the largest dimension, up to which a function is run as it is; what has
more has a twin. Of 17 functions that were verified at both sizes, on a busy machine, the five up to here took 0.9 to 2
times as long as at small sizes; above it pairs of particles took 8 to 67 times, convolutions 6, attention 3."""
MOST_TRIPS = 128
"""Trips of a loop up to which a function is run as it is. A filter of 768 steps took 14 s, at 64 steps one."""
_PAIRS, _OF_A_PAIR = re.compile(r"\[None, :"), 16
"""How a text takes all rows with all others, and about how many numbers it has for a pair: bins of a histogram, terms
of an energy. Without this, distances of 768 particles in 16 bins and 6 pairs of species ran as they are, for 47 s."""
_LOOPS = re.compile(r"\b(?:scan|fori_loop|while_loop|associative_scan|map)\(")
_REAL: dict[int, tuple[int, ...]] = {
    10: (100, 1000), 14: (98,), 16: (128, 256), 24: (192, 384), 28: (224,), 32: (256, 512, 768), 48: (384, 768),
    56: (784,), 64: (512, 768, 1024), 72: (1792, 2048), 96: (768, 1152, 1536), 100: (1000,), 112: (8192,),
    128: (1024, 2048, 3072, 4096), 256: (2048, 3072, 4096), 512: (8192, 32000, 50257), 1000: (1000, 21841),
    1024: (4096, 8192),
}  # fmt: skip
"""For a size that recipes list, the real ones that it stands for; a size that is not here is real as it is."""

Draw = Callable[[Stream, str], KernelSpec]


class RealSizes:
    """The real sizes of one function: equal ones for equal ones, and different ones for different ones.

    Args:
        stream: the random choices.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._chosen: dict[int, int] = {}

    def of(self, size: int) -> int:
        """The real size that a listed one stands for."""
        if size not in self._chosen:
            free = [each for each in _REAL.get(size, (size,)) if each not in self._chosen.values()]
            self._chosen[size] = self._stream.child(size).choice(free) if free else size
        return self._chosen[size]

    def listed(self, real: int) -> int:
        """The size that a recipe lists and that a real one stands for; itself if it stands for none."""
        return next((size for size, chosen in self._chosen.items() if chosen == real), real)


def at_real_sizes(draw: Draw) -> Draw:
    """What draws as a recipe does, mostly at real sizes, with a twin where they are too dear to run."""

    def drawn(stream: Stream, target: str) -> KernelSpec:
        small = draw(stream, target)
        if not stream.child("sizes").chance(REAL_SHARE):
            return small
        try:
            real = draw(stream.at_real_sizes(), target)
        except DrawError:
            return small
        if replace(real, signature=small.signature) != small or real.signature == small.signature:
            return small
        if _work(real) <= CHEAP and _trips(real) <= MOST_TRIPS:
            return real
        return replace(real, signature=replace(real.signature, twin=small.signature))

    return drawn


def _work(spec: KernelSpec) -> int:
    """About what it takes to run a function once: its elements, each taken with all those of the largest dimension.

    Of pairs there are several numbers each.
    """
    shapes = [[size or 1 for size in each.shape or ()] for each in (*spec.signature.arguments, *spec.signature.results)]
    each = _OF_A_PAIR if _PAIRS.search(spec.source) else 1
    return each * sum(map(math.prod, shapes)) * max(size for shape in [[1], *shapes] for size in shape)


def _trips(spec: KernelSpec) -> int:
    """About how often the loops of a function are run through: what they are over leads, or is a whole number given."""
    if not _LOOPS.search(spec.source):
        return 1
    leading = [each.shape[0] or 1 for each in spec.signature.arguments if each.shape]
    named: Mapping[str, Any] = (spec.signature.call or {}).get("kwargs", {})
    objects = [cast("dict[str, Any]", each) for each in named.values() if isinstance(each, dict)]
    objects += [part for each in objects for part in each.get("fields", {}).values() if isinstance(part, dict)]
    given = [each.get("value") for each in objects]
    return max([1, *leading, *(each for each in given if type(each) is int)])
