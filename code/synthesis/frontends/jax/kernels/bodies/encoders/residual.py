"""Bodies of residual for ``recipes/applications/encoders.py``."""


def residual_block(Array, layer_norm, feed_forward):
    def residual_block(layer, x: Array) -> Array:
        #| 0.4
        """{MLP with a residual connection ~ One layer of the network}."""
        #| end
        #| one of
        h = layer_norm(x, layer['scale1'], layer['bias1'])
        return x + feed_forward(layer, h)
        #| or
        return x + feed_forward(layer, layer_norm(x, layer['scale1'], layer['bias1']))
        #| end
