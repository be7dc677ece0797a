"""Bodies of distilled for ``recipes/applications/losses.py``."""

import jax
import jax.numpy as jnp


def distilled(temperature, LOGS, labels, log_probs, teacher, logits, mix):
    #| 0.3
    if temperature <= 0.0:
        raise ValueError(f'expected a positive temperature, got {temperature}')
    #| end
    LOGS
    hard = -jnp.take_along_axis(log_probs, labels[..., None], axis=-1)[..., 0]
    #? 0.5 soft targets of the teacher
    teacher_probs = jax.nn.softmax(teacher / temperature, axis=-1)
    student = jax.nn.log_softmax(logits / temperature, axis=-1)
    soft = -jnp.sum(teacher_probs * student, axis=-1)
    #? 0.4 gradients of soft targets shrink with the square
    per_example = (1.0 - mix) * hard + mix * temperature ** 2 * soft
