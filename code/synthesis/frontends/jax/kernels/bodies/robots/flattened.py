"""Bodies of flattened for ``recipes/applications/robots.py``."""


def as_rows(Array):
    def as_rows(x: Array) -> Array:
        #| 0.5
        """Flattens entries to one row per robot."""
        #| end
        #| one of
        return x.reshape(x.shape[0], -1)
        #| or
        if x.ndim == 1:
            return x[:, None]
        return x.reshape(x.shape[0], -1)
        #| or
        return x[:, None] if x.ndim == 1 else x.reshape(x.shape[0], -1)
        #| end
