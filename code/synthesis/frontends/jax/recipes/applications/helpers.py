"""Small helper functions of applications. Each one is written beside a function that names it."""

from synthesis.drawing.kernel_files.bodies import read_bodies

_BODIES = read_bodies("jax", "helpers", margin=4)

HELPERS: tuple[str, ...] = (
    _BODIES["helpers.moments"],
    _BODIES["helpers.rms_norm"],
    _BODIES["helpers.layer_norm"],
    _BODIES["helpers.safe_norm"],
    _BODIES["helpers.unit_vector"],
    '''
    def off_diagonal(n: int) -> Array:
        {?0.5 """{Pairs of different particles ~ Where two indices are not the same}."""}
        return {jnp.eye(n) == 0 ~ jnp.arange(n)[:, None] != jnp.arange(n)}
    ''',
    _BODIES["helpers.log_probs_in_float32"],
    _BODIES["helpers.force_from"],
    _BODIES["helpers.gated"],
    _BODIES["helpers.softmax_in_float32"],
    _BODIES["helpers.split_heads"],
    _BODIES["helpers.merge_heads"],
    _BODIES["helpers.masked_mean"],
    _BODIES["helpers.global_norm"],
    _BODIES["helpers.apply_linear"],
    _BODIES["helpers.activate"],
    _BODIES["helpers.convolve"],
    _BODIES["helpers.ema"],
    """
    def ema_of_squares(old, new, decay):
        {return jax.tree.map(lambda o, n: decay * o + (1 - decay) * jnp.square(n), old, new) ~
        return jax.tree.map(lambda o, n: decay * o + (1 - decay) * n ** 2, old, new)}
    """,
    _BODIES["helpers.reduce_losses"],
    '''
    def wrap_angle(angle: Array) -> Array:
        {?0.4 """The same angle between -pi and pi."""}
        return {(angle + jnp.pi) % (2.0 * jnp.pi) - jnp.pi ~ jnp.mod(angle + math.pi, 2.0 * math.pi) - math.pi}
    ''',
)
"""Definitions with groups of alternatives; see ``Program.function``."""
