"""Bodies of whole for ``recipes/applications/encoders.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def whole(forward, inputsGIVEN, params, LOSSES, losses):
    def loss_fn(params):
        logits = forward(params, inputsGIVEN)
        LOSSES
        return either(jnp.mean(losses), losses.mean())
    #| one of
    loss, grads = jax.value_and_grad(loss_fn)(params)
    #| or
    grad_fn = jax.value_and_grad(loss_fn)
    loss, grads = grad_fn(params)
    #| end
