"""Bodies of regulariser for ``recipes/applications/loss_modes.py``."""

import jax


def regulariser(params, skip_vectors):
    leaves = jax.tree.leaves(params)
    #| 0.5
    if skip_vectors:
        # {no penalty on biases and scales ~ only matrices}
        leaves = [w for w in leaves if w.ndim > 1]
    #| end


def regulariser_2(per_weight, leaves, out, strength):
    #| 0.4
    if per_weight:
        #? 0.4 independent of model size
        out = out / sum(w.size for w in leaves)
    #| end
    out = strength * out
