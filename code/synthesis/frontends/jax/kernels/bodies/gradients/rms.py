"""Bodies of rms for ``recipes/applications/gradients.py``."""

import jax
import jax.numpy as jnp


def rms(decay, state, updates, new_state, eps):
    #| one of
    nu = {name: decay * state['nu'][name] + (1.0 - decay) * u ** 2 for name, u in updates.items()}
    #| or
    nu = jax.tree.map(lambda v, u: decay * v + (1.0 - decay) * jnp.square(u), state['nu'], updates)
    #| end
    new_state['nu'] = nu
    #| one of
    updates = {name: u / (jnp.sqrt(nu[name]) + eps) for name, u in updates.items()}
    #| or
    updates = jax.tree.map(lambda u, v: u * jax.lax.rsqrt(v + eps), updates, nu)
    #| end
