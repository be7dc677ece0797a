"""Bodies of kalman_filter for ``recipes/applications/filters.py``."""


def kalman_filter(observe, zs, cov0, transition):
    #| 0.2
    #| one of
    if zs.ndim != 2 or zs.shape[-1] != observe.shape[0]:
    #| or
    #: if zs.ndim != 2 :
    #| end
        raise ValueError(f'expected observations of shape (time, {observe.shape[0]}), got {zs.shape}')
    #| else
    #| 0.15
    if transition.shape != cov0.shape:
        raise ValueError(f'expected a transition of shape {cov0.shape}, got {transition.shape}')
    #| end
    #| end
