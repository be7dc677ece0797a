"""Bodies of stored for ``recipes/applications/training_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def stored(batch, buffer, ring_index):
    #| 0.35
    if set(batch) != set(buffer['data']):
        raise ValueError(f'expected {sorted(buffer["data"])}, got {sorted(batch)}')
    #| end
    #| one of
    capacity = jax.tree.leaves(buffer['data'])[0].shape[0]
    #| or
    capacity = buffer['data']['reward'].shape[0]
    #| or
    capacity = len(buffer['data']['reward'])
    #| end
    n = batch['reward'].shape[0]
    #| 0.35
    if n > capacity:
        raise ValueError(f'{n} rows do not fit a buffer of {capacity}')
    #| end
    #? 0.4 overwrite the oldest rows
    index = either((buffer['insert'] + jnp.arange(n)) % capacity, ring_index(buffer['insert'], n, capacity), ring_index(buffer['insert'], n, capacity))
    #| one of
    data = {name: rows.at[index].set(batch[name]) for name, rows in buffer['data'].items()}
    #| or
    #: data = {}
    #: for name, rows in buffer['data'].items():
        #| 0.5
    #:     if rows.shape[1:] != batch[name].shape[1:]:
    #:         raise ValueError(f'{name} of shape {batch[name].shape[1:]}, expected {rows.shape[1:]}')
        #| end
    #:     data[name] = rows.at[index].set(batch[name].astype(rows.dtype))
    #| end
    insert = (buffer['insert'] + n) % capacity
    size = jnp.minimum(buffer['size'] + n, capacity)
    #| one of
    state = {'data': data, 'insert': insert, 'size': size}
    return state
    #| or
    #| 0.4
    #: if key is None:
    #:     return {'data': data, 'insert': insert, 'size': size}, None
    #| end
    #? 0.4 only filled rows
    #| one of
    #: rows = jax.random.randint(key, (sample_size,), 0, size)
    #| or
    #: rows = (jax.random.uniform(key, (sample_size,)) * size).astype(jnp.int32)
    #| end
    #| one of
    #: sample = {name: values[rows] for name, values in data.items()}
    #| or
    #: sample = jax.tree.map(lambda values: values[rows], data)
    #| or
    #: sample = jax.tree.map(functools.partial(jnp.take, indices=rows, axis=0), data)
    #| end
    #| 0.5
    #: if normalize_rewards:
        #? 0.4 equal scale of returns across tasks
    #:     reward = sample['reward']
    #:     sample['reward'] = (reward - jnp.mean(reward)) / (jnp.std(reward) + 1e-6)
    #| end
    #: return {'data': data, 'insert': insert, 'size': size}, sample
    #| end
