"""Bodies of separable for ``recipes/applications/images.py``."""


def separable(CHANNEL, FLOATS, conv, params, stride, ACT, NORM1, NORM2):
    #? 0.6 depthwise, then channel mixing ~ per channel, then across channels
    h = conv(FLOATS, params['depthwise'], stride, groups=FLOATS.shape[CHANNEL])
    h = ACT(NORM1(h))
    h = conv(h, params['pointwise'])
    h = ACT(NORM2(h))
