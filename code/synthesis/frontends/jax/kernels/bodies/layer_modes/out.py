"""Bodies of out for ``recipes/applications/layer_modes.py``."""


def out(rate, deterministic, BACK):
    #| 0.2
    if rate < 0.0 or rate >= 1.0:
        raise ValueError(f'expected a rate in [0, 1), got {rate}')
    #| end
    #| one of
    if deterministic or rate == 0.0:
        return BACK
    #| or
    if deterministic:
        return BACK
    #| end
    keep_prob = 1.0 - rate
