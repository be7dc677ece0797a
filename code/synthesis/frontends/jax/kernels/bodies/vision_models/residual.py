"""Bodies of residual for ``recipes/applications/vision_models.py``."""


def residual_block(Array, CONV, ACT, group_norm):
    def residual_block(layer, x: Array, stride: int = 1) -> Array:
        #| 0.4
        """Residual block of two convolutions."""
        #| end
        h = CONV(x, layer['conv1'], stride)
        h = ACT(group_norm(h, layer['scale1'], layer['bias1']))
        h = group_norm(CONV(h, layer['conv2']), layer['scale2'], layer['bias2'])
        if 'proj' in layer:
            # {the way around has to fit ~ other channels, other sides}
            x = CONV(x, layer['proj'], stride)
        return ACT(x + h)
