"""Bodies of decaying_sgd for ``recipes/applications/steps.py``."""


def apply_update(strength, lr):
    def apply_update(w, g):
        #? 0.4 biases do not decay ~ matrices only
        if w.ndim > 1:
            g = g + strength * w
        return w - lr * g
