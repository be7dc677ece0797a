"""Bodies of random_crops for ``recipes/applications/augment.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def random_crops(rng, pad, images, n, WHOLE, flip):
    crop_key, flip_key = jax.random.split(rng)
    # {pad on all sides, then cut the same size at random places ~ shift each image by a few pixels}
    #| 0.5
    if pad > 0:
        padded = jnp.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)), mode=either('reflect', 'edge'))
    else:
        padded = images
    #| else
    padded = jnp.pad(images, ((0, 0), (pad, pad), (pad, pad), (0, 0)))
    #| end
    starts = jax.random.randint(crop_key, (n, 2), 0, 2 * pad + 1)
    def crop(image, start):
        return jax.lax.dynamic_slice(image, (start[0], start[1], 0), WHOLE)
    images = jax.vmap(crop)(padded, starts)
    #| 0.7
    if flip:
        # {mirror half of them ~ left and right mean the same}
        flips = jax.random.bernoulli(flip_key, 0.5, (n,))
        #| one of
        images = jnp.where(flips[:, None, None, None], images[:, :, ::-1], images)
        #| or
        mirrored = jnp.flip(images, axis=2)
        images = jnp.where(flips.reshape(n, 1, 1, 1), mirrored, images)
        #| end
    #| end
