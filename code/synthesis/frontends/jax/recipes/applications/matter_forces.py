"""Energies and forces of pairs of particles, as statements."""

from synthesis.drawing.lines import block, join
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    remark,
)
from synthesis.frontends.jax.recipes.applications.program import Program


def _taking_part(p: Program, masked: bool, value: str, ends: str = "active[:, None] & active[None, :]") -> str:
    """Return statements that exclude pairs with an inactive particle, if the function has a mask."""
    if not masked:
        return ""
    return block(
        "if active is not None:",
        guard(
            p, "active.shape != positions.shape[:1]", "expected one flag for each particle, got {active.shape}", 0.25
        ),
        remark(p, "padding does not interact"),
        f"both_active = {ends}",
        f"{value} = jnp.where(both_active, {value}, 0.0)",
    )


def energy_of(p: Program, target: str, *, close: bool, masked: bool) -> str:
    """Return statements that compute the energy of each pair of particles."""
    if target == "spring_network":
        return join(
            "stretch = r - rest",
            _taking_part(p, masked, "stretch", "active[i] & active[j]"),
            "return 0.5 * stiffness * jnp.sum(stretch ** 2)",
        )
    pairs = {
        "lennard_jones": p.pick(
            "s6 = (sigma ** 2 / (r2 + softening)) ** 3\npair = 4.0 * epsilon * (s6 ** 2 - s6)",
            "inv = sigma ** 2 / (r2 + softening)\npair = 4.0 * epsilon * (inv ** 6 - inv ** 3)",
        ),
        "coulomb": p.pick(
            "pair = charge[:, None] * charge / jnp.sqrt(r2 + softening ** 2)",
            "inv = jax.lax.rsqrt(r2 + softening ** 2)\npair = charge[:, None] * charge[None, :] * inv",
        ),
    }[target]
    cut = join("pair = jnp.where(r2 < cutoff ** 2, pair, 0.0)" if close else "", _taking_part(p, masked, "pair"))
    once = p.pick(
        "pair = jnp.where(jnp.eye(positions.shape[0], dtype=bool), 0.0, pair)\nreturn 0.5 * jnp.sum(pair)",
        "pair = pair * (1.0 - jnp.eye(positions.shape[0]))\nreturn 0.5 * jnp.sum(pair)",
        "return jnp.sum(jnp.triu(pair, k=1))",
        "i, j = jnp.triu_indices(positions.shape[0], k=1)\nreturn jnp.sum(pair[i, j])",
    )
    return join(pairs, cut, once)


def force_of(p: Program, target: str, *, close: bool, masked: bool) -> str:
    """Return statements that compute the force on each particle."""
    if target == "spring_network":
        pull = join(
            p.pick("tension = stiffness * (r - rest)", "stretch = r - rest\ntension = stiffness * stretch"),
            _taking_part(p, masked, "tension", "active[i] & active[j]"),
            "pull = -(tension / r)[:, None] * d",
        )
        spread = p.pick(
            "forces = jnp.zeros_like(positions)\nforces = forces.at[i].add(pull)\nforces = forces.at[j].add(-pull)",
            "forces = jax.ops.segment_sum(pull, i, positions.shape[0]) - jax.ops.segment_sum(pull, j, "
            "positions.shape[0])",
            "forces = jnp.zeros(positions.shape).at[i].add(pull)\nforces = forces.at[j].add(-pull)",
        )
        return f"{pull}\n{spread}"
    factor = {
        "gravity_pairs": p.pick(
            "inv = (r2 + softening ** 2) ** -1.5\ncoef = -G * mass[:, None] * mass * inv",
            "inv = jax.lax.rsqrt(r2 + softening ** 2)\ncoef = -G * mass[:, None] * mass[None, :] * inv ** 3",
        ),
        "lennard_jones": p.pick(
            "soft = r2 + softening\ns6 = (sigma ** 2 / soft) ** 3\ncoef = 24.0 * epsilon * (2.0 * s6 ** 2 - s6) / soft",
            "inv = 1.0 / (r2 + softening)\ns6 = (sigma ** 2 * inv) ** 3\n"
            "coef = 24.0 * epsilon * inv * (2.0 * s6 ** 2 - s6)",
        ),
        "coulomb": p.pick(
            "coef = charge[:, None] * charge * (r2 + softening ** 2) ** -1.5",
            "inv = jax.lax.rsqrt(r2 + softening ** 2)\ncoef = charge[:, None] * charge[None, :] * inv ** 3",
        ),
        "soft_spheres": p.pick(
            "r = jnp.sqrt(jnp.where(r2 > 0.0, r2, 1.0))\ncoef = stiffness * jnp.maximum(sigma - r, 0.0) / r",
            "r = jnp.sqrt(jnp.where(r2 > 0.0, r2, 1.0))\noverlap = jax.nn.relu(sigma - r)\n"
            "coef = stiffness * overlap / r",
        ),
    }[target]
    cut = join("coef = jnp.where(r2 < cutoff ** 2, coef, 0.0)" if close else "", _taking_part(p, masked, "coef"))
    return join(
        factor,
        cut,
        p.pick(
            "forces = jnp.sum(coef[..., None] * d, axis=1)",
            "forces = (coef[:, :, None] * d).sum(axis=1)",
            "forces = jnp.einsum('ij,ijk->ik', coef, d)",
        ),
    )
