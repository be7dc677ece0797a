"""Bodies of ratios for ``recipes/applications/tree_parts.py``."""

import jax

from synthesis.drawing.kernel_files.words import either


def ratios(check_same_structure, tree, updates, path_name, RATIO, average, prefix):
    check_same_structure(tree, updates)
    #| one of
    stats = {}
    #| or
    stats = dict()
    #| end
    #| one of
    for (path, x), update in zip(jax.tree.leaves_with_path(tree), jax.tree.leaves(updates)):
        name = path_name(path)
        RATIO
    #| or
    for layer in either(tree, sorted(tree)):
        for key, x in tree[layer].items():
            name, update = f'{layer}/{key}', updates[layer][key]
            RATIO
    #| end
    #| one of
    if not average:
        return stats
    return stats | {f'{prefix}/mean': sum(stats.values()) / len(stats)}
    #| or
    stats[f'{prefix}/mean'] = sum(stats.values()) / len(stats)
    return stats
    #| or
    return stats
    #| end
