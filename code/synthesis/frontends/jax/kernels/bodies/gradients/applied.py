"""Bodies of applied for ``recipes/applications/gradients.py``."""

import functools
import math

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def applied(
    peak_lr, MOVED, AVERAGED, skip_nonfinite, RECORD, log_updates, loss_scale, global_norm, clip_to, max_norm,
    learning_rate_at, warmup_steps, total_steps, batch_size, weight_decay, KEPT_OLD, KEPT_BY, STATE, frozen,
    no_decay, grads, updates,
):
    #| 0.4
    #| one of
    if set(grads) != set(STATE.params):
        raise ValueError('gradients and parameters have different names')
    #| or
    if jax.tree.structure(grads) != jax.tree.structure(STATE.params):
        raise ValueError('gradients do not fit the parameters')
    #| end
    #| end
    #| 0.4
    if loss_scale != 1.0:
        #? 0.5 the loss was scaled against underflow
        grads = jax.tree.map(lambda g: g / loss_scale, grads)
    #| end
    #| one of
    grad_norm = global_norm(grads)
    #| or
    grad_norm = jnp.sqrt(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)))
    #| end
    #| 0.6
    #| one of
    grads = clip_to(grads, grad_norm, max_norm)
    #| or
    if max_norm is not None:
        clip_factor = jnp.minimum(1.0, max_norm / (grad_norm + 1e-6))
        grads = jax.tree.map(lambda g: clip_factor * g, grads)
    #| end
    #| end
    #| one of
    lr = learning_rate_at(STATE.step, peak_lr, warmup_steps, total_steps)
    #| or
    lr = learning_rate_at(STATE.step, peak_lr, warmup_steps, total_steps)
    #| 0.5
    if batch_size is not None:
        #? 0.5 larger batches allow larger steps
        lr = lr * either(batch_size / 256, math.sqrt(batch_size / 256))
    #| end
    #| or
    lr = peak_lr
    #| end
    MOVED
    #| 0.6
    #| one of
    if weight_decay > 0.0:
        #? 0.5 vectors are not decayed
        updates = {name: u + weight_decay * STATE.params[name] if STATE.params[name].ndim > 1 else u
            for name, u in updates.items()}
    #| or
    if weight_decay > 0.0:
        for name, w in STATE.params.items():
            #| one of
            if name in no_decay:
                continue
            updates[name] = updates[name] + weight_decay * w
            #| or
            if w.ndim > 1 and name not in no_decay:
                updates[name] = updates[name] + weight_decay * w
            #| end
    #| end
    #| end
    #| one of
    params = {}
    for name, w in STATE.params.items():
        #| one of
        params[name] = w if name in frozen else w - lr * updates[name]
        #| or
        if name in frozen:
            #? 0.5 pretrained
            params[name] = w
        else:
            params[name] = w - lr * updates[name]
        #| end
    #| or
    params = {name: w - lr * updates[name] for name, w in STATE.params.items()}
    #| or
    params = jax.tree.map(lambda w, u: w - lr * u, STATE.params, updates)
    #| end
    AVERAGED
    #| 0.6
    if skip_nonfinite:
        #? 0.5 skip the update on overflow
        finite = jnp.isfinite(grad_norm)
        #| one of
        params = jax.tree.map(lambda new, old: jnp.where(finite, new, old), params, STATE.params)
        KEPT_OLD
        #| or
        def keep(new, old):
            return either(jax.tree.map(functools.partial(jnp.where, finite), new, old), jax.lax.cond(finite, lambda: new, lambda: old), jax.lax.cond(finite, lambda: new, lambda: old))
        params = keep(params, STATE.params)
        KEPT_BY
        #| end
    #| end
    new_state = RECORD
    #| one of
    metrics = {'grad_norm': grad_norm}
    #| 0.6
    metrics['learning_rate'] = lr
    #| end
    #| 0.5
    metrics['param_norm'] = global_norm(params)
    #| end
    #| 0.5
    if log_updates:
        #| one of
        moved = jax.tree.map(jnp.subtract, params, STATE.params)
        metrics['update_norm'] = global_norm(moved)
        #| or
        metrics['update_norm'] = lr * global_norm(updates)
        #| end
    #| end
    return new_state, metrics
    #| or
    return new_state
    #| end
