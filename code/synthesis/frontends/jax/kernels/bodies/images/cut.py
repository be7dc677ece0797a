"""Bodies of cut for ``recipes/applications/images.py``."""


def cut(x, HEIGHT, WIDTH, patch):
    #| 0.5
    if x.ndim != 4:
        raise ValueError(f'expected images of shape ORDER, got {x.shape}')
    #| else
    if HEIGHT % patch != 0 or WIDTH % patch != 0:
        raise ValueError(f'images of {HEIGHT}x{WIDTH} do not divide into patches of {patch}')
    #| end
