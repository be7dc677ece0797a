"""Bodies of scan for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def scan(INPUTS, num_microbatches, batch, loss_fn, state, grad_sum):
    #| 0.2
    batch_size = INPUTS.shape[0]
    if batch_size % num_microbatches != 0:
        raise ValueError(f'batch size {batch_size} is not divisible by {num_microbatches}')
    #| end
    #| one of
    microbatches = jax.tree.map(lambda x: x.reshape(num_microbatches, -1, *x.shape[1:]), batch)
    #| or
    microbatches = jax.tree.map(
        lambda x: x.reshape((num_microbatches, x.shape[0] // num_microbatches) + x.shape[1:]), batch)
    #| end
    grad_fn = jax.value_and_grad(loss_fn, has_aux=True)
    def accumulate(grad_sum, microbatch):
        (loss, METRIC), grads = grad_fn(state.params, microbatch)
        return jax.tree.map(jnp.add, grad_sum, grads), (loss, METRIC)
    zeros = jax.tree.map(jnp.zeros_like, state.params)
    #| 0.4
    # only one microbatch is in memory at a time
    #| end
    grad_sum, (losses, PLURAL) = jax.lax.scan(accumulate, zeros, microbatches)
    grads = jax.tree.map(lambda g: g / num_microbatches, grad_sum)
    loss, METRIC = jnp.mean(losses), jnp.mean(PLURAL)
