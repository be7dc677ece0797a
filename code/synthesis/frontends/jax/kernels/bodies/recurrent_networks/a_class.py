"""Bodies of a_class for ``recipes/applications/recurrent_networks.py``."""

import jax


def a_class(apply_model, params, xs, temperature):
    logits = apply_model(params, xs)
    #| one of
    return jax.nn.softmax(logits, axis=-1)
    #| or
    return jax.nn.log_softmax(logits, axis=-1)
    #| or
    return logits - jax.nn.logsumexp(logits, axis=-1, keepdims=True)
    #| or
    return jax.nn.softmax(logits / temperature, axis=-1)
    #| or
    #? 0.4 each class separately
    return jax.nn.sigmoid(logits)
    #| end
