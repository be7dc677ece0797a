"""Bodies of queue for ``recipes/applications/pairs.py``."""

import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def queue(queue, a, temperature, logits):
    if queue is not None:
        #? 0.4 negatives from earlier batches
        queue_logits = either(a @ queue.T / temperature, jnp.einsum('id,kd->ik', a, queue) / temperature)
        logits = jnp.concatenate([logits, queue_logits], axis=-1)
