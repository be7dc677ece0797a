"""Bodies of focal for ``recipes/applications/losses.py``."""

import jax


def focal(logits, labels, bce, gamma, alpha):
    #? 0.5 down-weight easy examples
    probs = jax.nn.sigmoid(logits)
    p_t = probs * labels + (1.0 - probs) * (1.0 - labels)
    bce = bce * (1.0 - p_t) ** gamma
    #| 0.6
    alpha_t = alpha * labels + (1.0 - alpha) * (1.0 - labels)
    bce = alpha_t * bce
    #| end
