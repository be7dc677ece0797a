"""Bodies of trials for ``recipes/applications/ensemble_parts.py``."""

import functools

import jax
import jax.numpy as jnp


def trials(
    key, sweeps, R, box, energy_of_one, epsilon, sigma, carry, MOVE, ENERGY, x, field, kT, ENERGY_OF, target_rate,
    max_move,
):
    #| 0.3
    if sweeps < 1:
        raise ValueError(f'expected at least one sweep, got {sweeps}')
    #| end
    n = R.shape[0]
    #| one of
    energy_at = functools.partial(energy_of_one, box=box, epsilon=epsilon, sigma=sigma)
    #| or
    #| end
    def trial(i, carry):
        R, accepted, key = carry
        #| one of
        key, move_key, accept_key = jax.random.split(key, 3)
        #| or
        key, sub = jax.random.split(key)
        move_key, accept_key = jax.random.split(sub)
        #| end
        MOVE
        #| one of
        old, new = ENERGY(R[i], i, R), ENERGY(x, i, R)
        change = new - old
        #| or
        change = ENERGY(x, i, R) - ENERGY(R[i], i, R)
        #| end
        #| 0.4
        if field is not None:
            #? 0.5 a constant force on all
            change = change - jnp.dot(field, x - R[i])
        #| end
        #? 0.5 Metropolis: downhill always, uphill sometimes
        #| one of
        accept = jnp.log(jax.random.uniform(accept_key) + 1e-12) < -change / kT
        #| or
        accept = jax.random.uniform(accept_key) < jnp.exp(jnp.minimum(-change / kT, 0.0))
        #| end
        #| one of
        R = R.at[i].set(jnp.where(accept, x, R[i]))
        return R, accepted + accept, key
        #| or
        return jnp.where(accept, R.at[i].set(x), R), accepted + accept.astype(jnp.int32), key
        #| or
        R = jax.lax.cond(accept, lambda: R.at[i].set(x), lambda: R)
        return R, accepted + accept, key
        #| end
    #| one of
    accepted = jnp.zeros((), jnp.int32)
    #| or
    accepted = jnp.asarray(0, jnp.int32)
    #| end
    #| one of
    for _ in range(sweeps):
        R, accepted, key = jax.lax.fori_loop(0, n, trial, (R, accepted, key))
    #| or
    carry = (R, accepted, key)
    for _ in range(sweeps):
        carry = jax.lax.fori_loop(0, n, trial, carry)
    R, accepted, _ = carry
    #| end
    rate = accepted / (sweeps * n)
    #? 0.4 the energy of where particles are now
    #| one of
    index = jnp.arange(n)
    U = 0.5 * jnp.sum(jax.vmap(lambda x, i: ENERGY(x, i, R))(R, index))
    #| or
    felt = jax.vmap(ENERGY_OF, in_axes=(0, 0, None))(R, jnp.arange(n), R)
    U = 0.5 * jnp.sum(felt)
    #| end
    #| one of
    if target_rate is not None:
        #? 0.5 adapt the move size to the acceptance rate
        #| one of
        scale = jnp.clip(rate / target_rate, 0.5, 2.0)
        max_move = max_move * scale
        #| or
        max_move = jnp.where(rate > target_rate, 1.05 * max_move, 0.95 * max_move)
        #| end
        return R, U, rate, max_move
    return R, U, rate
    #| or
    return R, U, rate
    #| or
    #: return R, {'energy': U, 'acceptance': rate}
    #| end
