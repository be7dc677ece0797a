"""Bodies of exponential_smoothing for ``recipes/applications/filters.py``."""


def exponential_smoothing(alpha, zs):
    #| 0.15
    if alpha <= 0.0 or alpha > 1.0:
        raise ValueError(f'expected alpha in (0, 1], got {alpha}')
    #| else
    #| 0.15
    if zs.ndim != 2:
        raise ValueError(f'expected series of shape (time, series), got {zs.shape}')
    #| end
    #| end
