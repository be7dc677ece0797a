"""Bodies of head_loss for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def head_loss(
    hidden, labels, chunk_size, params, tied, weights, ignore_index, EXTRA, norm_scale, rms_norm, softcap, smoothing,
    token_losses, z_weight, COUNTED,
):
    #| 0.5
    #| one of
    if hidden.shape[:-1] != labels.shape:
        raise ValueError(f'features of shape {hidden.shape} do not fit labels of shape {labels.shape}')
    #| or
    if chunk_size < 1:
        raise ValueError('a chunk has one position or more')
    #| end
    #| end
    #| one of
    head = params['embedding'].T if tied else params['head']
    #| or
    head = params['head'] if 'head' in params else params['embedding'].T
    #| or
    head = params['head']
    #| end
    #| one of
    if weights is None:
        weights = jnp.ones(labels.shape, hidden.dtype)
    else:
        weights = weights.astype(hidden.dtype)
    #| or
    weights = jnp.ones(labels.shape) if weights is None else weights.astype(jnp.float32)
    #| end
    #| 0.5
    #| one of
    if ignore_index is not None:
        weights = jnp.where(labels == ignore_index, 0.0, weights)
        labels = jnp.maximum(labels, 0)
    #| or
    #? 0.5 padding has no label
    weights = weights * (labels != ignore_index)
    labels = jnp.where(labels == ignore_index, 0, labels)
    #| end
    #| end
    totals = {'loss': 0.0, 'weight': 0.0}
    EXTRA
    #| 0.25
    #? 0.4 chunks of equal length
    while labels.shape[1] % chunk_size != 0:
        #| one of
        chunk_size -= 1
        #| or
        chunk_size //= 2
        #| end
    #| end
    #? 0.5 never materializes all logits
    #| one of
    for start in range(0, labels.shape[1], chunk_size):
        stop = either(min(start + chunk_size, labels.shape[1]), start + chunk_size)
        #| one of
        h, y, w = (part[:, start:stop] for part in (hidden, labels, weights))
        #| or
        h, y, w = hidden[:, start:stop], labels[:, start:stop], weights[:, start:stop]
        #| end
    #| or
    #: num_chunks = -(-labels.shape[1] // chunk_size)
    #: for i in range(num_chunks):
    #:     h, y, w = (part[:, i * chunk_size:(i + 1) * chunk_size] for part in (hidden, labels, weights))
    #| end
        #| 0.5
        #| one of
        if norm_scale is not None:
            h = rms_norm(h, norm_scale)
        #| or
        h = h if norm_scale is None else rms_norm(h, norm_scale)
        #| end
        #| end
        #| one of
        logits = h @ head
        #| or
        logits = jnp.einsum('btd,dv->btv', h, head)
        #| or
        logits = jnp.einsum('btd,dv->btv', h, head, preferred_element_type=jnp.float32)
        #| end
        #| 0.5
        if 'bias' in params:
            logits = logits + params['bias']
        #| end
        #| 0.5
        if softcap is not None:
            logits = softcap * jnp.tanh(logits / softcap)
        #| end
        losses = token_losses(logits, y, smoothing)
        #| 0.5
        if z_weight > 0.0:
            #? 0.5 keeps the normalizer near one
            losses = losses + z_weight * jax.nn.logsumexp(logits, axis=-1) ** 2
        #| end
        #| one of
        totals['loss'] = totals['loss'] + jnp.sum(w * losses)
        #| or
        totals['loss'] += jnp.vdot(w, losses)
        #| end
        totals['weight'] = totals['weight'] + jnp.sum(w)
        COUNTED
    denominator = jnp.maximum(totals.pop('weight'), 1.0)
    #| one of
    metrics = {name: value / denominator for name, value in totals.items()}
    return metrics['loss'], metrics
    #| or
    #: if reduction == 'sum':
    #:     return totals, denominator
    #: return {name: value / denominator for name, value in totals.items()}, denominator
    #| or
    #: metrics = {name: value / denominator for name, value in totals.items()}
    #? 0.5 tokens about as likely as expected
    #: metrics['perplexity'] = jnp.exp(metrics['loss'])
    #: return metrics
    #| end
