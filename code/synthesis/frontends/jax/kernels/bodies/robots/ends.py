"""Bodies of ends for ``recipes/applications/robots.py``."""

import functools
import math

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def ends(
    up, height, min_height, max_tilt, joint_limits, joint_pos, outside, tolerated, joint_vel, max_speed,
    episode_length, steps, ignore_timeout, as_float, gamma,
):
    #| 0.3
    if up.shape[-1] != 3:
        raise ValueError(f'expected directions of shape (n, 3), got {up.shape}')
    #| end
    #| one of
    reasons = {'fallen': height < min_height}
    if max_tilt is not None:
        #? 0.5 the third entry is the cosine of the tilt
        reasons['tilted'] = up[:, 2] < math.cos(either(max_tilt, math.radians(max_tilt)))
    #| 0.6
    if joint_limits is not None:
        low, high = joint_limits
        #| one of
        beyond = outside(joint_pos, low, high)
        #| or
        beyond = jnp.logical_or(joint_pos < low, joint_pos > high)
        #| end
        reasons['joint_limit'] = either(jnp.any(beyond, axis=-1), jnp.sum(beyond, axis=-1) > tolerated)
    #| end
    #| 0.5
    reasons['too_fast'] = jnp.max(jnp.abs(joint_vel), axis=-1) > max_speed
    #| end
    #| one of
    done = jnp.zeros(height.shape, dtype=bool)
    for reason in reasons.values():
        done = either(done | reason, jnp.logical_or(done, reason))
    #| or
    done = jnp.any(jnp.stack(list(reasons.values())), axis=0)
    #| or
    done = functools.reduce(jnp.logical_or, reasons.values())
    #| end
    #| or
    #: fallen = height < min_height
    #: tilted = up[:, 2] < math.cos(tilt_limit)
    #: reasons = {'fallen': fallen, 'tilted': tilted}
    #: done = fallen | tilted
    #| end
    #? 0.5 the time is up, not a failure
    timeout = either(steps >= episode_length, steps + 1 >= episode_length)
    #| one of
    #| one of
    truncated = timeout & jnp.logical_not(done)
    return done, truncated
    #| or
    #| 0.5
    if ignore_timeout:
        return done, reasons
    #| end
    return done | timeout, reasons
    #| or
    #: reasons['timeout'] = timeout
    #: counts = {f'done/{name}': jnp.mean(flag.astype(jnp.float32)) for name, flag in reasons.items()}
    #: return done | timeout, counts
    #| end
    #| or
    #| one of
    if as_float:
        return (done | timeout).astype(jnp.float32), timeout.astype(jnp.float32)
    return done | timeout, timeout
    #| or
    discount = jnp.where(done, 0.0, gamma)
    #? 0.5 bootstrap beyond a time limit
    return done | timeout, discount
    #| end
    #| end
