"""Bodies of all for ``recipes/applications/generative.py``."""

import jax.numpy as jnp


def all(alpha_bar, max_snr, predicts, error):
    #? 0.4 min-SNR weighting
    snr = (alpha_bar / (1.0 - alpha_bar)).reshape(-1)
    #| one of
    clipped_snr = jnp.minimum(snr, max_snr) if max_snr is not None else snr
    #| or
    clipped_snr = snr
    if max_snr is not None:
        clipped_snr = jnp.minimum(snr, max_snr)
    #| end
    if predicts == 'noise':
        loss_weight = clipped_snr / snr
    elif predicts == 'velocity':
        loss_weight = clipped_snr / (snr + 1.0)
    else:
        loss_weight = clipped_snr
    loss = jnp.mean(loss_weight * error)
