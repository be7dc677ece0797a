"""Bodies of stale for ``recipes/applications/molecule_parts.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def stale(R, reference, skin, reference_box, box, displacement, frozen, two_largest, kind, safety, age, delay):
    #| 0.3
    if R.shape != reference.shape:
        raise ValueError(f'expected positions of shape {reference.shape}, got {R.shape}')
    #| end
    #| 0.25
    if skin <= 0.0:
        raise ValueError(f'expected a positive skin, got {skin}')
    #| end
    #| 0.35
    if reference_box is not None:
        #? 0.5 affine motion of the box
        reference = reference * (box / reference_box)
    #| end
    dR = displacement(R, reference, box)
    #| 0.35
    if frozen is not None:
        #| 0.6
        if frozen.shape != R.shape[:1]:
            raise ValueError(f'expected one flag for each particle, got {frozen.shape}')
        #| end
        dR = jnp.where(frozen[:, None], 0.0, dR)
    #| end
    #| one of
    moved = jnp.sqrt(jnp.sum(dR ** 2, axis=-1) + 1e-12)
    #| or
    moved = jnp.linalg.norm(dR, axis=-1)
    #| end
    #| one of
    if two_largest:
        #? 0.5 account for two approaching particles
        #| one of
        way = jnp.sum(jax.lax.top_k(moved, 2)[0])
        #| or
        way = jnp.sum(jnp.sort(moved)[-2:])
        #| end
    else:
        #? 0.5 each of two particles may move half of the way
        way = 2.0 * jnp.max(moved)
    #| or
    #| one of
    if kind == 'max':
        way = 2.0 * jnp.max(moved)
    elif kind == 'rms':
        #? 0.5 tolerate a few misses to rebuild less often
        way = 2.0 * jnp.sqrt(jnp.mean(moved ** 2))
    elif kind == 'quantile':
        #? 0.5 ignore a few fast particles
        way = 2.0 * jnp.sort(moved)[int(0.95 * moved.shape[0])]
    else:
        raise ValueError(f'unknown criterion {kind}')
    #| or
    #? 0.5 half of the skin for each of two particles
    way = 2.0 * jnp.max(moved)
    #| end
    #| end
    #| one of
    rebuild = way > skin
    #| or
    rebuild = way > safety * skin
    #| end
    #| 0.5
    #? 0.5 keep a list for a minimum number of steps
    rebuild = either(rebuild & (age >= delay), jnp.logical_and(rebuild, age >= delay))
    #| end
    #| one of
    return rebuild, way
    #| or
    #: return {'rebuild': rebuild, 'largest': way}
    #| or
    #? 0.5 estimated remaining lifetime in steps
    lifetime = skin * age / jnp.maximum(way, 1e-6)
    return rebuild, lifetime
    #| or
    fraction = jnp.mean((2.0 * moved > skin).astype(R.dtype))
    return rebuild, way, fraction
    #| or
    #? 0.5 positions at the last rebuild
    new_reference = jax.lax.cond(rebuild, lambda: R, lambda: reference)
    return rebuild, way, new_reference
    #| or
    #| one of
    reference = jax.lax.cond(rebuild, lambda: R, lambda: reference)
    #| or
    reference = jax.lax.cond(rebuild, lambda new, old: new, lambda new, old: old, R, reference)
    #| end
    return rebuild, way, reference
    #| end
