"""Bodies of denoising for ``recipes/applications/generative.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def denoising(noise, x, betas, t, denoise, params, predicts, WEIGH):
    #| 0.15
    if x.shape != noise.shape:
        raise ValueError(f'noise of shape {noise.shape} for inputs of shape {x.shape}')
    #| end
    #| one of
    alpha_bar = jnp.cumprod(1.0 - betas)[t]
    #| or
    alphas = 1.0 - betas
    alpha_bar = jnp.exp(jnp.cumsum(jnp.log(alphas)))[t]
    #| end
    alpha_bar = either(alpha_bar.reshape(-1, 1), alpha_bar[:, None])
    noisy = jnp.sqrt(alpha_bar) * x + jnp.sqrt(1.0 - alpha_bar) * noise
    predicted = denoise(params, noisy, t)
    #| one of
    if predicts == 'noise':
        regression_target = noise
    elif predicts == 'data':
        regression_target = x
    elif predicts == 'velocity':
        regression_target = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
    else:
        raise ValueError(f'unknown prediction type {predicts}')
    #| or
    if predicts not in ('noise', 'data', 'velocity'):
        raise ValueError(f'unknown prediction type {predicts}')
    if predicts == 'velocity':
        regression_target = jnp.sqrt(alpha_bar) * noise - jnp.sqrt(1.0 - alpha_bar) * x
    else:
        regression_target = noise if predicts == 'noise' else x
    #| end
    error = either(jnp.mean(jnp.square(predicted - regression_target), axis=-1), ((predicted - regression_target) ** 2).mean(axis=-1))
    WEIGH
