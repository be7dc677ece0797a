"""Bodies of smoothed for ``recipes/applications/detection.py``."""

import jax


def smooth(Array):
    def smooth(layer, x: Array) -> Array:
        #| 0.5
        """Convolution with edge padding."""
        #| end
        x = jax.lax.conv_general_dilated(x, layer['kernel'], (1, 1), 'SAME', dimension_numbers=('NHWC', 'HWIO', 'NHWC'))
        #| one of
        return x + layer['bias']
        #| or
        return x if 'bias' not in layer else x + layer['bias']
        #| end
