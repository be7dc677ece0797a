"""Bodies of codebook for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def codebook(codes, x, normalize, safe_norm, commitment, entropy_weight):
    #| 0.15
    if x.shape[-1] != codes.shape[-1]:
        raise ValueError(f'codes of {codes.shape[-1]} features for inputs of {x.shape[-1]}')
    #| end
    #| 0.3
    if normalize:
        #| one of
        x, codes = x / safe_norm(x), codes / safe_norm(codes)
        #| or
        x = x / jnp.linalg.norm(x, axis=-1, keepdims=True)
        codes = codes / jnp.linalg.norm(codes, axis=-1, keepdims=True)
        #| end
    #| end
    #? 0.4 squared distances to all codes
    distances = jnp.sum(x ** 2, axis=-1, keepdims=True) - 2.0 * x @ codes.T + jnp.sum(codes ** 2, axis=-1)
    indices = either(jnp.argmin(distances, axis=-1), distances.argmin(axis=-1))
    quantized = either(codes[indices], jnp.take(codes, indices, axis=0))
    codebook_loss = jnp.mean((jax.lax.stop_gradient(x) - quantized) ** 2)
    commitment_loss = jnp.mean((x - jax.lax.stop_gradient(quantized)) ** 2)
    loss = codebook_loss + commitment * commitment_loss
    #| 0.3
    if entropy_weight > 0:
        #? 0.4 encourage uniform code usage
        usage = jax.nn.softmax(-distances, axis=-1).mean(axis=0)
        loss = loss + entropy_weight * jnp.sum(usage * jnp.log(usage + 1e-9))
    #| end
    #| 0.5
    # straight-through estimator
    #| end
    quantized = x + jax.lax.stop_gradient(quantized - x)
