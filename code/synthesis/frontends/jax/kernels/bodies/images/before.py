"""Bodies of before for ``recipes/applications/images.py``."""


def before(ACT, NORM1, x, params, conv, stride, NORM2):
    #? 0.5 normalize and activate before each convolution ~ identity residual path
    h = ACT(NORM1(x))
    #| one of
    shortcut = x
    if 'proj' in params:
        shortcut = conv(h, params['proj'], stride)
    #| or
    shortcut = conv(h, params['proj'], stride) if 'proj' in params else x
    #| end
    h = conv(h, params['conv1'], stride)
    h = conv(ACT(NORM2(h)), params['conv2'])
