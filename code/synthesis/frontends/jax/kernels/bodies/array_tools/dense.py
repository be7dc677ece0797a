"""Bodies of dense for ``recipes/applications/array_tools.py``."""

import math

import jax

from synthesis.drawing.kernel_files.words import either


def dense(key, features_in, features_out, use_bias):
    #| one of
    kernel_key, bias_key = jax.random.split(key)
    bound = either(1.0 / math.sqrt(features_in), features_in ** -0.5)
    kernel = jax.random.uniform(kernel_key, (features_in, features_out), minval=-bound, maxval=bound)
    #| 0.5
    if not use_bias:
        return {'kernel': kernel}
    #| end
    bias = jax.random.uniform(bias_key, (features_out,), minval=-bound, maxval=bound)
    return {'kernel': kernel, 'bias': bias}
    #| or
    #: kernel_key, bias_key = jax.random.split(key)
    #: stddev = scale / math.sqrt(features_in)
    #: params = {'kernel': stddev * jax.random.normal(kernel_key, (features_in, features_out))}
    #: if use_bias:
        #? 0.5 break the symmetry of units
    #:     bias = jax.random.normal(bias_key, (features_out,))
    #:     params['bias'] = stddev * bias
    #: return params
    #| end
