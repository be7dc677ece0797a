"""Bodies of shortcut for ``recipes/applications/images.py``."""


def shortcut(x, params, NORMED):
    # {the way around has to fit ~ other channels, other sides}
    #| one of
    shortcut = x
    if 'proj' in params:
        shortcut = NORMED
    #| or
    if 'proj' in params:
        shortcut = NORMED
    else:
        shortcut = x
    #| end
