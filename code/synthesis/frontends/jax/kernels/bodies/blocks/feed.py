"""Bodies of feed for ``recipes/applications/blocks.py``."""

import jax

from synthesis.drawing.kernel_files.words import either


def feed(SOURCE, act, activate, params, GATE, DROP_NARROW, SHRINK):
    # {feed-forward ~ position by position ~ the MLP processes each position separately}
    #| one of
    wide = activate(SOURCE @ params['w1'], act)
    #| or
    wide = SOURCE @ params['w1']
    if act == 'gelu':
        wide = jax.nn.gelu(wide)
    elif act == 'relu':
        wide = jax.nn.relu(wide)
    elif act == 'silu':
        wide = jax.nn.silu(wide)
    else:
        raise ValueError(f'unknown activation {act}')
    #| or
    wide = either(jax.nn.gelu, jax.nn.relu, jax.nn.silu)(SOURCE @ params['w1'])
    #| end
    GATE
    mlp_out = wide @ params['w2']
    DROP_NARROW
    SHRINK
