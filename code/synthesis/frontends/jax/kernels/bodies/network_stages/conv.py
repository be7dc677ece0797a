"""Bodies of conv for ``recipes/applications/network_stages.py``."""

import jax


def conv(Array):
    def conv(x: Array, kernel: Array, stride: int = 1, groups: int = 1) -> Array:
        #| 0.5
        """{Convolution with zeros beyond the edge ~ Two-dimensional convolution}."""
        #| end
        return jax.lax.conv_general_dilated(
            x, kernel, (stride, stride), 'SAME', dimension_numbers=('NHWC', 'HWIO', 'NHWC'), feature_group_count=groups)
