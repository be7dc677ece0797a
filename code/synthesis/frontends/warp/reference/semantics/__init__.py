"""The semantics of Warp's built-ins, by name: the oracle's part of the op catalogue.

To add one, write a function in the module of its group and register it with :func:`semantics`. A built-in that is not
in the table is refused, and ``irsmith ops --frontend warp --missing`` lists it.
"""

from synthesis.frontends.warp.reference.semantics import (
    arrays,
    blocks,
    dense,
    factors,
    geometry,
    linear,
    mesh_faces,
    meshes,
    randoms,
    rigid,
    scalars,
    textures,
    tile_algebra,
    tile_memory,
    tiles,
    trees,
    volumes,
)
from synthesis.frontends.warp.reference.semantics.linear import construct
from synthesis.frontends.warp.reference.semantics.table import SEMANTICS

_GROUPS = (
    scalars, linear, rigid, factors, geometry, arrays, dense, randoms, tiles, tile_memory, tile_algebra, blocks, meshes,
    mesh_faces, trees, volumes, textures,
)  # fmt: skip

__all__ = ["SEMANTICS", "construct"]
