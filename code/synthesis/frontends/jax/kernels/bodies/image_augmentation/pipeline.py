"""Bodies of pipeline for ``recipes/applications/image_augmentation.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pipeline(layout, images, as_floats, dtype, crop, center_crop, grayscale, to_gray, mean, std, centered, normalize):
    #| 0.5
    if layout not in ('NHWC', 'NCHW'):
        raise ValueError(f'unknown layout {layout}')
    #| else
    #| 0.4
    if images.ndim not in (3, 4):
        raise ValueError(f'expected one image or a batch of them, got {images.shape}')
    #| end
    #| end
    #| one of
    single = images.ndim == 3
    #| one of
    if single:
        images = images[None]
    #| or
    images = images[None] if single else images
    #| end
    #| one of
    if layout == 'NCHW':
        #? 0.4 channels are last from here on
        images = either(jnp.moveaxis(images, 1, -1), images.transpose(0, 2, 3, 1))
    #| or
    images = jnp.moveaxis(images, 1, -1) if layout == 'NCHW' else images
    #| end
    #| or
    if layout == 'NCHW':
        #? 0.4 channels are last from here on
        images = jnp.moveaxis(images, -3, -1)
    #| end
    x = as_floats(images, dtype)
    #| 0.6
    #| one of
    if crop is not None and crop < min(x.shape[-3:-1]):
        x = center_crop(x, crop)
    #| or
    if crop is not None:
        #| 0.8
        if crop > min(x.shape[-3:-1]):
            raise ValueError(f'cannot cut {crop} pixels out of {x.shape}')
        #| end
        x = center_crop(x, crop)
    #| end
    #| end
    #| 0.45
    if grayscale and x.shape[-1] == 3:
        x = to_gray(x)
    #| end
    #| one of
    #| one of
    if mean is not None and std is not None:
        #? 0.4 statistics of the data set
        x = (x - jnp.asarray(mean, x.dtype)) / jnp.asarray(std, x.dtype)
    #| 0.6
    elif centered:
        x = 2.0 * x - 1.0
    #| end
    #| or
    if mean is not None:
        x = x - jnp.asarray(mean, x.dtype)
    if std is not None:
        x = x / jnp.asarray(std, x.dtype)
    #| end
    #| or
    if normalize == 'per_image':
        axes = tuple(range(x.ndim - 3, x.ndim))
        #? 0.4 single precision for small pixel differences
        pixels = x.astype(jnp.float32)
        #| one of
        spread = jnp.std(pixels, axis=axes, keepdims=True)
        x = ((pixels - jnp.mean(pixels, axis=axes, keepdims=True)) / (spread + 1e-3)).astype(x.dtype)
        #| or
        deviation = pixels - jnp.mean(pixels, axis=axes, keepdims=True)
        x = (deviation / (jnp.std(pixels, axis=axes, keepdims=True) + 1e-3)).astype(x.dtype)
        #| end
    elif normalize == 'symmetric':
        x = 2.0 * x - 1.0
    elif normalize is not None:
        raise ValueError(f'unknown normalization {normalize}')
    #| end
