"""Bodies of forecast for ``recipes/applications/detection.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def forecast(horizon, past, series, gather_windows, starts, observed, decay, scaling, lags, periods, phase_features):
    #| 0.5
    #| one of
    if past + horizon > series.shape[1]:
        raise ValueError(f'{past + horizon} steps do not fit series of {series.shape[1]}')
    #| or
    if series.ndim != 3:
        raise ValueError('expected series of shape (batch, time, features)')
    #| end
    #| end
    window = gather_windows(series, starts, past + horizon)
    #| one of
    context, future = window[:, :past], window[:, past:]
    #| or
    context = window[:, :past]
    future = window[:, past:]
    #| end
    #| one of
    if observed is None:
        weight = either(jnp.ones(context.shape[:2], context.dtype), jnp.ones_like(context[..., 0]))
    else:
        weight = gather_windows(observed[..., None], starts, past)[..., 0].astype(context.dtype)
        #? 0.5 fill gaps with zeros
        context = jnp.where(weight[..., None] > 0, context, 0.0)
    count = jnp.maximum(jnp.sum(weight, axis=1), 1.0)[:, None, None]
    #| or
    weight = either(jnp.ones(context.shape[:2], context.dtype), jnp.ones_like(context[..., 0]))
    #| 0.6
    if decay < 1.0:
        #? 0.5 exponentially decaying weights
        weight = weight * decay ** jnp.arange(past)[::-1]
    #| end
    count = jnp.sum(weight, axis=1)[:, None, None]
    #| end
    #| one of
    if scaling == 'mean':
        #? 0.5 series of one shape and any size
        shift = jnp.zeros_like(count)
        scale = jnp.sum(weight[..., None] * jnp.abs(context), axis=1, keepdims=True) / count + either(1e-6, 1e-3)
    elif scaling == 'std':
        shift = jnp.sum(weight[..., None] * context, axis=1, keepdims=True) / count
        spread = jnp.sum(weight[..., None] * (context - shift) ** 2, axis=1, keepdims=True) / count
        scale = jnp.sqrt(spread + 1e-6)
    #| one of
    elif scaling == 'last':
        shift, scale = context[:, -1:], jnp.ones_like(count)
    #| or
    #| end
    else:
        raise ValueError(f'unknown scaling {scaling}')
    #| or
    shift = jnp.sum(weight[..., None] * context, axis=1, keepdims=True) / count
    #| one of
    scale = jnp.ones_like(shift)
    if scaling == 'std':
        scale = jnp.sqrt(jnp.sum(weight[..., None] * (context - shift) ** 2, axis=1, keepdims=True) / count + 1e-6)
    #| or
    scale = 1.0 if scaling == 'none' else jnp.max(jnp.abs(context - shift), axis=1, keepdims=True) + 1e-6
    #| end
    #| end
    context, future = (context - shift) / scale, (future - shift) / scale
    #| 0.6
    #| one of
    inputs = [context]
    for lag in lags:
        #? 0.5 the same hour of an earlier day
        earlier = gather_windows(series, jnp.maximum(starts - lag, 0), past)
        inputs.append((earlier - shift) / scale)
    context = jnp.concatenate(inputs, axis=-1)
    #| or
    lagged = [(gather_windows(series, jnp.maximum(starts - lag, 0), past) - shift) / scale for lag in lags]
    context = jnp.concatenate([context, *lagged], axis=-1)
    #| end
    #| end
    windows = {'past': context, 'future': future}
    #| 0.6
    if periods:
        steps = starts[:, None] + jnp.arange(past + horizon)
        #| one of
        times = phase_features(steps, periods)
        windows['past_time'], windows['future_time'] = times[:, :past], times[:, past:]
        #| or
        windows['time'] = phase_features(steps, periods)
        #| end
    #| end
    #| one of
    return windows, (shift, scale)
    #| or
    windows['shift'], windows['scale'] = shift, scale
    return windows
    #| end
