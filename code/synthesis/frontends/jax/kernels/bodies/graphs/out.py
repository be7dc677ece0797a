"""Bodies of out for ``recipes/applications/graphs.py``."""

import jax.numpy as jnp


def out(ACT, out, activate_out, residual, nodes, node_mask, n):
    #| 0.5
    out = ACT(out)
    #| else
    if activate_out:
        out = ACT(out)
    #| end
    #| 0.3
    if residual:
        #| 0.7
        if out.shape != nodes.shape:
            raise ValueError('a residual connection needs as many outputs as inputs')
        #| end
        out = out + nodes
    #| end
    #| 0.35
    if node_mask is not None:
        #| 0.7
        if node_mask.shape != (n,):
            raise ValueError(f'expected a mask of shape ({n},), got {node_mask.shape}')
        #| end
        #? 0.5 padding of the graph stays zero
        out = jnp.where(node_mask[:, None], out, 0.0)
    #| end
