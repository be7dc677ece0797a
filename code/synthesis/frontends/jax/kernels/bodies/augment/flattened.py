"""Bodies of flattened for ``recipes/applications/augment.py``."""


def merge_time(Array):
    def merge_time(x: Array) -> Array:
        #| 0.4
        """Flattens time and environments into one axis."""
        #| end
        #| one of
        return x.reshape(-1, *x.shape[2:])
        #| or
        length, batch, *rest = x.shape
        return x.reshape(length * batch, *rest)
        #| end
