"""Bodies of slopes for ``recipes/applications/language_models.py``."""

import jax


def slopes(params, loss_fnAUX):
    #| one of
    LEFT, grads = jax.value_and_grad(loss_fnAUX)(params)
    #| or
    grad_fn = jax.value_and_grad(loss_fnAUX)
    LEFT, grads = grad_fn(params)
    #| end
