"""Bodies of epoch for ``recipes/applications/training_programs.py``."""

import jax
import jax.numpy as jnp


def epoch(state, INPUTS, num_batches, key, data, train_step):
    num_examples = INPUTS.shape[0]
    #| 0.3
    if num_examples % num_batches != 0:
        raise ValueError(f'{num_examples} examples are not divisible by {num_batches}')
    #| end
    #| one of
    #? 0.4 new order in each epoch
    order = jax.random.permutation(key, num_examples)
    #| one of
    batches = jax.tree.map(lambda x: x[order].reshape(num_batches, -1, *x.shape[1:]), data)
    #| or
    order = order.reshape(num_batches, -1)
    batches = jax.tree.map(lambda x: x[order], data)
    #| or
    batches = jax.tree.map(lambda x: jnp.take(x, order, axis=0).reshape(num_batches, -1, *x.shape[1:]), data)
    #| end
    #| or
    #| one of
    batches = jax.tree.map(lambda x: x.reshape(num_batches, num_examples // num_batches, *x.shape[1:]), data)
    #| or
    batch_size = num_examples // num_batches
    batches = jax.tree.map(lambda x: x.reshape(num_batches, batch_size, *x.shape[1:]), data)
    #| end
    #| or
    #? 0.4 examples are sampled with replacement
    #| one of
    batch_size = num_examples // num_batches
    indices = jax.random.randint(key, (num_batches, batch_size), 0, num_examples)
    #| or
    indices = jax.random.randint(key, (num_batches, num_examples // num_batches), 0, num_examples)
    #| end
    batches = jax.tree.map(lambda x: x[indices], data)
    #| end
    #? 0.3 step by step
    state, (losses, PLURAL) = jax.lax.scan(train_step, state, batches)
