"""Bodies of accuracy for ``recipes/applications/encoders.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def accuracy(forward, inputsGIVEN, params, LOSSES, labels, losses):
    def loss_fn(params):
        logits = forward(params, inputsGIVEN)
        LOSSES
        accuracy = either(jnp.mean(jnp.argmax(logits, axis=-1) == labels), (logits.argmax(axis=-1) == labels).mean())
        return either(jnp.mean(losses), losses.mean()), accuracy
    #| one of
    (loss, accuracy), grads = jax.value_and_grad(loss_fn, has_aux=True)(params)
    #| or
    grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
    (loss, accuracy), grads = grad_fn(params)
    #| end
