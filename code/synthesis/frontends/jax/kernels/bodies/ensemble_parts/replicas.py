"""Bodies of replicas for ``recipes/applications/ensemble_parts.py``."""

import functools

import jax
import jax.numpy as jnp


def replicas(V, R, temperatures, box, epsilon, sigma, total_energy, step, key, rescale, labels):
    #| 0.35
    if temperatures.shape[0] != R.shape[0]:
        raise ValueError(f'expected a temperature for each of {R.shape[0]} replicas, got {temperatures.shape}')
    #| end
    num_replicas = R.shape[0]
    #| one of
    energy = functools.partial(total_energy, box=box, epsilon=epsilon, sigma=sigma)
    #| one of
    energies = jax.vmap(energy)(R)
    #| or
    energies = jax.lax.map(energy, R)
    #| end
    #| or
    energies = jax.vmap(lambda r: total_energy(r, box, epsilon, sigma))(R)
    #| or
    energies = jax.vmap(total_energy, in_axes=(0, None, None, None))(R, box, epsilon, sigma)
    #| end
    betas = 1.0 / temperatures
    index = jnp.arange(num_replicas)
    #? 0.5 alternate even and odd pairs
    #| one of
    offset = step % 2
    partner = jnp.where((index - offset) % 2 == 0, index + 1, index - 1)
    partner = jnp.where((partner < 0) | (partner >= num_replicas), index, partner)
    #| or
    is_lower = (index + step) % 2 == 0
    partner = jnp.where(is_lower, index + 1, index - 1)
    #? 0.5 end replicas may have no partner
    partner = jnp.where((partner >= 0) & (partner < num_replicas), partner, index)
    #| end
    gain = (betas - betas[partner]) * (energies - energies[partner])
    #? 0.5 both of a pair use the same random number
    #| one of
    draws = jax.random.uniform(key, (num_replicas,))
    draws = draws[jnp.minimum(index, partner)]
    #| or
    draws = jnp.take(jax.random.uniform(key, (num_replicas,)), jnp.minimum(index, partner))
    #| or
    pair_of = jnp.minimum(index, partner)
    draws = jax.random.uniform(key, (num_replicas,))[pair_of]
    #| end
    #| one of
    accept = (draws < jnp.exp(jnp.minimum(gain, 0.0))) & (partner != index)
    #| or
    accept = jnp.logical_and(jnp.log(draws + 1e-12) < gain, partner != index)
    #| end
    source = jnp.where(accept, partner, index)
    #| one of
    R, V = R[source], V[source]
    #| or
    R, V = jax.tree.map(lambda x: jnp.take(x, source, axis=0), (R, V))
    #| end
    #| one of
    #? 0.5 scaled to the new temperature
    scale = jnp.sqrt(temperatures / temperatures[source])
    V = scale[:, None, None] * V
    #| or
    if rescale:
        V = V * jnp.sqrt(temperatures / temperatures[source])[:, None, None]
    #| end
    energies = energies[source]
    #| one of
    return R, V, energies
    #| or
    rate = jnp.sum(accept) / jnp.maximum(jnp.sum(partner != index), 1)
    return R, V, energies, rate
    #| or
    #: return {'R': R, 'V': V, 'energy': energies, 'source': source}
    #| or
    #: return R, V, {'energy': energies, 'accepted': accept}
    #| or
    #? 0.5 to follow a replica on its way through the temperatures
    return R, V, energies, labels[source]
    #| end
