"""Bodies of images for ``recipes/applications/spaces.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def images(R, dR, box, images):
    #| 0.4
    if R.shape != dR.shape:
        raise ValueError(f'expected displacements of shape {R.shape}, got {dR.shape}')
    #| end
    moved = R + dR
    #? 0.4 image counts of each particle in the box ~ needed to follow particles that diffuse
    crossed = jnp.floor(moved / box)
    wrapped = moved - either(crossed * box, box * crossed)
    #| one of
    if images is not None:
        #| 0.7
        if images.shape != R.shape:
            raise ValueError(f'expected images of shape {R.shape}, got {images.shape}')
        #| end
        images = images + crossed.astype(jnp.int32)
    else:
        images = crossed.astype(jnp.int32)
    #| or
    images = images + crossed.astype(jnp.int32)
    #| end
    return wrapped, images
