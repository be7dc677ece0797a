"""Bodies of cover for ``recipes/applications/named_steps.py``."""

import functools

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def cover(params, grads, state, along_axis, eps, weight_decay, learning_rate, max_over_others):
    new_params, new_state = {}, {}
    for name, w in params.items():
        g, covers = grads[name], state[name]
        #| 0.5
        if len(covers) != w.ndim:
            raise ValueError(f'expected a sum for each of {w.ndim} axes of {name}')
        #| end
        #? 0.4 each axis has an accumulator; entries use the minimum
        #| one of
        shaped = [along_axis(cover, axis, w.ndim) for axis, cover in enumerate(covers)]
        nu = functools.reduce(jnp.minimum, shaped) + g ** 2
        #| or
        shaped = []
        for axis, cover in enumerate(covers):
            shape = [1] * w.ndim
            shape[axis] = w.shape[axis]
            shaped.append(cover.reshape(shape))
        #| one of
        nu = functools.reduce(jnp.minimum, shaped) + g ** 2
        #| or
        nu = shaped[0]
        for cover in shaped[1:]:
            nu = jnp.minimum(nu, cover)
        nu = nu + g ** 2
        #| end
        #| or
        if w.ndim == 1:
            nu = covers[0] + g ** 2
        else:
            rows, cols = covers
            nu = jnp.minimum(rows[:, None], cols) + g ** 2
        #| end
        #| one of
        update = g / jnp.sqrt(nu + eps)
        #| or
        update = g * jax.lax.rsqrt(nu + eps)
        #| end
        #| 0.4
        if weight_decay > 0.0 and w.ndim > 1:
            update = update + weight_decay * w
        #| end
        new_params[name] = w - learning_rate * update
        #| one of
        new_state[name] = [max_over_others(nu, axis) for axis in range(w.ndim)]
        #| or
        #| one of
        new_state[name] = tuple(
        #| or
        #: new_state[name] = list(
        #| end
            jnp.max(nu, axis=tuple(other for other in range(w.ndim) if other != axis)) for axis in range(w.ndim))
        #| or
        sums = []
        for axis in range(w.ndim):
            others = tuple(other for other in range(w.ndim) if other != axis)
            sums.append(jnp.max(nu, axis=others) if others else nu)
        new_state[name] = either(sums, tuple(sums))
        #| end
    return new_params, new_state
