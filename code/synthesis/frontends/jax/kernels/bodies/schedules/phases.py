"""Bodies of phases for ``recipes/applications/schedules.py``."""

import jax.numpy as jnp


def phases(lengths, values, state, blend, shape, scale_with, base_batch, min_lr, MOVED, trace, RETURNED):
    #| 0.6
    if len(lengths) != len(values) - 1:
        raise ValueError(f'{len(values)} values for {len(lengths)} phases')
    #| else
    #| 0.4
    if any(length <= 0 for length in lengths):
        raise ValueError(f'phases have to be longer than nothing, got {lengths}')
    #| end
    #| end
    #| one of
    t = state['count'].astype(jnp.float32)
    #| or
    t = jnp.asarray(state['count'], jnp.float32)
    #| end
    #| one of
    ends = [sum(lengths[:i + 1]) for i in range(len(lengths))]
    lr = values[-1] * jnp.ones_like(t)
    for i in reversed(range(len(lengths))):
        #? 0.4 the first phase that has not ended
        inside = blend(values[i], values[i + 1], (t - ends[i]) / lengths[i] + 1.0, shape)
        lr = jnp.where(t < ends[i], inside, lr)
    #| or
    lr, start = jnp.zeros_like(t), 0
    for i, length in enumerate(lengths):
        phase = blend(values[i], values[i + 1], (t - start) / length, shape if i > 0 else 'linear')
        #? 0.4 later phases override
        lr = jnp.where(t >= start, phase, lr)
        start = start + length
    #| or
    lr, start = jnp.asarray(values[0], jnp.float32), 0
    for length, value, target in zip(lengths, values[:-1], values[1:]):
        lr = jnp.where(t >= start, blend(value, target, (t - start) / length, shape), lr)
        start += length
    #| end
    #| 0.5
    if scale_with is not None:
        #? 0.4 larger batches take larger steps
        #| one of
        lr = lr * scale_with / base_batch
        #| or
        lr *= scale_with / base_batch
        #| end
    #| else
    #| 0.4
    lr = jnp.maximum(lr, min_lr) if min_lr > 0.0 else lr
    #| end
    #| end
    MOVED
    state = {'count': state['count'] + 1, 'trace': trace}
    RETURNED
