"""Bodies of next for ``recipes/applications/routing.py``."""

import jax


def token_probs(Array):
    def token_probs(logits: Array, temperature: float) -> Array:
        #| 0.5
        """{Probabilities at a temperature ~ Softmax at a temperature}."""
        #| end
        #| one of
        if temperature == 1.0:
            return jax.nn.softmax(logits, axis=-1)
        return jax.nn.softmax(logits / temperature, axis=-1)
        #| or
        return jax.nn.softmax(logits / max(temperature, 1e-3), axis=-1)
        #| end
