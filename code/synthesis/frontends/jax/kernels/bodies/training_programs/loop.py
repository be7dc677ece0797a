"""Bodies of loop for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def loop(INPUTS, num_microbatches, loss_fn, state, batch):
    batch_size = INPUTS.shape[0]
    #| 0.2
    if batch_size % num_microbatches != 0:
        raise ValueError(f'batch size {batch_size} is not divisible by {num_microbatches} microbatches')
    #| end
    micro_size = batch_size // num_microbatches
    grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
    #| 0.4
    # accumulate gradients over microbatches
    #| end
    grads = jax.tree.map(jnp.zeros_like, state.params)
    loss, METRIC = 0.0, 0.0
    for i in range(num_microbatches):
        microbatch = jax.tree.map(lambda x: x[i * micro_size:(i + 1) * micro_size], batch)
        (micro_loss, micro_METRIC), micro_grads = grad_fn(state.params, microbatch)
        grads = jax.tree.map(jnp.add, grads, micro_grads)
        loss = loss + micro_loss / num_microbatches
        METRIC = METRIC + micro_METRIC / num_microbatches
    grads = jax.tree.map(lambda g: g / num_microbatches, grads)
