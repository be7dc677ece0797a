"""Bodies of logged for ``recipes/applications/tree_parts.py``."""

import jax

from synthesis.drawing.kernel_files.words import either


def logged(tree, path_name, SKIP, ONE, SQUARE, TOTAL):
    #| 0.25
    if not tree:
        raise ValueError('expected the parameters of at least one layer')
    #| end
    #| one of
    stats = {}
    #| or
    stats = dict()
    #| end
    #| 0.5
    squares = []
    #| end
    #| one of
    for path, x in jax.tree.leaves_with_path(tree):
        name = either(path_name(path), '/'.join(str(entry.key) for entry in path))
        SKIP
        ONE
        SQUARE
    #| or
    for layer, arrays in either(tree.items(), sorted(tree.items())):
        for key, x in arrays.items():
            name = f'{layer}/{key}'
            SKIP
            ONE
            SQUARE
    #| or
    def visit(x, parents):
        if not isinstance(x, dict):
            return [('/'.join(parents), x)]
        pairs = []
        for key, child in x.items():
            pairs += visit(child, (*parents, key))
        return pairs
    for name, x in visit(tree, ()):
        SKIP
        ONE
        SQUARE
    #| end
    TOTAL
    return stats
