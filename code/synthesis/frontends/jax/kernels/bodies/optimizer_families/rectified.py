"""Bodies of rectified for ``recipes/applications/optimizer_families.py``."""

import functools

import jax
import jax.numpy as jnp


def rectified(b2, state, params, grads, decoupled, weight_decay, b1, eps, threshold, degenerate_to_sgd, learning_rate):
    #| 0.5
    if b2 <= 0.0 or b2 >= 1.0:
        raise ValueError(f'expected a decay between zero and one, got {b2}')
    #| end
    count = state['count'] + 1
    #| one of
    t = count.astype(jnp.float32)
    #| or
    t = jnp.asarray(count, jnp.float32)
    #| end
    rho_inf = 2.0 / (1.0 - b2) - 1.0
    b2_t = b2 ** t
    rho = rho_inf - 2.0 * t * b2_t / (1.0 - b2_t)
    #? 0.5 norm of the current mean
    #| one of
    final = (rho_inf - 4.0) * (rho_inf - 2.0)
    rect = jnp.sqrt(jnp.maximum((rho - 4.0) * (rho - 2.0) * rho_inf, 0.0) / (final * jnp.maximum(rho, 1.0)))
    #| or
    ratio = (rho - 4.0) * (rho - 2.0) * rho_inf / ((rho_inf - 4.0) * (rho_inf - 2.0) * jnp.maximum(rho, 1.0))
    rect = jnp.sqrt(jnp.maximum(ratio, 0.0))
    #| end
    leaves, treedef = jax.tree.flatten(params)
    #| one of
    per_leaf = zip(leaves, jax.tree.leaves(grads), treedef.flatten_up_to(state['mu']), jax.tree.leaves(state['nu']))
    #| or
    per_leaf = zip(leaves, *(jax.tree.leaves(tree) for tree in (grads, state['mu'], state['nu'])))
    #| end
    new_params, mu, nu = [], [], []
    for w, g, m, v in per_leaf:
        #| 0.5
        if weight_decay > 0.0 and not decoupled:
            g = g + weight_decay * w
        #| end
        m = b1 * m + (1.0 - b1) * g
        v = b2 * v + (1.0 - b2) * g ** 2
        m_hat = m / (1.0 - b1 ** t)
        #| one of
        adapted = rect * m_hat / (jnp.sqrt(v / (1.0 - b2_t)) + eps)
        #| or
        v_hat = jnp.sqrt(v / (1.0 - b2_t))
        adapted = rect * m_hat / (v_hat + eps)
        #| end
        #? 0.5 not enough steps for the second moment
        #| one of
        update = jnp.where(rho > threshold, adapted, m_hat)
        #| or
        update = jax.lax.cond(rho > threshold, lambda: adapted, lambda: m_hat)
        #| or
        update = jnp.where(rho > threshold, adapted, m_hat if degenerate_to_sgd else jnp.zeros_like(m_hat))
        #| end
        #| one of
        if decoupled and w.ndim > 1:
            update = update + weight_decay * w
        #| or
        #| 0.5
        if decoupled:
            #? 0.4 vectors are not decayed
            update = update + weight_decay * w if w.ndim > 1 else update
        #| end
        #| end
        new_params.append(w - learning_rate * update)
        mu.append(m)
        nu.append(v)
    #| one of
    unflatten = functools.partial(jax.tree.unflatten, treedef)
    return unflatten(new_params), {'count': count, 'mu': unflatten(mu), 'nu': unflatten(nu)}
    #| or
    #: updated, mu_tree, nu_tree = (jax.tree.unflatten(treedef, each) for each in (new_params, mu, nu))
    #: return updated, {'count': count, 'mu': mu_tree, 'nu': nu_tree}
    #| end
