"""Bodies of rates for ``recipes/applications/optimizer_parts.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def rates(total_steps, warmup_steps, step, CASES, scale, warmup, peak, min_rate):
    #| 0.4
    if warmup_steps >= total_steps:
        raise ValueError(f'{warmup_steps} steps of warmup do not fit {total_steps} steps')
    #| end
    t = either(jnp.asarray(step, jnp.float32), step.astype(jnp.float32))
    #| one of
    progress = jnp.clip((t - warmup_steps) / (total_steps - warmup_steps), 0.0, 1.0)
    #| or
    progress = (t - warmup_steps) / either(max(total_steps - warmup_steps, 1), (total_steps - warmup_steps))
    progress = jnp.clip(progress, 0.0, 1.0)
    #| end
    CASES
    #| one of
    if warmup_steps > 0:
        #? 0.5 linear warmup
        warm = either(jnp.minimum(1.0, (t + 1.0) / warmup_steps), jnp.clip((t + 1.0) / warmup_steps, 0.0, 1.0))
        scale = scale * warm
    #| or
    scale = warmup(t, warmup_steps) * scale
    #| or
    if warmup_steps == 0:
        return peak * scale
    #| one of
    scale = jnp.where(t < warmup_steps, (t + 1.0) / warmup_steps, scale)
    #| or
    warm = (t + 1.0) / warmup_steps
    scale = jnp.where(t < warmup_steps, warm, scale)
    #| end
    #| end
    #| 0.35
    if min_rate is not None:
        return jnp.maximum(peak * scale, min_rate)
    #| end
    #| one of
    return peak * scale
    #| or
    rate = peak * scale
    return rate
    #| end
