"""The updates of single optimizers: statements that advance the moments, and the change of a parameter."""

from synthesis.drawing.lines import block
from synthesis.frontends.jax.recipes.applications.parts import remark
from synthesis.frontends.jax.recipes.applications.program import Program


def _first(p: Program, each: str, at: dict[str, str]) -> str:
    return p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + (1 - b1) * g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: m + (1 - b1) * (g - m), {at['mu']}, grads)",
        f"new_mu = ema({at['mu']}, grads, b1)",
    )


def _second(p: Program, each: str, at: dict[str, str], *, averaged: bool) -> str:
    """Return the statements for the mean of squares; ``averaged`` is whether a helper function computes such means."""
    if averaged:
        return f"new_nu = ema_of_squares({at['nu']}, grads, b2)"
    return p.pick(
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * jnp.square(g), {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: b2 * v + (1 - b2) * g ** 2, {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: v + (1 - b2) * (g ** 2 - v), {at['nu']}, grads)",
    )


_Update = tuple[list[str], str, str]
"""Statements; the change subtracted from a parameter ``w``, in terms of ``m`` and ``v``; and the names of the trees
whose leaves are ``m`` and ``v``."""


def _adam(p: Program, each: str, at: dict[str, str], counts: bool, largest: bool = False) -> _Update:
    first = _first(p, each, at)
    lines = [first, _second(p, each, at, averaged="ema(" in first)]
    second = "new_nu"
    if largest:
        lines.append(f"new_nu_max = {each}(jnp.maximum, {at['nu_max']}, new_nu)")
        second = "new_nu_max"
    top, root = "m", "jnp.sqrt(v) + eps"
    if counts:
        lines.append(
            f"count = {at['count']} + 1",
        )
        form = p.pick("trees", "rate", "inside")
        lines.append(remark(p, "bias correction"))
        if form == "trees":
            lines += [
                f"mu_hat = {each}(lambda m: m / (1 - b1 ** count), new_mu)",
                f"nu_hat = {each}(lambda v: v / (1 - b2 ** count), {second})",
            ]
            return lines, f"lr * {top} / ({root})", "mu_hat, nu_hat"
        if form == "optional":
            lines += [
                "mu_hat, nu_hat = new_mu, " + second,
                block(
                    "if correct:",
                    remark(p, "matters in the first steps only"),
                    f"mu_hat = {each}(lambda m: m / (1 - b1 ** count), mu_hat)",
                    f"nu_hat = {each}(lambda v: v / (1 - b2 ** count), nu_hat)",
                ),
            ]
            return lines, f"lr * {top} / ({root})", "mu_hat, nu_hat"
        if form == "rate":
            lines.append(
                p.pick(
                    "lr_t = lr * jnp.sqrt(1 - b2 ** count) / (1 - b1 ** count)",
                    "lr_t = lr * (1 - b2 ** count) ** 0.5 / (1 - b1 ** count)",
                )
            )
            return lines, f"lr_t * {top} / ({root})", f"new_mu, {second}"
        lines.append("c1 = 1 - b1 ** count\nc2 = 1 - b2 ** count")
        return lines, "lr * (m / c1) / (jnp.sqrt(v / c2) + eps)", f"new_mu, {second}"
    return lines, f"lr * {top} / ({root})", f"new_mu, {second}"


def _adamw(p: Program, each: str, at: dict[str, str], counts: bool) -> _Update:
    lines, change, ends = _adam(p, each, at, counts)
    return lines, p.pick(f"{change} + lr * decay * w", f"lr * decay * w + {change}"), ends


def _momentum(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    trace = p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)",
        _first(p, each, at),
    )
    if p.maybe(0.35):
        # The look-ahead adds the gradient like a momentum that sums gradients, not like one that averages them.
        sums = f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)"
        ahead = f"{each}(lambda m, g: b1 * m + g, new_mu, grads)"
        return (
            [
                sums,
                remark(p, "Nesterov momentum"),
                p.pick(
                    f"updates = {ahead} if nesterov else new_mu",
                    f"{block('if nesterov:', f'updates = {ahead}')}\n{block('else:', 'updates = new_mu')}",
                ),
            ],
            "lr * m",
            "updates",
        )
    return [trace], "lr * m", "new_mu"


def _nesterov(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    trace = p.pick(
        f"new_mu = {each}(lambda m, g: b1 * m + g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: g + b1 * m, {at['mu']}, grads)",
    )
    if p.choices.chance(0.5):
        return [trace, f"updates = {each}(lambda m, g: b1 * m + g, new_mu, grads)"], "lr * m", "updates"
    return [trace], p.pick("lr * (v + b1 * m)", "lr * (b1 * m + v)"), "new_mu, grads"


def _lion(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    update = p.pick(
        f"update = {each}(lambda m, g: b1 * m + (1 - b1) * g, {at['mu']}, grads)",
        f"update = {each}(lambda m, g: m + (1 - b1) * (g - m), {at['mu']}, grads)",
    )
    later = p.pick(
        f"new_mu = {each}(lambda m, g: b2 * m + (1 - b2) * g, {at['mu']}, grads)",
        f"new_mu = {each}(lambda m, g: m + (1 - b2) * (g - m), {at['mu']}, grads)",
    )
    return (
        [update, later],
        p.pick("lr * jnp.sign(m)", "lr * (jnp.sign(m) + decay * w)", "lr * jnp.sign(m) + lr * decay * w"),
        "update",
    )


def _rmsprop(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    return (
        [_second(p, each, at, averaged=p.maybe(0.25))],
        p.pick("lr * m / (jnp.sqrt(v) + eps)", "lr * m / jnp.sqrt(v + eps)"),
        "grads, new_nu",
    )


def _adagrad(p: Program, each: str, at: dict[str, str], _: bool) -> _Update:
    total = p.pick(
        f"new_nu = {each}(lambda v, g: v + jnp.square(g), {at['nu']}, grads)",
        f"new_nu = {each}(lambda v, g: v + g ** 2, {at['nu']}, grads)",
    )
    return (
        [total],
        p.pick("lr * m / (jnp.sqrt(v) + eps)", "lr * m / jnp.sqrt(v + eps)"),
        "grads, new_nu",
    )


def _amsgrad(p: Program, each: str, at: dict[str, str], counts: bool) -> _Update:
    return _adam(p, each, at, counts, largest=True)


UPDATES = {
    "sgd_momentum": _momentum, "nesterov": _nesterov, "adam": _adam, "adamw": _adamw, "lion": _lion,
    "rmsprop": _rmsprop, "adagrad": _adagrad, "amsgrad": _amsgrad,
}  # fmt: skip
"""The functions that return the update of each optimizer."""
REASONS = {
    "sgd_momentum": ("heavy ball momentum",),
    "nesterov": ("Nesterov momentum",),
    "adam": ("first and second moments",),
    "adamw": ("first and second moments",),
    "lion": ("the momentum is updated after it is used",),
    "rmsprop": ("running mean of squared gradients",),
    "adagrad": ("accumulate squared gradients",),
    "amsgrad": ("keep the largest second moment",),
}
"""Comments that explain the update of each optimizer."""
SUMMARIES = {
    "sgd_momentum": "Gradient descent with momentum",
    "nesterov": "Gradient descent with Nesterov momentum",
    "adam": "One step of Adam",
    "adamw": "One step of Adam with decoupled weight decay",
    "lion": "One step of Lion",
    "rmsprop": "One step of RMSProp",
    "adagrad": "One step of Adagrad",
    "amsgrad": "One step of AMSGrad",
}
"""A description of a step of each optimizer."""
