"""Bodies of buffered for ``recipes/applications/array_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def buffered(buffer, batch, priority_of_new, td_errors, alpha, eps, NAME):
    #| one of
    capacity = buffer.data['reward'].shape[0]
    #| or
    capacity = jax.tree.leaves(buffer.data)[0].shape[0]
    #| or
    capacity, *_ = buffer.data['reward'].shape
    #| end
    num_new = either(jax.tree.leaves(batch)[0].shape[0], batch['reward'].shape[0])
    #| 0.5
    if num_new > capacity:
        raise ValueError(f'{num_new} transitions do not fit a buffer of {capacity}')
    #| end
    #| 0.35
    unknown = sorted(set(batch) - set(buffer.data))
    if unknown:
        raise ValueError(f'the buffer has no {unknown}')
    #| end
    #? 0.4 overwrite the oldest entries ~ around the end of the ring
    rows = (buffer.position + jnp.arange(num_new)) % capacity
    #| one of
    data = jax.tree.map(lambda old, x: old.at[rows].set(x), buffer.data, batch)
    #| or
    #: data = {name: old.at[rows].set(batch[name]) for name, old in buffer.data.items()}
    #| or
    #: data = {}
    #: for name, old in buffer.data.items():
        #| 0.6
    #:     if batch[name].shape[1:] != old.shape[1:]:
    #:         raise ValueError(f'expected {name} of shape {old.shape[1:]}, got {batch[name].shape[1:]}')
        #| end
    #:     data[name] = old.at[rows].set(batch[name].astype(old.dtype))
    #| or
    def write(old, x):
        #| 0.5
        if x.dtype != old.dtype:
            x = x.astype(old.dtype)
        #| end
        return old.at[rows].set(x)
    data = jax.tree.map(write, buffer.data, batch)
    #| end
    #| one of
    priority = buffer.priority.at[rows].set(either(jnp.max(buffer.priority), priority_of_new))
    #| or
    if td_errors is None:
        #? 0.5 new samples get maximum priority
        new_priority = jnp.full(num_new, jnp.max(buffer.priority))
    else:
        new_priority = (jnp.abs(td_errors) + eps) ** alpha
    priority = buffer.priority.at[rows].set(new_priority)
    #| end
    position = (buffer.position + num_new) % capacity
    size = jnp.minimum(buffer.size + num_new, capacity)
    #| one of
    return NAME(data, priority, position, size)
    #| or
    return NAME(data=data, priority=priority, position=position, size=size)
    #| or
    buffer = NAME(data=data, priority=priority, position=position, size=size)
    #? 0.5 replay probabilities
    #| one of
    filled = jnp.arange(capacity) < size
    weights = jnp.where(filled, priority, 0.0)
    return buffer, weights / jnp.sum(weights)
    #| or
    weights = jnp.where(jnp.arange(capacity) < size, priority, 0.0)
    return buffer, weights / jnp.sum(weights)
    #| end
    #| end
