"""Small helper functions of applications. Each one is written beside a function that names it."""

HELPERS: tuple[str, ...] = (
    '''
    def moments(x: Array, axis):
        {? """Mean and variance with kept dimensions."""}
        mean = {jnp.mean(x, axis=axis, keepdims=True) ~ x.mean(axis=axis, keepdims=True)}
        {?0.4 # in two passes, which loses fewer digits than the mean of squares}
        var = {jnp.mean(jnp.square(x - mean), axis=axis, keepdims=True) ~ jnp.var(x, axis=axis, keepdims=True)}
        return mean, var
    ''',
    '''
    def rms_norm(x: Array, scale: Array, eps: float = {1e-6 ~ 1e-5}) -> Array:
        {? """Divides by the root mean square over the last axis."""}
        {var = jnp.mean(jnp.square(x), axis=-1, keepdims=True)
        return x * jax.lax.rsqrt(var + eps) * scale ~
        rms = jnp.sqrt(jnp.mean(x ** 2, axis=-1, keepdims=True) + eps)
        return x / rms * scale}
    ''',
    '''
    def layer_norm(x: Array, scale: Array, bias: Array, eps: float = {1e-6 ~ 1e-5}) -> Array:
        {? """Layer normalization over the last axis."""}
        mean = {x.mean(axis=-1, keepdims=True) ~ jnp.mean(x, axis=-1, keepdims=True)}
        var = {x.var(axis=-1, keepdims=True) ~ jnp.var(x, axis=-1, keepdims=True)}
        {y = (x - mean) * jax.lax.rsqrt(var + eps)
        return y * scale + bias ~
        return scale * (x - mean) / jnp.sqrt(var + eps) + bias}
    ''',
    '''
    def safe_norm(x: Array, axis: int = -1, eps: float = {1e-8 ~ 1e-12}) -> Array:
        {? """Norm whose gradient is finite at zero."""}
        {return jnp.sqrt(jnp.sum(jnp.square(x), axis=axis, keepdims=True) + eps) ~
        squares = jnp.sum(x ** 2, axis=axis, keepdims=True)
        return jnp.sqrt(jnp.maximum(squares, eps))}
    ''',
    '''
    def unit_vector(x: Array, axis: int = -1) -> Array:
        {? """The same direction with length one."""}
        {norm = jnp.linalg.norm(x, axis=axis, keepdims=True)
        return x / {jnp.maximum(norm, 1e-8) ~ (norm + 1e-8)} ~
        return x / (jnp.linalg.norm(x, axis=axis, keepdims=True) + {1e-8 ~ 1e-6}) ~
        squares = jnp.sum(x ** 2, axis=axis, keepdims=True)
        return x * jax.lax.rsqrt(squares + {1e-12 ~ 1e-8})}
    ''',
    '''
    def off_diagonal(n: int) -> Array:
        {?0.5 """{Pairs of different particles ~ Where two indices are not the same}."""}
        return {jnp.eye(n) == 0 ~ jnp.arange(n)[:, None] != jnp.arange(n)}
    ''',
    '''
    def log_probs_in_float32(x: Array) -> Array:
        {?0.5 """{Logarithms of probabilities, in single precision ~ Log softmax over the last axis}."""}
        {return jax.nn.log_softmax(x.astype(jnp.float32), axis=-1) ~
        x = x.astype(jnp.float32)
        return x - jax.nn.logsumexp(x, axis=-1, keepdims=True)}
    ''',
    '''
    def force_from(energy):
        {? """Force of an energy, which is minus its gradient."""}
        {grad_fn = jax.grad(energy)
        return lambda R: -grad_fn(R) ~
        return jax.grad(lambda R: -energy(R))}
    ''',
    '''
    def gated(x: Array, gate: Array) -> Array:
        {?0.5 """Scales each row between nothing and itself."""}
        {return x * jax.nn.sigmoid(x @ gate) ~
        weight = jax.nn.sigmoid(jnp.dot(x, gate))
        return weight * x}
    ''',
    '''
    def softmax_in_float32(x: Array) -> Array:
        {?0.5 """{Softmax over the last axis, in single precision ~ Probabilities, however narrow the scores are}."""}
        {return jax.nn.softmax(x.astype(jnp.float32), axis=-1).astype(x.dtype) ~
        probs = jax.nn.softmax(x.astype(jnp.float32), axis=-1)
        return probs.astype(x.dtype)}
    ''',
    '''
    def split_heads(x: Array, num_heads: int) -> Array:
        {? """From (batch, length, features) to (batch, heads, length, features per head)."""}
        {b, t, d = x.shape
        return x.reshape(b, t, num_heads, d // num_heads).transpose(0, 2, 1, 3) ~
        x = x.reshape(*x.shape[:-1], num_heads, -1)
        return jnp.swapaxes(x, 1, 2)}
    ''',
    '''
    def merge_heads(x: Array) -> Array:
        {? """Undoes the split into heads."""}
        {b, h, t, d = x.shape
        return x.transpose(0, 2, 1, 3).reshape(b, t, h * d) ~
        x = jnp.swapaxes(x, 1, 2)
        return x.reshape(*x.shape[:2], -1)}
    ''',
    '''
    def masked_mean(values: Array, mask: Array) -> Array:
        {? """Mean over the entries that count."""}
        {mask = mask.astype(values.dtype)
        return jnp.sum(values * mask) / jnp.maximum(mask.sum(), 1.0) ~
        total = jnp.sum(jnp.where(mask, values, 0.0))
        return total / jnp.maximum(jnp.sum(mask), 1)}
    ''',
    '''
    def global_norm(tree) -> Array:
        {? """Norm of all arrays of a tree together."""}
        {leaves = jax.tree.leaves(tree)
        return jnp.sqrt(sum(jnp.sum(jnp.square(x)) for x in leaves)) ~
        squares = [jnp.sum(x ** 2) for x in jax.tree.leaves(tree)]
        return jnp.sqrt(jnp.sum(jnp.stack(squares)))}
    ''',
    """
    def apply_linear(layer, x: Array) -> Array:
        {return x @ layer['kernel'] + layer['bias'] ~
        y = jnp.dot(x, layer['kernel'])
        return y + layer['bias']}
    """,
    '''
    def activate(x: Array, kind: str) -> Array:
        {?0.4 """Nonlinearity by name."""}
        if kind == 'relu':
            return {jnp.maximum(x, 0) ~ jax.nn.relu(x)}
        elif kind == 'gelu':
            return jax.nn.gelu(x)
        elif kind == 'silu':
            return jax.nn.silu(x)
        raise ValueError(f'unknown activation <<kind>>')
    ''',
    '''
    def convolve(x: Array, kernel: Array, dilation: int) -> Array:
        {? """Convolution over the middle axis, without padding."""}
        return lax.conv_general_dilated(
            x, kernel, window_strides=(1,), padding='VALID', rhs_dilation=(dilation,),
            dimension_numbers=('NWC', 'WIO', 'NWC'))
    ''',
    '''
    def ema(old, new, decay):
        {? """Moves every array of a tree towards another one."""}
        {return jax.tree.map(lambda o, n: decay * o + (1 - decay) * n, old, new) ~
        return jax.tree.map(lambda o, n: o + (1 - decay) * (n - o), old, new)}
    ''',
    """
    def ema_of_squares(old, new, decay):
        {return jax.tree.map(lambda o, n: decay * o + (1 - decay) * jnp.square(n), old, new) ~
        return jax.tree.map(lambda o, n: decay * o + (1 - decay) * n ** 2, old, new)}
    """,
    '''
    def reduce_losses(losses: Array, how: str) -> Array:
        {? """Mean, sum or all of the losses."""}
        if how == 'none':
            return losses
        if how == 'sum':
            return {losses.sum() ~ jnp.sum(losses)}
        if how == 'mean':
            return {losses.mean() ~ jnp.mean(losses)}
        raise ValueError(f'unknown reduction <<how>>')
    ''',
    '''
    def wrap_angle(angle: Array) -> Array:
        {?0.4 """The same angle between -pi and pi."""}
        return {(angle + jnp.pi) % (2.0 * jnp.pi) - jnp.pi ~ jnp.mod(angle + math.pi, 2.0 * math.pi) - math.pi}
    ''',
)
"""Definitions with groups; see ``Program.function``."""
