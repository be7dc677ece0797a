"""Bodies of convolution for ``recipes/applications/window_modes.py``."""


def padded(x, dilation, kernel):
    #| 0.2
    if x.ndim != 3:
        raise ValueError(f'expected inputs of shape (batch, time, features), got {x.shape}')
    #| else
    #| 0.2
    if dilation < 1:
        raise ValueError(f'expected a dilation of at least 1, got {dilation}')
    #| end
    #| end
    #| one of
    width = kernel.shape[0]
    total_pad = (width - 1) * dilation
    #| or
    total_pad = dilation * (kernel.shape[0] - 1)
    #| end
