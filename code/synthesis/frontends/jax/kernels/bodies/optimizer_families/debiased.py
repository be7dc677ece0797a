"""Bodies of debiased for ``recipes/applications/optimizer_families.py``."""

import jax


def debias(Array):
    def debias(tree, decay: float, count: Array):
        #| 0.4
        """{Bias correction of a running mean ~ Bias correction}."""
        #| end
        #| one of
        scale = 1.0 / (1.0 - decay ** count)
        return jax.tree.map(lambda m: m * scale, tree)
        #| or
        return jax.tree.map(lambda m: m / (1.0 - decay ** count), tree)
        #| end
