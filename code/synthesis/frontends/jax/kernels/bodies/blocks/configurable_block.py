"""Bodies of configurable_block for ``recipes/applications/blocks.py``."""


def configurable_block(attn_out, x, norm_first, NORM2, NORM3):
    x = x + attn_out
    #| one of
    if norm_first:
        h = NORM2
    else:
        x = NORM3
        h = x
    #| or
    if not norm_first:
        x = NORM3
    h = NORM2 if norm_first else x
    #| end
