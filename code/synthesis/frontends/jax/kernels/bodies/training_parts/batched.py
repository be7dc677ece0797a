"""Bodies of batched for ``recipes/applications/training_parts.py``."""

import jax
import jax.numpy as jnp


def batched(tokens, bos_id, pad_id, prompt_lens, eos_id, packed, sep_id):
    #| 0.35
    if tokens.ndim != 2:
        raise ValueError(f'expected tokens of shape (batch, length), got {tokens.shape}')
    #| end
    #| one of
    if bos_id is not None:
        #? 0.4 prepend a start token
        first = jnp.full((tokens.shape[0], 1), bos_id, tokens.dtype)
        inputs, answers = jnp.concatenate([first, tokens[:, :-1]], axis=1), tokens
    else:
        inputs, answers = tokens[:, :-1], tokens[:, 1:]
    #| or
    #? 0.4 each position predicts the next token
    inputs, answers = tokens[:, :-1], tokens[:, 1:]
    #| end
    features = {'inputs': inputs, 'targets': answers}
    mask = (answers != pad_id)
    #| 0.6
    if prompt_lens is not None:
        #? 0.5 loss on the answer only
        steps = jnp.arange(answers.shape[1])
        #| one of
        mask = mask & (steps + 1 >= prompt_lens[:, None])
        #| or
        mask = mask & (steps  >= prompt_lens[:, None])
        #| end
    #| end
    #| 0.4
    if eos_id is not None:
        #? 0.5 ignore steps after the end
        ended = jnp.cumsum(inputs == eos_id, axis=1) > 0
        mask = jnp.logical_and(mask, jnp.logical_not(ended))
    #| end
    features['loss_mask'] = mask.astype(jnp.float32)
    #| one of
    if packed:
        #? 0.4 a new document begins after each end token
        ends = (inputs[:, :-1] == sep_id).astype(inputs.dtype)
        starts = jnp.concatenate([jnp.zeros_like(inputs[:, :1]), ends], axis=1)
        segments = jnp.cumsum(starts, axis=1) + 1
        #| 0.5
        index = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape)
        last_start = jax.lax.cummax(jnp.where(starts > 0, index, 0), axis=1)
        features['positions'] = index - last_start
        #| end
        features['segment_ids'] = jnp.where(inputs == pad_id, 0, segments)
    else:
        features['positions'] = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape)
    #| or
    #| one of
    features['positions'] = jnp.broadcast_to(jnp.arange(inputs.shape[1]), inputs.shape)
    #| or
    valid = (inputs != pad_id).astype(jnp.int32)
    #? 0.4 padding may be on the left
    features['positions'] = jnp.maximum(jnp.cumsum(valid, axis=1) - 1, 0)
    #| or
    #| end
    #| end
    #| one of
    return features
    #| or
    #: if num_shards is None:
    #:     return features
    #? 0.4 one shard per device
    #: return {name: value.reshape(num_shards, -1, *value.shape[1:]) for name, value in features.items()}
    #| or
    return features, jnp.sum(features['loss_mask'])
    #| end
