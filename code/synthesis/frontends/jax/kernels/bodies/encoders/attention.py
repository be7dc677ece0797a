"""Bodies of attention for ``recipes/applications/encoders.py``."""


def encoder_block(Array, layer_norm, self_attention, feed_forward):
    def encoder_block(layer, x: Array, num_heads: int) -> Array:
        #| 0.4
        """{Encoder layer with attention, MLP and residual connections ~ One layer of the encoder}."""
        #| end
        #| one of
        x = x + self_attention(layer, layer_norm(x, layer['scale1'], layer['bias1']), num_heads)
        return x + feed_forward(layer, layer_norm(x, layer['scale2'], layer['bias2']))
        #| or
        h = layer_norm(x, layer['scale1'], layer['bias1'])
        x = x + self_attention(layer, h, num_heads)
        h = layer_norm(x, layer['scale2'], layer['bias2'])
        return x + feed_forward(layer, h)
        #| end
