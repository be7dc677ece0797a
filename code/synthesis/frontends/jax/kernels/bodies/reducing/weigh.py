"""Bodies of weigh for ``recipes/applications/reducing.py``."""


def weigh(weight, per_example):
    if weight is not None:
        #| 0.6
        if weight.shape != per_example.shape:
            raise ValueError(f'expected weights of shape {per_example.shape}, got {weight.shape}')
        #| end
        #| one of
        per_example = per_example * weight
        #| or
        per_example *= weight
        #| end
