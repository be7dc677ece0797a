"""Bodies of check for ``recipes/applications/integrators.py``."""


def check(WIDTH, y0, dt, steps):
    #| 0.15
    #| one of
    if y0.ndim != 2 or y0.shape[-1] != WIDTH:
    #| or
    #: if y0.ndim != 2 :
    #| end
        raise ValueError(f'expected states of shape (batch, WIDTH), got {y0.shape}')
    #| else
    #| 0.15
    #| one of
    if steps < 1 or dt <= 0.0:
        raise ValueError(f'expected positive steps, got {steps} of {dt}')
    #| or
    if dt <= 0.0:
        raise ValueError(f'expected a positive time step, got {dt}')
    #| end
    #| end
    #| end
