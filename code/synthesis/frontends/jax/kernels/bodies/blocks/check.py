"""Bodies of check for ``recipes/applications/blocks.py``."""


def check(params, x, num_heads, KEYS):
    #| 0.55
    #| one of
    if x.ndim != 3 or x.shape[-1] != params['w1'].shape[0]:
    #| or
    #: if x.ndim != 3 :
    #| end
        raise ValueError(f'expected (batch, length, features), got {x.shape}')
    #| else
    #| 0.4
    assert x.ndim == 3
    #| end
    #| end
    #| 0.45
    if x.shape[-1] % num_heads != 0:
        raise ValueError(f'expected a multiple of {num_heads} heads, got {x.shape[-1]} features')
    #| end
    KEYS
