"""What is read of a volume makes one that holds the same, wherever it is asked; what would not is refused."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import kernels_module

from synthesis.frontends.warp.introspection import wp
from synthesis.frontends.warp.objects import make_object
from synthesis.frontends.warp.volumes import read_volume

voxels: Any = kernels_module(Path(__file__).parents[1] / "kernels", "voxels")
KINDS = {
    "volume_f": (0.25, float, voxels.numbers, voxels.put_numbers),
    "volume_v": ((1.0, 2.0, -3.0), wp.vec3, voxels.vectors, voxels.put_vectors),
    "volume_i": (7, int, voxels.labels, voxels.put_labels),
}
SPACE = 48


def held(volume: Any, kind: str) -> Any:
    """What Warp's own lookups give, of every voxel from (-20, -20, -20) on."""
    _, dtype, look, _ = KINDS[kind]
    out = wp.zeros((SPACE, SPACE, SPACE), dtype=dtype, device="cpu")
    wp.launch(look, dim=out.shape, inputs=[volume.id, wp.vec3i(-20, -20, -20)], outputs=[out], device="cpu")
    return out.numpy()


def set_block(volume: Any, value: Any, block: tuple[int, int, int], *, upper: bool = False) -> None:
    """Have a grid's first node of a kind say of one of its blocks that all of it has a value."""
    grid = volume.array().numpy()
    leaves, low, high = grid[672:][:24].view(np.int64) + 672
    start, end, side = (high, low, 32) if upper else (low, leaves, 16)
    held = np.array(value, np.int32 if isinstance(value, int) else np.float32).reshape(-1).view(np.uint8)
    entry = 8 if held.size == 4 else 16
    size = (end - start) // grid[704:].view(np.uint32)[2 if upper else 1]
    at = start + size - entry * (side**3 - int(np.ravel_multi_index(block, (side,) * 3)))
    grid[at : at + held.size] = held


def made(kind: str, places: Any, **kwargs: Any) -> Any:
    """A volume with leaves around some voxels, a number in each of those."""
    background, _, _, put = KINDS[kind]
    where = wp.array(np.array(places, np.int32), dtype=int, device="cpu")
    volume = wp.Volume.allocate_by_tiles(where, **{"voxel_size": 0.5, "bg_value": background, "device": "cpu"} | kwargs)
    wp.launch(put, dim=len(places), inputs=[volume.id, where], device="cpu")
    return volume


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("places", [[[0, 0, 0], [9, 3, 5]], [[-9, -1, 3], [-1, 6, 0], [7, 7, 1]], [[17, -12, 6]]])
def test_what_is_read_makes_a_volume_that_holds_the_same(kind: str, places: list[list[int]]) -> None:
    volume = made(kind, places, translation=(1.0, 2.0, 3.0))
    found, parts = read_volume(volume)
    again = make_object(found, parts)
    assert found == kind
    assert parts["values"].dtype == {"volume_i": np.int32}.get(kind, np.float32)
    assert np.array_equal(held(again, kind), held(volume, kind))
    assert np.array_equal(again.get_grid_info().translation, volume.get_grid_info().translation)
    assert again.get_voxel_size() == volume.get_voxel_size()


def test_of_a_large_volume_leaves_in_its_middle_are_kept() -> None:
    places = [[x, y, 0] for x in range(-160, 160, 8) for y in range(-160, 160, 8)]
    _, parts = read_volume(made("volume_f", places))
    first, sizes = parts["first_voxel"], parts["values"].shape
    assert (np.abs(first) <= 16).all()
    assert max(sizes) <= 16
    assert (parts["values"] != 0.25).sum() == 4


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    ("places", "blocks"),
    [
        ([[0, 0, 0]], [(1, 0, 0), (0, 2, 1)]),
        ([[-9, -1, 3]], [(14, 15, 1), (15, 14, 0)]),
        ([[0, 0, 0], [9, 3, 5]], [(0, 1, 0)]),
    ],
)
def test_blocks_of_one_value_are_kept_in_the_box(kind: str, places: list[list[int]], blocks: list[Any]) -> None:
    volume = made(kind, places)
    plain = held(volume, kind)
    for number, block in enumerate(blocks):
        value = {"volume_v": (number + 4.0, 5.0, -6.0), "volume_i": number + 40}.get(kind, number + 4.25)
        set_block(volume, value, block)
    expected = held(volume, kind)
    changed = (expected != plain).reshape(*expected.shape[:3], -1).any(axis=3)
    assert changed.sum() == len(blocks) * 512
    found, parts = read_volume(volume)
    assert np.array_equal(held(make_object(found, parts), kind), expected)


@pytest.mark.parametrize("upper", [False, True])
def test_blocks_that_no_box_can_hold_are_refused(upper: bool) -> None:
    volume = made("volume_f", [[0, 0, 0]])
    set_block(volume, 9.0, (0, 6, 4), upper=upper)
    said = "blocks of one value of 128 voxels a side" if upper else "more than 12,000 voxels with whole blocks"
    with pytest.raises(ValueError, match=said):
        read_volume(volume)


@pytest.mark.parametrize("why", ["turned", "stretched", "indices"])
def test_what_cannot_be_made_again_is_refused(why: str) -> None:
    if why == "indices":
        places = wp.array(np.zeros((1, 3), np.int32), dtype=int, device="cpu")
        volume = wp.Volume.allocate_by_voxels(places, 0.5, device="cpu")
    elif why == "turned":
        volume = made("volume_f", [[0, 0, 0]], voxel_size=None, transform=np.array([[0, 1, 0], [-1, 0, 0], [0, 0, 1]]))
    else:
        volume = made("volume_f", [[0, 0, 0]], voxel_size=(0.5, 0.25, 0.5) if why == "stretched" else 0.5)
    with pytest.raises(ValueError, match="OnIndex" if why == "indices" else "a rotated volume"):
        read_volume(volume)
