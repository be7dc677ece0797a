"""Bodies of any_mask for ``recipes/applications/attention.py``."""

from synthesis.drawing.kernel_files.words import either


def any_mask(mask):
    if mask.ndim == 2:
        #? 0.5 the same for every query
        mask = either(mask[:, None, None, :], mask[:, None, None])
    elif mask.ndim == 3:
        mask = mask[:, None]
    #| one of
    elif mask.ndim != 4:
        raise ValueError(f'expected a mask of two to four axes, got shape {mask.shape}')
    #| or
    #| end
