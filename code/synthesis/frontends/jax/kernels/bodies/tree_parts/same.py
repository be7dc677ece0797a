"""Bodies of same for ``recipes/applications/tree_parts.py``."""

import jax

from synthesis.drawing.kernel_files.words import helper


@helper
def check_same_structure(tree, other):
    #| 0.4
    """Checks that two trees have the same structure and shapes."""
    #| end
    #| one of
    if jax.tree.structure(tree) != jax.tree.structure(other):
        raise ValueError('expected trees of one structure')
    #| or
    structure, others = jax.tree.structure(tree), jax.tree.structure(other)
    if structure != others:
        raise ValueError(f'expected a tree like {structure}, got {others}')
    #| end
    #| one of
    for x, y in zip(jax.tree.leaves(tree), jax.tree.leaves(other)):
        if x.shape != y.shape:
            raise ValueError(f'expected an array of shape {x.shape}, got {y.shape}')
    #| or
    #| end
