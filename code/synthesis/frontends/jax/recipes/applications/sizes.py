"""Functions at the sizes of real applications, each with a twin at small sizes where running it would take too long.

A recipe draws twice with the same choices: at the sizes that it lists, and with a real size in place of each. The
twin's sizes therefore come from the recipe itself, including products of sizes. If the two texts differ, for instance
because a size is written in them, the function keeps its small sizes.
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
"""Probability that a function is drawn at real sizes."""
CHEAP = 2**22
"""Largest work, as estimated by ``_work``, at which a function is run without a twin.

Of 17 functions that were verified at both sizes on a busy machine, the five below this limit took 0.9 to 2 times as
long as at small sizes. Above it, pairs of particles took 8 to 67 times as long, convolutions 6 times, attention 3
times.
"""
MOST_TRIPS = 64
"""Largest number of loop iterations at which a function is run without a twin.

A filter of 768 steps took 14 s; one of 64 steps took 1 s. A Monte Carlo simulation of 128 steps took 29 s.
"""
_PAIRS = re.compile(r"\[None(?:, :|\])|\[:, (?:None|jnp\.newaxis)\]|\bvmap\(\s*(?:jax\.)?vmap\(|\bexpand_dims\(")
"""Matches code that combines all elements of an array with all others.

It also matches other code that adds axes. Such a function may get a twin that it does not need, which is harmless: a
twin is cheaper to run.
"""
_OF_A_PAIR = 16
"""Approximate number of values for each pair of rows, such as bins of a histogram or terms of an energy.

Without this factor, distances of 768 particles in 16 bins and 6 pairs of species were run without a twin, for 47 s.
"""
_LOOPS = re.compile(r"\b(?:scan|fori_loop|while_loop|associative_scan|(?<!tree\.)map)\(")
"""Matches calls that loop, which ``jax.tree.map`` does not."""
_REAL: dict[int, tuple[int, ...]] = {
    10: (100, 1000), 14: (98,), 16: (128, 256), 24: (192, 384), 28: (224,), 32: (256, 512, 768), 48: (384, 768),
    56: (784,), 64: (512, 768, 1024), 72: (1792, 2048), 96: (768, 1152, 1536), 100: (1000,), 112: (8192,),
    128: (1024, 2048, 3072, 4096), 256: (2048, 3072, 4096), 512: (8192, 32000, 50257), 1000: (1000, 21841),
    1024: (4096, 8192),
}  # fmt: skip
"""Maps a size that recipes list to the real sizes that it stands for. A size that is not here is real already."""

Draw = Callable[[Stream, str], KernelSpec]


class RealSizes:
    """The real sizes of one function. Equal sizes stay equal, and different sizes stay different.

    Args:
        stream: the random choices.
    """

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self._chosen: dict[int, int] = {}

    def of(self, size: int) -> int:
        """Return the real size that a listed size stands for."""
        if size not in self._chosen:
            free = [each for each in _REAL.get(size, (size,)) if each not in self._chosen.values()]
            self._chosen[size] = self._stream.child(size).choice(free) if free else size
        return self._chosen[size]

    def listed(self, real: int) -> int:
        """Return the listed size for a real one, or the size itself if there is none."""
        return next((size for size, chosen in self._chosen.items() if chosen == real), real)


def at_real_sizes(draw: Draw) -> Draw:
    """Return a function that draws as ``draw`` does, mostly at real sizes, with a twin if running takes too long."""

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
    """Return an estimate of the work of one run: the number of elements times the largest dimension.

    If all pairs of rows are combined, each pair counts as several values.
    """
    shapes = [[size or 1 for size in each.shape or ()] for each in (*spec.signature.arguments, *spec.signature.results)]
    each = _OF_A_PAIR if _PAIRS.search(spec.source) else 1
    return each * sum(map(math.prod, shapes)) * max(size for shape in [[1], *shapes] for size in shape)


def _trips(spec: KernelSpec) -> int:
    """Return an estimate of a function's loop iterations, from the leading dimensions and the integers passed."""
    if not _LOOPS.search(spec.source):
        return 1
    leading = [each.shape[0] or 1 for each in spec.signature.arguments if each.shape]
    named: Mapping[str, Any] = (spec.signature.call or {}).get("kwargs", {})
    objects = [cast("dict[str, Any]", each) for each in named.values() if isinstance(each, dict)]
    objects += [part for each in objects for part in each.get("fields", {}).values() if isinstance(part, dict)]
    given = [each.get("value") for each in objects]
    return max([1, *leading, *(each for each in given if type(each) is int)])
