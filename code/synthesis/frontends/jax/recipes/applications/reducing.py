"""Reductions of the losses of examples to one loss."""

from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf


def reduce(p: Program, shape: tuple[int, ...], *, weighted: bool, masked: bool) -> None:
    """Write statements that combine the losses of examples, ``per_example``, and return the result.

    Args:
        p: the function, which has arrays ``weight`` and ``mask`` of this shape.
        shape: the shape of the losses.
        weighted: whether examples have weights.
        masked: whether some examples are ignored.
    """
    if weighted and not masked and p.choices.chance(0.4):
        p.write(_MEAN_OF_WEIGHTED)
        p.gives(Leaf(()))
        return
    if weighted and masked:
        p.write(_WEIGHTED_VALID)
        p.gives(Leaf(()))
        return
    if weighted:
        p.write(_WEIGH)
    if masked:
        p.write(_OVER_VALID)
        p.gives(Leaf(()))
        return
    if not p.maybe(0.6):
        p.write("return {jnp.mean(per_example) ~ per_example.mean()}")
        p.gives(Leaf(()))
        return
    asked = p.pick("mean", "sum", "none")
    p.option(
        "reduction",
        "'mean'",
        "str",
        "how the losses of examples are brought together",
        f"'{asked}'",
        ("reduction", "reduce"),
    )
    p.write(_REDUCE)
    p.gives(Leaf(shape if asked == "none" else ()))


_WEIGH = """
    if weight is not None:
        {?0.6 if weight.shape != per_example.shape:
            raise ValueError(f'expected weights of shape <<per_example.shape>>, got <<weight.shape>>')}
        {per_example = per_example * weight ~ per_example *= weight}
"""
_MEAN_OF_WEIGHTED = """
    if weight is None:
        return jnp.mean(per_example)
    {?0.5 if weight.shape != per_example.shape:
        raise ValueError(f'expected weights of shape <<per_example.shape>>, got <<weight.shape>>')}
    return {jnp.sum(weight * per_example) ~ jnp.vdot(weight, per_example)} / {jnp.sum(weight) ~ weight.sum()}
"""
_WEIGHTED_VALID = """
    {?0.6 # {padding adds nothing to the loss ~ only what counts enters the mean ~ leave out what does not count}}
    {if weight is None:
        counted = valid.astype(per_example.dtype)
    else:
        {?0.5 if weight.shape != per_example.shape:
            raise ValueError(f'expected weights of shape <<per_example.shape>>, got <<weight.shape>>')}
        counted = {jnp.where(valid, weight, 0.0) ~ weight * valid} ~
    counted = valid.astype(per_example.dtype)
    if weight is not None:
        counted = counted * weight}
    return {jnp.sum(counted * per_example) ~ jnp.vdot(counted, per_example)} / jnp.maximum(jnp.sum(counted), 1e-8)
"""
_OVER_VALID = """
    {?0.6 # {padding adds nothing to the loss ~ only what counts enters the mean ~ leave out what does not count}}
    {return masked_mean(per_example, valid) ~
    {per_example = jnp.where(valid, per_example, 0.0) ~
    {?0.5 valid = valid.astype(jnp.float32)}
    per_example = per_example * valid}
    {?0.4 # a batch may have no valid entry at all}
    {total = jnp.maximum(valid.sum(), 1)
    return {jnp.sum(per_example) ~ per_example.sum()} / total ~
    return per_example.sum() / {jnp.maximum(jnp.sum(valid), 1.0) ~ jnp.clip(valid.sum(), 1)}}}
"""
_REDUCE = """
    {return reduce_losses(per_example, reduction) ~ {?0.4 # the caller wants them one by one}
    if reduction == 'none':
        return per_example
    if reduction == 'sum':
        return {jnp.sum(per_example) ~ per_example.sum()}
    if reduction == 'mean':
        return {jnp.mean(per_example) ~ per_example.mean()}
    raise ValueError(f'unknown reduction <<reduction>>') ~
    {?0.6 if reduction not in ('mean', 'sum', 'none'):
        raise ValueError(f'unknown reduction <<reduction>>')}
    if reduction == 'none':
        return per_example
    return per_example.sum() if reduction == 'sum' else {per_example.mean() ~ jnp.mean(per_example)} ~
    if reduction == 'mean':
        per_example = {jnp.mean(per_example) ~ per_example.mean()}
    elif reduction == 'sum':
        per_example = {jnp.sum(per_example) ~ per_example.sum()}
    elif reduction != 'none':
        raise ValueError(f'unknown reduction <<reduction>>')
    return per_example}
"""
