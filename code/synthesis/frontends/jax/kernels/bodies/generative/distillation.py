"""Bodies of distillation for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp


def distillation(outputs, teacher, temperature, direction, labels, share, mask, masked_mean):
    #| 0.15
    if outputs.shape[-1] != teacher.shape[-1]:
        raise ValueError(
            f'student with {outputs.shape[-1]} classes, teacher with {teacher.shape[-1]}')
    #| end
    #| 0.4
    # no gradient reaches the teacher
    #| end
    teacher = jax.lax.stop_gradient(teacher)
    student_log_probs = jax.nn.log_softmax(outputs / temperature, axis=-1)
    teacher_log_probs = jax.nn.log_softmax(teacher / temperature, axis=-1)
    #| one of
    if direction == 'forward':
        kl = jnp.sum(jnp.exp(teacher_log_probs) * (teacher_log_probs - student_log_probs), axis=-1)
    elif direction == 'reverse':
        #? 0.4 mode seeking
        kl = jnp.sum(jnp.exp(student_log_probs) * (student_log_probs - teacher_log_probs), axis=-1)
    else:
        raise ValueError(f'unknown direction {direction}')
    #| or
    kl = jnp.sum(jnp.exp(teacher_log_probs) * (teacher_log_probs - student_log_probs), axis=-1)
    #| end
    #| 0.4
    # gradients of soft targets scale with 1 / temperature ** 2
    #| end
    kl = kl * temperature ** 2
    nll = -jnp.take_along_axis(jax.nn.log_softmax(outputs), labels[:, None], axis=-1)[:, 0]
    per_example = share * kl + (1.0 - share) * nll
    if mask is not None:
        #| 0.3
        if mask.shape != per_example.shape:
            raise ValueError(f'expected a mask of shape {per_example.shape}, got {mask.shape}')
        #| end
        #| one of
        loss = masked_mean(per_example, mask)
        #| or
        loss = jnp.sum(per_example * mask) / jnp.maximum(mask.sum(), 1)
        #| end
    else:
        loss = per_example.mean()
