"""Bodies of mixup for ``recipes/applications/augment.py``."""

import jax
import jax.numpy as jnp


def mixup(images, labels, rng, per_example, alpha, num_classes, smoothing):
    #| 0.5
    if images.shape[0] != labels.shape[0]:
        raise ValueError(f'{images.shape[0]} images but {labels.shape[0]} labels')
    #| else
    #| 0.4
    if images.ndim != 4:
        raise ValueError(f'expected images of shape (batch, height, width, channels), got {images.shape}')
    #| end
    #| end
    n = images.shape[0]
    lam_key, order_key = jax.random.split(rng)
    #| one of
    if per_example:
        lam = jax.random.beta(lam_key, alpha, alpha, (n,))
    else:
        #? 0.4 one mixing ratio for the whole batch
        lam = jnp.full((n,), jax.random.beta(lam_key, alpha, alpha))
    #| or
    lam = jax.random.beta(lam_key, alpha, alpha, (n,))
    #| end
    #| 0.4
    # {the first image dominates ~ the first image keeps the larger weight}
    lam = jnp.maximum(lam, 1.0 - lam)
    #| end
    order = jax.random.permutation(order_key, n)
    #| one of
    wide = lam.reshape(n, 1, 1, 1)
    #| or
    wide = lam[:, None, None, None]
    #| end
    #| one of
    mixed = wide * images + (1.0 - wide) * images[order]
    #| or
    partners = images[order]
    mixed = partners + wide * (images - partners)
    #| end
    one_hot = jax.nn.one_hot(labels, num_classes)
    #| 0.5
    if smoothing > 0:
        #? 0.4 smoothed labels ~ label smoothing
        one_hot = (1.0 - smoothing) * one_hot + smoothing / num_classes
    #| end
    #| one of
    targets = lam[:, None] * one_hot + (1.0 - lam[:, None]) * one_hot[order]
    #| or
    share = lam[:, None]
    targets = share * one_hot + (1.0 - share) * one_hot[order]
    #| end
