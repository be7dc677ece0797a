"""Bodies of bottleneck for ``recipes/applications/images.py``."""


def bottleneck(ACT, NORM1, conv, params, x, NORM2, stride, NORM3):
    #? 0.5 bottleneck ~ the middle convolution is the expensive one
    h = ACT(NORM1(conv(x, params['conv1'])))
    h = ACT(NORM2(conv(h, params['conv2'], stride)))
    h = NORM3(conv(h, params['conv3']))
