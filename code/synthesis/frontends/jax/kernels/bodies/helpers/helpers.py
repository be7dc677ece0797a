"""Bodies of helpers for ``recipes/applications/helpers.py``."""

import jax
import jax.numpy as jnp
from jax import lax

from synthesis.drawing.kernel_files.words import either, helper


def moments(Array):
    def moments(x: Array, axis):
        #| 0.4
        """Mean and variance with kept dimensions."""
        #| end
        mean = either(jnp.mean(x, axis=axis, keepdims=True), x.mean(axis=axis, keepdims=True))
        #| 0.4
        # two passes for better precision
        #| end
        var = either(jnp.mean(jnp.square(x - mean), axis=axis, keepdims=True), jnp.var(x, axis=axis, keepdims=True))
        return mean, var


def rms_norm(Array):
    def rms_norm(x: Array, scale: Array, eps: float = either(1e-6, 1e-5)) -> Array:
        #| 0.4
        """Divides by the root mean square over the last axis."""
        #| end
        #| one of
        var = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        return x * jax.lax.rsqrt(var + eps) * scale
        #| or
        rms = jnp.sqrt(jnp.mean(x ** 2, axis=-1, keepdims=True) + eps)
        return x / rms * scale
        #| end


def layer_norm(Array):
    def layer_norm(x: Array, scale: Array, bias: Array, eps: float = either(1e-6, 1e-5)) -> Array:
        #| 0.4
        """Layer normalization over the last axis."""
        #| end
        mean = either(x.mean(axis=-1, keepdims=True), jnp.mean(x, axis=-1, keepdims=True))
        var = either(x.var(axis=-1, keepdims=True), jnp.var(x, axis=-1, keepdims=True))
        #| one of
        y = (x - mean) * jax.lax.rsqrt(var + eps)
        return y * scale + bias
        #| or
        return scale * (x - mean) / jnp.sqrt(var + eps) + bias
        #| end


def safe_norm(Array):
    def safe_norm(x: Array, axis: int = -1, eps: float = either(1e-8, 1e-12)) -> Array:
        #| 0.4
        """Norm whose gradient is finite at zero."""
        #| end
        #| one of
        return jnp.sqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=True) + eps)
        #| or
        squares = jnp.sum(x ** 2, axis=axis, keepdims=True)
        return jnp.sqrt(jnp.maximum(squares, eps))
        #| end


def unit_vector(Array):
    def unit_vector(x: Array, axis: int = -1) -> Array:
        #| 0.4
        """Normalizes to unit length."""
        #| end
        #| one of
        norm = jnp.linalg.norm(x, axis=axis, keepdims=True)
        return x / either(jnp.maximum(norm, 1e-8), (norm + 1e-8))
        #| or
        return x / (jnp.linalg.norm(x, axis=axis, keepdims=True) + either(1e-8, 1e-6))
        #| or
        squares = jnp.sum(x ** 2, axis=axis, keepdims=True)
        return x * jax.lax.rsqrt(squares + either(1e-12, 1e-8))
        #| end


def log_probs_in_float32(Array):
    def log_probs_in_float32(x: Array) -> Array:
        #| 0.5
        """{Log probabilities in single precision ~ Log softmax over the last axis}."""
        #| end
        #| one of
        return jax.nn.log_softmax(x.astype(jnp.float32), axis=-1)
        #| or
        x = x.astype(jnp.float32)
        return x - jax.nn.logsumexp(x, axis=-1, keepdims=True)
        #| end


@helper
def force_from(energy):
    #| 0.4
    """Force of an energy, which is minus its gradient."""
    #| end
    #| one of
    grad_fn = jax.grad(energy)
    return lambda R: -grad_fn(R)
    #| or
    return jax.grad(lambda R: -energy(R))
    #| end


def gated(Array):
    def gated(x: Array, gate: Array) -> Array:
        #| 0.5
        """Scales each row by a factor in (0, 1)."""
        #| end
        #| one of
        return x * jax.nn.sigmoid(x @ gate)
        #| or
        weight = jax.nn.sigmoid(jnp.dot(x, gate))
        return weight * x
        #| end


def softmax_in_float32(Array):
    def softmax_in_float32(x: Array) -> Array:
        #| 0.5
        """{Softmax over the last axis, in single precision ~ Softmax in single precision}."""
        #| end
        #| one of
        return jax.nn.softmax(x.astype(jnp.float32), axis=-1).astype(x.dtype)
        #| or
        probs = jax.nn.softmax(x.astype(jnp.float32), axis=-1)
        return probs.astype(x.dtype)
        #| end


def split_heads(Array):
    def split_heads(x: Array, num_heads: int) -> Array:
        #| 0.4
        """Splits features into heads."""
        #| end
        #| one of
        b, t, d = x.shape
        return x.reshape(b, t, num_heads, d // num_heads).transpose(0, 2, 1, 3)
        #| or
        x = x.reshape(*x.shape[:-1], num_heads, -1)
        return jnp.swapaxes(x, 1, 2)
        #| end


def merge_heads(Array):
    def merge_heads(x: Array) -> Array:
        #| 0.4
        """Merges heads."""
        #| end
        #| one of
        b, h, t, d = x.shape
        return x.transpose(0, 2, 1, 3).reshape(b, t, h * d)
        #| or
        x = jnp.swapaxes(x, 1, 2)
        return x.reshape(*x.shape[:2], -1)
        #| end


def masked_mean(Array):
    def masked_mean(values: Array, mask: Array) -> Array:
        #| 0.4
        """Masked mean."""
        #| end
        #| one of
        mask = mask.astype(values.dtype)
        return jnp.sum(values * mask) / jnp.maximum(mask.sum(), 1.0)
        #| or
        total = jnp.sum(jnp.where(mask, values, 0.0))
        return total / jnp.maximum(jnp.sum(mask), 1)
        #| end


def global_norm(Array):
    def global_norm(tree) -> Array:
        #| 0.4
        """Global norm of a tree."""
        #| end
        #| one of
        leaves = jax.tree.leaves(tree)
        return jnp.sqrt(sum(jnp.sum(jnp.square(x)) for x in leaves))
        #| or
        squares = [jnp.sum(x ** 2) for x in jax.tree.leaves(tree)]
        return jnp.sqrt(jnp.sum(jnp.stack(squares)))
        #| end


def apply_linear(Array):
    def apply_linear(layer, x: Array) -> Array:
        #| one of
        return x @ layer['kernel'] + layer['bias']
        #| or
        y = jnp.dot(x, layer['kernel'])
        return y + layer['bias']
        #| end


def activate(Array):
    def activate(x: Array, kind: str) -> Array:
        #| 0.4
        """Nonlinearity by name."""
        #| end
        if kind == 'relu':
            return either(jnp.maximum(x, 0), jax.nn.relu(x))
        elif kind == 'gelu':
            return jax.nn.gelu(x)
        elif kind == 'silu':
            return jax.nn.silu(x)
        raise ValueError(f'unknown activation {kind}')


def convolve(Array):
    def convolve(x: Array, kernel: Array, dilation: int) -> Array:
        #| 0.4
        """Convolution over the middle axis, without padding."""
        #| end
        return lax.conv_general_dilated(
            x, kernel, window_strides=(1,), padding='VALID', rhs_dilation=(dilation,),
            dimension_numbers=('NWC', 'WIO', 'NWC'))


@helper
def ema(old, new, decay):
    #| 0.4
    """Interpolates every array of a tree towards another one."""
    #| end
    #| one of
    return jax.tree.map(lambda o, n: decay * o + (1 - decay) * n, old, new)
    #| or
    return jax.tree.map(lambda o, n: o + (1 - decay) * (n - o), old, new)
    #| end


def reduce_losses(Array):
    def reduce_losses(losses: Array, how: str) -> Array:
        #| 0.4
        """Mean, sum or all of the losses."""
        #| end
        if how == 'none':
            return losses
        if how == 'sum':
            return either(losses.sum(), jnp.sum(losses))
        if how == 'mean':
            return either(losses.mean(), jnp.mean(losses))
        raise ValueError(f'unknown reduction {how}')
