"""Bodies of smooth for ``recipes/applications/training_parts.py``."""

import jax


def smoothed_labels(Array):
    def smoothed_labels(labels: Array, classes: int, smoothing: float) -> Array:
        #| 0.5
        """Smoothed one-hot labels."""
        #| end
        one_hot = jax.nn.one_hot(labels, classes)
        #| one of
        if smoothing == 0.0:
            return one_hot
        return (1.0 - smoothing) * one_hot + smoothing / classes
        #| or
        return one_hot if smoothing == 0.0 else one_hot * (1.0 - smoothing) + smoothing / classes
        #| end
