"""Bodies of sparse for ``recipes/applications/neighbor_lists.py``."""

import jax.numpy as jnp


def sparse(idx, layout, ordered, include_self, R, side, cutoff):
    #| 0.35
    if idx.ndim != 2:
        raise ValueError(f'expected a row of neighbours for each particle, got {idx.shape}')
    #| end
    n, width = idx.shape
    #| one of
    receivers = jnp.broadcast_to(jnp.arange(n)[:, None], idx.shape).reshape(-1)
    #| or
    receivers = jnp.repeat(jnp.arange(n), width)
    #| end
    senders = idx.reshape(-1)
    #| one of
    if layout == 'ordered':
        #? 0.5 each pair once
        mask = (senders < n) & (receivers < senders)
    elif layout == 'sparse':
        mask = (senders < n) & (receivers != senders)
    else:
        raise ValueError(f'unknown layout {layout}')
    #| or
    mask = (senders < n) & (receivers != senders)
    if ordered:
        #? 0.5 each pair once
        mask = mask & (receivers < senders)
    #| or
    #? 0.4 n marks free slots
    mask = senders < n
    if not include_self:
        mask = mask & (senders != receivers)
    #| end
    #| 0.4
    if R is not None:
        #? 0.4 lists include a skin beyond the cutoff
        dR = R[receivers] - R.at[senders].get(mode='clip')
        #| 0.6
        if side is not None:
            dR = dR - side * jnp.round(dR / side)
        #| end
        mask = mask & (jnp.sum(dR ** 2, axis=-1) < cutoff ** 2)
    #| end
    senders = jnp.where(mask, senders, n)
    receivers = jnp.where(mask, receivers, n)
