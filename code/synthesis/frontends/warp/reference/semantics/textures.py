"""Built-ins for textures: arrays that are interpolated between elements, with modes for positions beyond the edges.

Texel ``i`` of ``n`` is at ``(i + 0.5) / n``, or at ``i + 0.5`` if coordinates are in texels. The first coordinate runs
along the last axis of the array.
"""

from itertools import product
from typing import Any

import numpy as np

from synthesis.frontends.base import ReferenceUnknownError
from synthesis.frontends.warp.reference.machine import Machine
from synthesis.frontends.warp.reference.objects import spread
from synthesis.frontends.warp.reference.semantics.table import semantics
from synthesis.frontends.warp.reference.sources import type_of
from synthesis.frontends.warp.reference.values import FLOAT32, Array, Handle, Value

_KINDS = ("texture_2d", "texture_3d")
_CLOSEST = 0
"""``wp.TextureFilterMode.CLOSEST``."""
# Values of ``wp.TextureAddressMode``. The remaining one, ``BORDER``, has zeros around the texture.
_WRAP = 0
_CLAMP = 1
_MIRROR = 2
_FAR = 2.0**40
"""A coordinate in texels far outside any texture, which replaces larger ones and NaN."""


def _texel(place: Array, size: int, address: int) -> Array:
    """Return texel numbers for integer positions along an axis, after applying the address mode."""
    if address == _WRAP:
        return place % size
    if address == _CLAMP:
        return np.clip(place, 0, size - 1)
    if address == _MIRROR:
        turned = place % (2 * size)
        return np.minimum(turned, 2 * size - 1 - turned)
    return place


def _read(machine: Machine, values: Array, places: list[Array], address: int) -> Array:
    """Return the texture's values at integer positions along its axes, one per lane."""
    texels = [_texel(place, size, address) for place, size in zip(places, values.shape[1:], strict=True)]
    inside = np.logical_and.reduce([(at >= 0) & (at < size) for at, size in zip(texels, values.shape[1:], strict=True)])
    kept = [np.clip(at, 0, size - 1) for at, size in zip(texels, values.shape[1:], strict=True)]
    found: Any = values[(machine.replica if machine.replicas > 1 else 0, *kept)]
    return np.where(inside, found, 0)  # pyright: ignore[reportUnknownVariableType]


@semantics("texture_sample")
def _sample(machine: Machine, tex: Any, *at: Value, dtype: Any, **level: Value) -> Value:
    """Return the texture's value at a point, given as a vector or as coordinates; the level has no effect."""
    if not isinstance(tex, Handle) or tex.kind not in _KINDS or type_of(dtype) != FLOAT32 or level.keys() - {"lod"}:
        raise ReferenceUnknownError("wp.texture_sample of these arguments")
    values = tex.parts["values"]
    modes = [{int(each) for each in tex.parts[name].ravel()}
             for name in ("filter_mode", "address_mode", "normalized_coords")]  # fmt: skip
    if any(len(each) > 1 for each in modes):
        raise ReferenceUnknownError("a texture whose modes change")
    (filtering,), (address,), (normalized,) = modes
    rank = values.ndim - 1
    given = [spread(machine, each) for each in at]
    axes = [given[0][:, axis] for axis in range(rank)] if len(given) == 1 else given
    if len(axes) != rank:
        raise ReferenceUnknownError("wp.texture_sample at a point of a different rank")
    sizes = values.shape[1:]
    axes = [np.clip(np.nan_to_num(along, nan=_FAR), -_FAR, _FAR) for along in axes[::-1]]
    if filtering == _CLOSEST:  # Warp computes this in double precision
        texels = [along * np.float64(size if normalized else 1) for along, size in zip(axes, sizes, strict=True)]
        return Value(FLOAT32, _read(machine, values, [np.floor(along).astype(np.int64) for along in texels], address))
    shifted = [(along * size if normalized else along) - along.dtype.type(0.5)
               for along, size in zip(axes, sizes, strict=True)]  # fmt: skip
    if address == _CLAMP:
        shifted = [np.clip(along, 0, size - 1) for along, size in zip(shifted, sizes, strict=True)]
    bases = [np.floor(along) for along in shifted]
    shares = [along - base for along, base in zip(shifted, bases, strict=True)]
    total: Any = 0
    for corner in product((0, 1), repeat=rank):
        places = [base.astype(np.int64) + step for base, step in zip(bases, corner, strict=True)]
        weight: Any = 1
        for share, step in zip(shares, corner, strict=True):
            weight = weight * (share if step else 1 - share)
        total = total + weight * _read(machine, values, places, address)
    return Value(FLOAT32, total.astype(axes[0].dtype))
