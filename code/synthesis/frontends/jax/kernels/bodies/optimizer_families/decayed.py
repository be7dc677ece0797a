"""Bodies of decayed for ``recipes/applications/optimizer_families.py``."""


def decay_matrices(Array):
    def decay_matrices(w: Array, update: Array, weight_decay: float) -> Array:
        #| 0.5
        """{Adds weight decay to matrices ~ Vectors are not decayed}."""
        #| end
        #| one of
        if w.ndim < 2 or weight_decay == 0.0:
            return update
        return update + weight_decay * w
        #| or
        return update + weight_decay * w if w.ndim > 1 and weight_decay > 0.0 else update
        #| end
