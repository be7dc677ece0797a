"""Bodies of conv for ``recipes/applications/vision_models.py``."""

import jax


def CONV(Array, LAYOUT, kernelCAST):
    def CONV(x: Array, kernel: Array, stride: int = 1) -> Array:
        #| 0.4
        """{Convolution ~ Convolution with zeros beyond the edge}."""
        #| end
        #| one of
        return jax.lax.conv_general_dilated(
        x, kernelCAST, window_strides=(stride, stride), padding='SAME', dimension_numbers=LAYOUT)
        #| or
        return jax.lax.conv_general_dilated(x, kernelCAST, (stride, stride), 'SAME', dimension_numbers=LAYOUT)
        #| or
        dims = jax.lax.conv_dimension_numbers(x.shape, kernel.shape, LAYOUT)
        return jax.lax.conv_general_dilated(x, kernelCAST, (stride, stride), 'SAME', dimension_numbers=dims)
        #| end
