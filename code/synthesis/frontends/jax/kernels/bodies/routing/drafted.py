"""Bodies of drafted for ``recipes/applications/routing.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def drafted(
    draft_tokens, target_logits, draft_logits, temperature, token_probs, key, ACCEPTED, max_accept, accepted,
    leftover, EXTRA, pad_id, extra, with_stats,
):
    #| 0.5
    #| one of
    if target_logits.shape[1] != draft_tokens.shape[1] + 1:
        raise ValueError('the model has to score one token more than were drafted')
    #| or
    if draft_logits.shape[:2] != draft_tokens.shape:
        raise ValueError(f'{draft_tokens.shape} tokens but scores of shape {draft_logits.shape}')
    #| end
    #| end
    #| one of
    batch, num_draft = draft_tokens.shape
    #| or
    num_draft = draft_tokens.shape[1]
    #| end
    #| one of
    target, draft = (token_probs(logits, temperature) for logits in (target_logits, draft_logits))
    #| or
    target = token_probs(target_logits, temperature)
    draft = token_probs(draft_logits, temperature)
    #| end
    #| one of
    accept_key, next_key = jax.random.split(key)
    #| or
    keys = jax.random.split(key)
    accept_key, next_key = keys[0], keys[1]
    #| end
    chosen = draft_tokens[..., None]
    p = jnp.take_along_axis(target[:, :-1], chosen, axis=-1)[..., 0]
    q = jnp.take_along_axis(draft, chosen, axis=-1)[..., 0]
    ACCEPTED
    #| 0.5
    if max_accept is not None:
        accepted = accepted & (jnp.arange(num_draft) < max_accept)
    #| end
    #? 0.5 accept tokens up to the first rejection
    #| one of
    count = jnp.sum(jnp.cumprod(accepted.astype(jnp.int32), axis=1), axis=1)
    #| or
    count = jnp.sum(jax.lax.cumprod(accepted.astype(jnp.int32), axis=1), axis=1)
    #| or
    refused = jnp.logical_not(accepted)
    count = jnp.where(jnp.any(refused, axis=1), jnp.argmax(refused, axis=1), num_draft)
    #| end
    #| one of
    padded = jnp.concatenate([draft, jnp.zeros_like(draft[:, :1])], axis=1)
    #| or
    padded = jnp.concatenate([draft, jnp.zeros((draft.shape[0], 1, draft.shape[2]), draft.dtype)], axis=1)
    #| end
    #| one of
    rest = leftover(target, padded)
    rest = jnp.take_along_axis(rest, count[:, None, None], axis=1)[:, 0]
    #| or
    at = count[:, None, None]
    rest = leftover(jnp.take_along_axis(target, at, axis=1)[:, 0], jnp.take_along_axis(padded, at, axis=1)[:, 0])
    #| end
    EXTRA
    #? 0.4 accepted tokens, one model token, padding
    place = jnp.arange(num_draft + 1)
    tokens = either(jnp.concatenate([draft_tokens, draft_tokens[:, :1]], axis=1), jnp.concatenate([draft_tokens, jnp.zeros_like(draft_tokens[:, :1])], axis=1))
    tokens = jnp.where(place < count[:, None], tokens, pad_id)
    tokens = jnp.where(place == count[:, None], extra[:, None], tokens)
    #| one of
    return tokens, count + 1
    #| or
    if not with_stats:
        return tokens, count + 1
    return tokens, count + 1, jnp.mean(count / num_draft)
    #| or
    #: return {'tokens': tokens, 'lengths': count + 1}
    #| end
