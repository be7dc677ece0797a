"""Bodies of adversarial for ``recipes/applications/generative.py``."""

import jax
import jax.numpy as jnp

from synthesis.drawing.kernel_files.words import either


def adversarial(form, fake, real, slopes, penalty_weight):
    if form == 'hinge':
        loss_real, loss_fake = jax.nn.relu(1.0 - real), jax.nn.relu(1.0 + fake)
        generator_loss = -fake
    elif form == 'logistic':
        #| one of
        loss_real, loss_fake = jax.nn.softplus(-real), jax.nn.softplus(fake)
        #| or
        loss_real = jax.nn.softplus(-real)
        loss_fake = jax.nn.softplus(fake)
        #| end
        generator_loss = jax.nn.softplus(-fake)
    #| one of
    elif form == 'least_squares':
        loss_real = (real - 1.0) ** 2
        loss_fake = fake ** 2
        generator_loss = (fake - 1.0) ** 2
    #| or
    #| end
    #| one of
    elif form == 'wasserstein':
        loss_real, loss_fake, generator_loss = -real, fake, -fake
    #| or
    #| end
    else:
        raise ValueError(f'unknown loss type {form}')
    critic_loss = either(0.5 * (jnp.mean(loss_real) + jnp.mean(loss_fake)), loss_real.mean() + loss_fake.mean())
    #| 0.4
    if slopes is not None:
        #| 0.3
        if slopes.ndim != 2:
            raise ValueError(f'expected one gradient for each example, got shape {slopes.shape}')
        #| end
        #? 0.4 gradient penalty
        grad_norm = jnp.linalg.norm(slopes, axis=-1)
        critic_loss = critic_loss + penalty_weight * jnp.mean((grad_norm - 1.0) ** 2)
    #| end
    generator_loss = jnp.mean(generator_loss)
