"""Bodies of pid for ``recipes/applications/control_steps.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def pid(
    anti_windup, measured, target, angular, wrap_angle, dt, state, max_integral, limited, leak, on_measurement,
    velocity, smoothing, kd, ki, kp, use_integral, feedforward, limit, rate_limit,
):
    #| 0.5
    if anti_windup not in (None, 'clamp', 'conditional'):
        raise ValueError(f'unknown anti-windup {anti_windup}')
    #| else
    #| 0.4
    if target.shape != measured.shape:
        raise ValueError(f'{target.shape} targets for {measured.shape} measurements')
    #| end
    #| end
    error = either(target - measured, wrap_angle(target - measured) if angular else target - measured)
    #| one of
    integral = state['integral'] + dt * error
    #| one of
    if anti_windup == 'clamp':
        #? 0.4 bounded integral
        integral = jnp.clip(integral, -max_integral, max_integral)
    #| or
    if max_integral is not None:
        #? 0.4 anti-windup
        integral = jnp.clip(integral, -max_integral, max_integral)
    #| or
    integral = limited(integral, max_integral)
    #| end
    #| or
    integral = leak * state['integral'] + dt * error if leak is not None else state['integral'] + dt * error
    #| end
    #| one of
    if on_measurement:
        #? 0.5 no derivative kick from the target
        rate = either(-(measured - state['previous']) / dt, (state['previous'] - measured) / dt)
    else:
        rate = (error - state['previous']) / dt
    #| or
    value = -measured if on_measurement else error
    rate = (value - state['previous']) / dt
    #| or
    rate = (error - state['previous']) / dt
    #| or
    #? 0.5 target treated as constant
    rate = -velocity
    #| end
    #| 0.5
    if smoothing > 0.0:
        #? 0.4 derivatives are noisy
        rate = smoothing * state['rate'] + (1.0 - smoothing) * rate
    #| end
    #| one of
    command = kp * error + ki * integral + kd * rate
    #| or
    command = kp * error + kd * rate
    #| one of
    if use_integral:
        command = command + ki * integral
    #| or
    command = command + ki * integral if use_integral else command
    #| end
    #| or
    #: terms = {'p': kp * error, 'i': ki * integral, 'd': kd * rate}
    #: command = sum(terms.values())
    #| end
    #| 0.5
    if feedforward is not None:
        command = command + feedforward
    #| end
    #| one of
    out = limited(command, limit)
    #| or
    out = command if limit is None else jnp.clip(command, -limit, limit)
    #| or
    out = command
    if limit is not None:
        out = jnp.clip(command, -limit, limit)
        #| 0.5
        if anti_windup == 'conditional':
            #? 0.4 no integration while the command is at its limit
            stuck = jnp.logical_and(jnp.abs(command) > limit, command * error > 0.0)
            integral = jnp.where(stuck, state['integral'], integral)
        #| end
    #| end
    #| 0.4
    if rate_limit is not None:
        #? 0.4 bounded rate of the actuators
        out = state['output'] + jnp.clip(out - state['output'], -rate_limit * dt, rate_limit * dt)
    #| end
