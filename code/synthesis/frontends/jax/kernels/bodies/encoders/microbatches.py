"""Bodies of microbatches for ``recipes/applications/encoders.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def microbatches(inputs, num_microbatches, forward, inputsGIVEN, params, LOSSES, losses, total, labels, grad_sum):
    #| 0.4
    if inputs.shape[0] % num_microbatches != 0:
        raise ValueError(f'{inputs.shape[0]} examples are not divisible by {num_microbatches}')
    #| end
    def loss_fn(params, microbatch):
        inputs, labels = microbatch
        logits = forward(params, inputsGIVEN)
        LOSSES
        return either(jnp.mean(losses), losses.mean())
    #| one of
    def accumulate(total, microbatch):
        #| 0.5
        loss_and_grads = jax.value_and_grad(loss_fn)(params, microbatch)
        return jax.tree.map(jnp.add, total, loss_and_grads), None
        #| else
        return jax.tree.map(jnp.add, total, jax.value_and_grad(loss_fn)(params, microbatch)), None
        #| end
    microbatches = jax.tree.map(lambda x: x.reshape(num_microbatches, -1, *x.shape[1:]), (inputs, labels))
    #? 0.4 sums of losses and gradients ~ only one microbatch is in memory at a time
    zeros = (jnp.zeros(()), jax.tree.map(jnp.zeros_like, params))
    total, _ = jax.lax.scan(accumulate, zeros, microbatches)
    loss, grads = jax.tree.map(lambda x: x / num_microbatches, total)
    #| or
    def accumulate(grad_sum, microbatch):
        loss, grads = jax.value_and_grad(loss_fn)(params, microbatch)
        return jax.tree.map(jnp.add, grad_sum, grads), loss
    #| one of
    micro_size = inputs.shape[0] // num_microbatches
    microbatches = (
        inputs.reshape(num_microbatches, micro_size, *inputs.shape[1:]), labels.reshape(num_microbatches, micro_size))
    #| or
    microbatches = jax.tree.map(lambda x: jnp.stack(jnp.split(x, num_microbatches)), (inputs, labels))
    #| end
    #? 0.4 only one microbatch is in memory at a time
    grad_sum, losses = jax.lax.scan(accumulate, jax.tree.map(jnp.zeros_like, params), microbatches)
    loss, grads = jnp.mean(losses), jax.tree.map(lambda g: g / num_microbatches, grad_sum)
    #| end
