"""Bodies of prior for ``recipes/applications/losses.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def prior(logits, prior, strength, LOGS, labels, log_probs):
    #? 0.5 shift logits by class frequency ~ logit adjustment for long tails
    logits = logits + either(jnp.log(prior), strength * jnp.log(prior))
    LOGS
    per_example = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
