"""Bodies of noise for ``recipes/applications/gradients.py``."""

import jax


def noise(noise_std, state, updates, key):
    #? 0.4 annealed
    scale = noise_std / (1.0 + state['count']) ** 0.55
    for i, name in enumerate(sorted(updates)):
        noise = jax.random.normal(jax.random.fold_in(key, i), updates[name].shape)
        updates[name] = updates[name] + scale * noise
