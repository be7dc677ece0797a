"""Bodies of searched for ``recipes/applications/iterations.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def searched(inputs, params, targets, rate, share, max_tries, factor, first):
    def loss_fn(params):
        #| one of
        preds = inputs @ params['kernel'] + params['bias']
        return either(jnp.mean((preds - targets) ** 2), 0.5 * jnp.mean(jnp.sum((preds - targets) ** 2, axis=-1)))
        #| or
        h = jnp.tanh(inputs @ params['kernel'] + params['bias'])
        return jnp.mean((h - targets) ** 2)
        #| or
        preds = inputs @ params['kernel'] + params['bias']
        return jnp.mean(jnp.logaddexp(0.0, preds) - targets * preds)
        #| end
    loss, grads = jax.value_and_grad(loss_fn)(params)
    slope = either(sum(jnp.sum(g ** 2) for g in jax.tree.leaves(grads)), sum(jnp.vdot(g, g) for g in jax.tree.leaves(grads)))
    def moved(rate):
        return jax.tree.map(lambda w, g: w - rate * g, params, grads)
    def too_far(carry):
        rate, tries = carry
        #? 0.5 Armijo condition with a share of the slope
        enough = loss_fn(moved(rate)) <= loss - share * rate * slope
        return either(jnp.logical_and(jnp.logical_not(enough), tries < max_tries), jnp.logical_not(enough) & (tries < max_tries))
    #| one of
    def shrink(carry):
        rate, tries = carry
        return factor * rate, tries + 1
    rate, _ = jax.lax.while_loop(too_far, shrink, (first, 0))
    #| or
    rate, _ = jax.lax.while_loop(too_far, lambda carry: (factor * carry[0], carry[1] + 1), (first, 0))
    #| end
    #| one of
    return moved(rate), loss
    #| or
    return moved(rate), rate
    #| or
    return moved(rate), loss, rate
    #| end
