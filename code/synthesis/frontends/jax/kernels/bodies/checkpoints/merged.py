"""Bodies of merged for ``recipes/applications/checkpoints.py``."""

import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def merged(adapters, params, alpha, rank_stabilized, low_rank_delta, strength, subtract, column_norm, dtype):
    #| 0.5
    #| one of
    unknown = [name for name in adapters if name not in params]
    if unknown:
        raise ValueError(f'no weights for the adapters {unknown}')
    #| or
    if not set(adapters) <= set(params):
        raise ValueError('some adapters belong to no weight')
    #| end
    #| end
    #| one of
    merged = dict(params)
    for name, adapter in adapters.items():
        w = params[name]
    #| or
    #: merged = {}
    #: for name, w in params.items():
        #| one of
    #:     if name not in adapters:
            #? 0.4 as in training
    #:         merged[name] = w
    #:         continue
    #:     adapter = adapters[name]
        #| or
    #:     adapter = adapters.get(name)
    #:     if adapter is None:
    #:         merged[name] = w
    #:         continue
        #| end
    #| end
        #| 0.4
        if adapter['a'].shape[1] != adapter['b'].shape[0]:
            raise ValueError(f'the factors of {name} do not fit each other')
        #| end
        #| one of
        rank = adapter['a'].shape[-1]
        #| or
        rank = adapter['b'].shape[0]
        #| or
        _, rank = adapter['a'].shape
        #| end
        #| one of
        scale = alpha / math.sqrt(rank) if rank_stabilized else alpha / rank
        #| or
        scale = alpha / rank
        #| or
        scale = alpha / rank
        if rank_stabilized:
            #? 0.5 rank-stabilized scaling
            scale = alpha / math.sqrt(rank)
        #| end
        #| one of
        update = scale * (adapter['a'] @ adapter['b'])
        #| or
        update = low_rank_delta(adapter, scale)
        #| or
        update = low_rank_delta(adapter, scale)
        #| or
        update = scale * jnp.matmul(adapter['a'], adapter['b'])
        #| end
        #| 0.5
        if update.shape != w.shape:
            #? 0.5 heads, or the window of a convolution, have axes of their own
            update = update.reshape(w.shape)
        #| end
        #| one of
        #? 0.4 accumulate in full precision
        new = w.astype(jnp.float32) + either(strength * update, update)
        #| or
        new = w + either(strength * update, update)
        #| or
        new = w - update if subtract else w + update
        #| end
        #| 0.5
        if 'magnitude' in adapter:
            #? 0.5 separate direction and magnitude
            #| one of
            new = adapter['magnitude'] * new / column_norm(new)
            #| or
            length = jnp.sqrt(jnp.sum(new ** 2, axis=0, keepdims=True) + 1e-12)
            new = new * (adapter['magnitude'] / length)
            #| end
        #| end
        merged[name] = either(new.astype(w.dtype), new.astype(w.dtype), new.astype(dtype or w.dtype))
    #| one of
    return merged
    #| or
    #: if not with_report:
    #:     return merged
    #? 0.4 magnitude of each update
    #| one of
    #: moved = {name: jnp.max(jnp.abs(merged[name] - params[name]))
    #| or
    #: moved = {name: jnp.linalg.norm(merged[name] - params[name])
    #| end
    #:     for name in adapters>>
    #: return merged, moved
    #| end
