"""Bodies of columns for ``recipes/applications/embedding.py``."""

import jax
import jax.numpy as jnp


def columns(
    combine, categories, tables, look_up, missing, skip, key, rate, dtype, numbers, standardize, stats, projection,
):
    #| 0.5
    if combine not in ('concat', 'sum'):
        raise ValueError(f'unknown combination {combine}')
    #| else
    #| 0.5
    if categories.keys() != tables.keys():
        raise ValueError(f'no tables for some of {sorted(categories)}')
    #| end
    #| end
    #| one of
    vectors = [look_up(tables[name], ids, missing) for name, ids in sorted(categories.items())]
    #| or
    vectors = []
    for name in sorted(tables):
        #| 0.6
        if name in skip:
            #? 0.4 random subset of columns
            continue
        #| end
        vectors.append(look_up(tables[name], categories[name], missing))
    #| or
    vectors = [look_up(table, categories[name], missing) for name, table in sorted(tables.items()) if name not in skip]
    #| end
    #| 0.4
    if key is not None and rate > 0.0:
        #? 0.5 whole columns are dropped
        keys = jax.random.split(key, len(vectors))
        vectors = [jnp.where(jax.random.bernoulli(k, 1.0 - rate, (v.shape[0], 1)), v, 0.0)
            for k, v in zip(keys, vectors)]
    #| end
    #| one of
    if combine == 'concat':
        features = jnp.concatenate(vectors, axis=-1)
    elif combine == 'sum':
        features = sum(vectors)
    else:
        raise ValueError(f'unknown combination {combine}')
    #| or
    features = jnp.concatenate(vectors, axis=-1) if combine == 'concat' else sum(vectors)
    #| or
    if combine == 'concat':
        features = jnp.concatenate(vectors, axis=-1)
    else:
        stacked = jnp.stack(vectors)
        features = jnp.mean(stacked, axis=0) if combine == 'mean' else jnp.sum(stacked, axis=0)
    #| end
    #| 0.6
    features = features.astype(dtype)
    #| end
    #| one of
    if numbers is not None:
        features = jnp.concatenate([features, standardize(numbers, stats, features.dtype)], axis=-1)
    #| or
    features = features if numbers is None else jnp.concatenate(
        [features, standardize(numbers, stats, features.dtype)], axis=-1)
    #| end
    #| 0.5
    if projection is not None:
        #? 0.4 project to a common width
        features = features @ projection.astype(features.dtype)
    #| end
    return features
