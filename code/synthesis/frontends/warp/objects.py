"""The objects that a text queries, made with Warp's own constructors.

A text finds an object at the address that is its id, whichever compiler built the text: Warp's headers use the same
layout of meshes, trees and grids for the host's C++ and for CUDA.
"""

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.volumes import fill

Parts = Mapping[str, npt.NDArray[Any]]


def make_object(kind: str, parts: Parts, device: str = "cpu") -> Any:
    """Return a mesh, tree, grid, volume or texture. Its ``id`` is valid while the object and its parts exist.

    Args:
        kind: one of the kinds in ``handles.py``.
        parts: the object's parts, by name. On the host, arrays are used in place without a copy; they must be
            contiguous.
        device: the device of the object.

    Raises:
        ValueError: if there is no such kind, or it cannot be made from these parts.
    """
    if kind not in _MAKERS:
        raise ValueError(f"no kind of object is called {kind!r}")
    try:
        return _MAKERS[kind](parts, device)
    except RuntimeError as error:
        raise ValueError(f"a {kind} cannot be made of these parts: {error}") from error


def _array(values: npt.NDArray[Any], kind: Any, device: str) -> Any:
    return wp.array(values, dtype=kind, device=device, copy=device != "cpu")


def _mesh(parts: Parts, device: str) -> Any:
    points, indices = parts["points"], parts["indices"]
    if len(indices) % 3 or indices.min() < 0 or indices.max() >= len(points):
        raise ValueError("a mesh with indices of points that do not exist")
    velocities = _array(parts["velocities"], wp.vec3, device) if "velocities" in parts else None
    return wp.Mesh(
        points=_array(points, wp.vec3, device),
        indices=_array(indices, wp.int32, device),
        velocities=velocities,
        **_groups(parts, device),
        support_winding_number=True,
    )


def _bvh(parts: Parts, device: str) -> Any:
    lowers, uppers = (_array(parts[name], wp.vec3, device) for name in ("lowers", "uppers"))
    return wp.Bvh(lowers, uppers, **_groups(parts, device))


def _groups(parts: Parts, device: str) -> dict[str, Any]:
    return {"groups": _array(parts["groups"], wp.int32, device)} if "groups" in parts else {}


def _hash_grid(parts: Parts, device: str) -> Any:
    made = wp.HashGrid(*map(int, np.ravel(parts["dims"])), device=device)
    made.build(_array(parts["points"], wp.vec3, device), float(parts["cell_width"]), **_groups(parts, device))
    return made


def _volume(parts: Parts, device: str) -> Any:
    """Return a dense volume like ``wp.Volume.load_from_numpy``, which would compile a kernel to fill its tiles."""
    values = parts["values"]
    first = parts.get("first_voxel", np.zeros(3, np.int32))
    background = parts["bg_value"].tolist()  # its type determines the volume's value type
    made = wp.Volume.allocate(
        first.tolist(),
        [at + size - 1 for at, size in zip(first.tolist(), values.shape[:3], strict=True)],
        float(parts["voxel_size"]),
        bg_value=background,
        translation=parts["min_world"].tolist(),
        device="cpu",
    )
    fill(made, values, first)
    return made if device == "cpu" else wp.Volume(wp.array(made.array().numpy(), dtype=wp.uint8, device=device))


def _texture(parts: Parts, device: str) -> Any:
    values = parts["values"]
    make = {2: wp.Texture2D, 3: wp.Texture3D}[values.ndim]
    return make(
        np.array(values),
        filter_mode=wp.TextureFilterMode(int(parts["filter_mode"])),
        address_mode=wp.TextureAddressMode(int(parts["address_mode"])),
        normalized_coords=bool(parts["normalized_coords"]),
        device=device,
    )


_MAKERS: Mapping[str, Callable[[Parts, str], Any]] = {
    "mesh": _mesh, "bvh": _bvh, "hash_grid": _hash_grid, "volume_f": _volume, "volume_v": _volume, "volume_i": _volume,
    "texture_2d": _texture, "texture_3d": _texture
}  # fmt: skip
