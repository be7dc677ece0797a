"""Bodies of merge_named for ``recipes/applications/shaping.py``."""


def merge_named(batch, num_axes, THEN):
    flat = {}
    for name, x in batch.items():
        #| 0.5
        if x.ndim < num_axes:
            raise ValueError(f'{name} has only {x.ndim} axes')
        #| end
        flat[name] = x.reshape(-1, *x.shape[num_axes:])
    THEN
