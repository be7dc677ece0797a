"""Names as people choose them, each used once in a kernel."""

import builtins
import keyword
from collections.abc import Generator
from contextlib import contextmanager

from synthesis.drawing.streams import Stream

ARRAYS = (
    "x", "y", "a", "b", "u", "v", "values", "data", "src", "weights", "samples", "field", "signal", "density",
    "heights", "radii", "charge", "energy", "coeffs", "inputs", "lhs", "rhs", "mass", "pressure", "temps", "scores",
    "depth",
)  # fmt: skip
VECTORS = (
    "positions", "velocities", "normals", "forces", "points", "directions", "offsets", "p", "q", "vel", "pos", "axes",
    "anchors", "gradients", "tangents", "rays", "colors", "vertices",
)  # fmt: skip
MATRICES = (
    "mats", "frames", "rotations", "transforms", "jacobians", "inertia", "stress", "strain", "bases", "m", "blocks",
    "A", "B", "tensors", "covariances", "maps",
)  # fmt: skip
SCALARS = (
    "alpha", "beta", "gamma", "scale", "dt", "k", "bias", "gain", "rate", "stiffness", "damping", "weight", "shift",
    "strength", "omega", "mu", "kappa", "factor", "level", "tau",
)  # fmt: skip
LOCALS = (
    "t", "s", "r", "w", "h", "d", "z", "acc", "diff", "ratio", "tmp", "val", "term", "coef", "g", "e", "f", "base",
    "err", "norm", "left", "right", "total", "inv", "value", "res", "q",
)  # fmt: skip
PARAMETERS = ("x", "y", "z", "a", "b", "c", "u", "v", "w", "p", "q", "lhs", "rhs", "value", "amount")
BINS = ("bins", "labels", "cells", "indices", "keys", "slots", "owners", "groups", "segments")
OUTPUTS = ("out", "result", "output", "dst", "res", "target", "y_out", "results")
INDICES = ("i", "tid", "idx", "gid")
LOOPS = ("j", "k", "n", "step", "it", "m")
VERBS = (
    "compute", "apply", "update", "eval", "mix", "scale", "blend", "accumulate", "transform", "shape", "map", "combine",
    "filter", "project", "modulate", "measure", "score", "relax", "advance", "fold",
)  # fmt: skip
NOUNS = (
    "values", "field", "signal", "state", "response", "energy", "weights", "profile", "samples", "terms", "density",
    "residual", "potential", "flux", "features", "levels", "grid", "rows", "points", "kernel_sum",
)  # fmt: skip

_VERBS_OF = {"sub": "subtract", "mul": "multiply", "div": "divide", "neg": "negate", "pow": "raise", "mod": "wrap"}
"""Verbs for operations whose own name is too short."""

_LARGEST_POOL = 64
_LONG = 0.75
"""Minimum length of long names, as a share of the longest name of the pool."""
_RESERVED = frozenset(keyword.kwlist) | frozenset(dir(builtins)) | {
    "wp", "warp", "jax", "jnp", "lax", "np", "tl", "triton"
}  # fmt: skip


class NameBook:
    """Assigns names in one kernel, each only once, and none that Python or a library needs.

    Args:
        stream: the random choices.
        steady: whether names are chosen at the same position of their pools, as one author would: ``u`` and ``v`` or
            ``vel_x`` and ``vel_y``, but not one of each.
        long: probability that names are among the longest of their pools.
    """

    def __init__(self, stream: Stream, *, steady: bool = False, long: float = 0.0) -> None:
        self._stream = stream
        places = stream.child("habit").ranked(range(_LARGEST_POOL), key=str) if steady else ()
        self._rank = {place: rank for rank, place in enumerate(places)}
        self._long = stream.child("long").chance(long)
        self._taken: set[str] = set()

    def take(self, pool: tuple[str, ...], *, of_any_length: bool = False) -> str:
        """Return an unused name of a pool, with a number appended if all are used.

        Args:
            pool: the names to choose from.
            of_any_length: whether a short name may be chosen even in a kernel that otherwise has long names.
        """
        free = [name for name in pool if name not in self._taken and name not in _RESERVED]
        if free and self._rank:
            if self._long and not of_any_length:
                least = _LONG * max(map(len, free))
                free = [name for name in free if len(name) >= least]
            return self.reserve(min(free, key=lambda name: self._rank[pool.index(name)]))
        if free:
            return self.reserve(self._stream.pick(free))
        stem = self._stream.pick(pool)
        number = 2
        while f"{stem}{number}" in self._taken:
            number += 1
        return self.reserve(f"{stem}{number}")

    def reserve(self, name: str) -> str:
        """Mark a name as used, and return it."""
        self._taken.add(name)
        return name

    @contextmanager
    def attempt(self) -> Generator[None]:
        """Release the names assigned in this context if an exception leaves it."""
        before = set(self._taken)
        try:
            with self._stream.attempt():
                yield
        except BaseException:
            self._taken = before
            raise

    def title(self, target: str = "") -> str:
        """Return a name for a function.

        Args:
            target: what the function is for; the name contains it. If it is empty, the name is any verb and noun.
        """
        while True:
            noun = self._stream.pick(NOUNS)
            name = f"{self._stream.pick(VERBS)}_{noun}"
            if target:
                verb = _VERBS_OF.get(target, target)
                forms = [
                    (f"{verb}_{noun}", 5),
                    (f"apply_{target}", 2),
                    (f"{target}_kernel", 2),
                    (f"compute_{target}", 1),
                ]
                name = self._stream.weighted(forms)
            if name not in self._taken:
                return self.reserve(name)
