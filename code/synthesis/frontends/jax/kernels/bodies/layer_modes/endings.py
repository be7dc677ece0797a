"""Bodies of endings for ``recipes/applications/layer_modes.py``."""


def endings(scale, out, bias, x):
    #| one of
    if scale is not None:
        out = out * scale
    if bias is not None:
        out = out + bias
    return out.astype(x.dtype)
    #| or
    return (out * scale + bias).astype(x.dtype)
    #| or
    if scale is not None:
        out = out * (1.0 + scale)
    return out.astype(x.dtype)
    #| or
    out = out * scale + bias
    return out.astype(x.dtype)
    #| end
