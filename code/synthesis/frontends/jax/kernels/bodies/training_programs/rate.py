"""Bodies of rate for ``recipes/applications/training_programs.py``."""

import jax.numpy as jnp


def rate(count, learning_rate, warmup, num_steps, decay_rate, transition_steps, schedule):
    #| one of
    #| 0.4
    # linear warmup
    #| end
    lr = learning_rate * jnp.minimum(1.0, count / warmup)
    #| or
    #| 0.4
    # linear warmup, then cosine decay to zero
    #| end
    #| one of
    warmup_factor = jnp.minimum(1.0, count / warmup)
    progress = jnp.clip((count - warmup) / (num_steps - warmup), 0.0, 1.0)
    lr = learning_rate * warmup_factor * 0.5 * (1.0 + jnp.cos(jnp.pi * progress))
    #| or
    progress = jnp.clip((count - warmup) / (num_steps - warmup), 0.0, 1.0)
    decayed = 0.5 * learning_rate * (1.0 + jnp.cos(jnp.pi * progress))
    lr = jnp.where(count < warmup, learning_rate * count / warmup, decayed)
    #| end
    #| or
    #| 0.4
    # inverse square root decay after the warmup
    #| end
    lr = learning_rate * jnp.minimum(count / warmup, jnp.sqrt(warmup / count))
    #| or
    lr = learning_rate * decay_rate ** (count / transition_steps)
    #| or
    progress = jnp.minimum(count / num_steps, 1.0)
    if schedule == 'cosine':
        lr = 0.5 * learning_rate * (1.0 + jnp.cos(jnp.pi * progress))
    elif schedule == 'linear':
        lr = learning_rate * (1.0 - progress)
    elif schedule == 'constant':
        lr = learning_rate
    else:
        raise ValueError(f'unknown schedule: {schedule}')
    #| end
