"""Textures that a program gives its kernels: kept with their texels and modes, or refused with what they are."""

import numpy as np
import pytest
from recorded_rows import rows_of_text

from synthesis import Pair
from synthesis.verification.inputs import draw_inputs

pytestmark = pytest.mark.needs("warp")
PROGRAM = """
import numpy as np
import warp as wp

wp.config.log_level = wp.LOG_ERROR

@wp.kernel
def picture(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=float)

@wp.kernel
def block(field: wp.Texture3D, x: wp.array[wp.vec3], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(field, x[i], dtype=float) * 2.0

@wp.kernel
def large(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=float) + x[i][0]

@wp.kernel
def coloured(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=wp.vec2)[0]

@wp.kernel
def half(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=float) * 3.0

@wp.kernel
def levelled(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=float) * 4.0

@wp.kernel
def uneven(image: wp.Texture2D, x: wp.array[wp.vec2], out: wp.array[float]):
    i = wp.tid()
    out[i] = wp.texture_sample(image, x[i], dtype=float) * 5.0

LINEAR, CLOSEST = wp.TextureFilterMode.LINEAR, wp.TextureFilterMode.CLOSEST
WRAP, CLAMP = wp.TextureAddressMode.WRAP, wp.TextureAddressMode.CLAMP
texels = np.arange(40, dtype=np.float32).reshape(5, 8) / 7.0
x = wp.array(np.random.default_rng(0).uniform(0.0, 9.0, (6, 2)).astype(np.float32), dtype=wp.vec2, device="cpu")
y = wp.array(np.random.default_rng(0).uniform(0.2, 0.8, (6, 3)).astype(np.float32), dtype=wp.vec3, device="cpu")
out = wp.zeros(6, dtype=float, device="cpu")

def launch(kernel, at, values, kind=wp.Texture2D, **modes):
    wp.launch(kernel, dim=6, inputs=[kind(values, device="cpu", **modes), at], outputs=[out], device="cpu")

launch(picture, x, texels, filter_mode=LINEAR, address_mode=WRAP, normalized_coords=False)
launch(block, y, texels.reshape(5, 4, 2), wp.Texture3D, filter_mode=LINEAR, address_mode=CLAMP)
many = np.add.outer(np.arange(600.0), np.arange(500.0)).astype(np.float32)
launch(large, x, many, filter_mode=LINEAR, normalized_coords=False)
launch(coloured, x, np.stack([texels, texels], axis=-1))
launch(half, x, texels.astype(np.float16))
launch(levelled, x, texels, num_mip_levels=2)
launch(uneven, x, texels, address_mode=(WRAP, CLAMP))
"""
REFUSED = {
    "coloured": "image is a texture of 2 channels of float32",
    "half": "image is a texture of 1 channels of float16",
    "levelled": "image is a texture of 2 levels",
    "uneven": "image is a texture with different address modes",
}


@pytest.fixture(scope="module")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Pair]:
    return rows_of_text(PROGRAM, tmp_path_factory.mktemp("textures"))


@pytest.mark.parametrize(("name", "sizes", "modes"), [("picture", (5, 8), (1, 0, 0)), ("block", (5, 4, 2), (1, 1, 1))])
def test_a_texture_is_kept_with_its_texels_and_modes(
    pairs: dict[str, Pair], name: str, sizes: tuple[int, ...], modes: tuple[int, ...]
) -> None:
    found = pairs[name]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict.unverified
    signature = found.spec.signature
    held = draw_inputs(signature, 0)[signature.arguments[0].name]
    assert np.array_equal(held["values"], np.arange(40, dtype=np.float32).reshape(sizes) / np.float32(7.0))
    assert tuple(int(held[each]) for each in ("filter_mode", "address_mode", "normalized_coords")) == modes
    other = draw_inputs(signature, 1)[signature.arguments[0].name]
    assert not np.array_equal(held["values"], other["values"])


def test_a_large_texture_is_cut_as_arrays_are(pairs: dict[str, Pair]) -> None:
    found = pairs["large"]
    assert {"cpp_forward", "cuda_forward"} <= set(found.verdict.verified), found.verdict.unverified
    values = draw_inputs(found.spec.signature, 0)["image"]["values"]
    assert values.shape == (16, 16)
    assert np.array_equal(values, np.add.outer(np.arange(16.0), np.arange(16.0)))


@pytest.mark.parametrize("name", REFUSED)
def test_other_textures_are_refused_with_what_they_are(pairs: dict[str, Pair], name: str) -> None:
    found = pairs[name]
    assert not found.verdict.verified
    assert REFUSED[name] in str(found.verdict.unverified)
