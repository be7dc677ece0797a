"""Bodies of heads for ``recipes/applications/checkpoints.py``."""


def heads(num_heads, path, w):
    #| one of
    if num_heads is not None and path[-1] in ('query', 'key', 'value'):
        #? 0.5 one axis for the heads
        #| one of
        w = w.reshape(*w.shape[:-1], num_heads, -1)
        #| or
        w = w.reshape(w.shape[:-1] + (num_heads, w.shape[-1] // num_heads))
        #| end
    #| or
    if path[-1] in ('query', 'key', 'value'):
        w = w.reshape(*w.shape[:-1], num_heads, w.shape[-1] // num_heads)
    #| end
