"""Equations of fields on grids, as statements of one step."""

from synthesis.drawing.lines import block, join
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    remark,
)
from synthesis.frontends.jax.recipes.applications.program import Program


def write_flux(p: Program) -> str:
    """Return statements that compute ``u_next`` from the flux between neighbours with a conductivity at each point."""
    return p.choose("""
        {?0.5 # {flux between neighbours ~ conservative: what leaves one cell enters another}}
        {k_x = 0.5 * (conductivity + jnp.roll(conductivity, -1, axis=0))
        k_y = 0.5 * (conductivity + jnp.roll(conductivity, -1, axis=1)) ~
        {?0.4 # {harmonic mean on the faces}}
        k_next = jnp.roll(conductivity, -1, axis=0)
        k_x = 2.0 * conductivity * k_next / (conductivity + k_next)
        k_next = jnp.roll(conductivity, -1, axis=1)
        k_y = 2.0 * conductivity * k_next / (conductivity + k_next)}
        flux_x = k_x * (jnp.roll(u, -1, axis=0) - u) / dx
        flux_y = k_y * (jnp.roll(u, -1, axis=1) - u) / dx
        {divergence = (flux_x - jnp.roll(flux_x, 1, axis=0) + flux_y - jnp.roll(flux_y, 1, axis=1)) / dx
        u_next = u + dt * {divergence ~ (divergence + source)} ~
        div_x = (flux_x - jnp.roll(flux_x, 1, axis=0)) / dx
        div_y = (flux_y - jnp.roll(flux_y, 1, axis=1)) / dx
        u_next = u + dt * {(div_x + div_y) ~ (div_x + div_y + source)}}
    """)


def laplacian(p: Program, bounds: str) -> str:
    """Return a helper that sums the differences to the four neighbours."""
    rolled = p.pick(
        "return (jnp.roll(u, 1, 0) + jnp.roll(u, -1, 0) + jnp.roll(u, 1, 1) + jnp.roll(u, -1, 1) - 4.0 * u) / dx ** 2",
        "up, down = jnp.roll(u, 1, axis=0), jnp.roll(u, -1, axis=0)\n"
        "left, right = jnp.roll(u, 1, axis=1), jnp.roll(u, -1, axis=1)\n"
        "return (up + down + left + right - 4.0 * u) / dx ** 2",
    )
    inner = p.pick(
        "return (padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2] - 4.0 * u) / dx ** 2",
        "vertical = padded[2:, 1:-1] - 2.0 * u + padded[:-2, 1:-1]\n"
        "horizontal = padded[1:-1, 2:] - 2.0 * u + padded[1:-1, :-2]\nreturn (vertical + horizontal) / dx ** 2",
    )
    says = '"""Five-point Laplacian."""' if p.choices.chance(0.5) else ""
    if bounds == "periodic":
        return block("def laplacian(u, dx):", says, rolled)
    if bounds == "option":
        return block(
            "def laplacian(u, dx, boundary):",
            says,
            block("if boundary == 'periodic':", "padded = jnp.pad(u, 1, mode='wrap')"),
            block(
                "elif boundary == 'neumann':",
                remark(p, "nothing flows through the edge"),
                "padded = jnp.pad(u, 1, mode='edge')",
            ),
            block("elif boundary == 'dirichlet':", "padded = jnp.pad(u, 1)"),
            block("else:", "raise ValueError(f'unknown boundary {boundary}')"),
            inner,
        )
    mode = ", mode='edge'" if bounds == "edge" else ""
    return block("def laplacian(u, dx):", says, f"padded = jnp.pad(u, 1{mode})", inner)


def keep_walls(p: Program, target: str, *, leapfrog: bool) -> str:
    """Return statements that keep the field unchanged inside walls."""
    told = remark(p, "walls keep their value", "nothing changes inside walls")
    match target:
        case "heat":
            kept = "u_next = jnp.where(solid, u, u_next)"
        case "reaction":
            told, kept = (
                remark(p, "nothing reacts in walls"),
                "u_next = jnp.where(solid, u, u_next)\nv_next = jnp.where(solid, v, v_next)",
            )
        case _:
            told, kept = remark(p, "the field is zero in walls", "walls"), "u_next = jnp.where(solid, 0.0, u_next)"
            if target == "wave" and not leapfrog:
                kept += "\nv_next = jnp.where(solid, 0.0, v_next)"
    fits = guard(p, "solid.shape != u.shape", "expected a mask of shape {u.shape}, got {solid.shape}", 0.6)
    return block("if solid is not None:", fits, told, kept)


def _against(p: Program, *winds: str) -> str:
    """Return the upwind derivatives of ``u`` along both axes."""
    test = p.pick("> 0.0", ">= 0.0")
    back, ahead = "(u - jnp.roll(u, 1, axis=AXIS)) / dx", "(jnp.roll(u, -1, axis=AXIS) - u) / dx"
    slopes = [
        f"{name} = jnp.where({wind} {test}, {back}, {ahead})".replace("AXIS", str(axis))
        for axis, (name, wind) in enumerate(zip(("du_dx", "du_dy"), winds, strict=True))
    ]
    return "\n".join(slopes)


def _advected(p: Program, more: str, source: str, *, either: bool) -> str:
    """Return the statements of advection by a steady wind."""
    upwind = p.choices.chance(0.6)
    if upwind:
        slopes = (
            "du_dx = (u - jnp.roll(u, 1, axis=0)) / dx\ndu_dy = (u - jnp.roll(u, 1, axis=1)) / dx"
            if not either
            else _against(p, "cx", "cy")
        )
        told = remark(p, "differences against the wind", "upwind differences")
    else:
        slopes = (
            "du_dx = (jnp.roll(u, -1, axis=0) - jnp.roll(u, 1, axis=0)) / (2.0 * dx)\n"
            "du_dy = (jnp.roll(u, -1, axis=1) - jnp.roll(u, 1, axis=1)) / (2.0 * dx)"
        )
        told = remark(p, "central differences, stable with enough diffusion", "central differences")
    # Central differences need some diffusion.
    spread = f" + nu * dt * laplacian(u, dx{more})" if not upwind or p.choices.chance(0.3) else ""
    return join(told, slopes, f"u_next = u - dt * (cx * du_dx + cy * du_dy){spread}{source}")


def _burgers(p: Program, more: str, source: str, *, forced: bool) -> str:
    """Return the statements of Burgers' equation."""
    central = p.choices.chance(0.4)
    slopes = (
        "du_dx = (jnp.roll(u, -1, axis=0) - jnp.roll(u, 1, axis=0)) / (2.0 * dx)\n"
        "du_dy = (jnp.roll(u, -1, axis=1) - jnp.roll(u, 1, axis=1)) / (2.0 * dx)"
        if central
        else _against(p, "u", "u")
    )
    return join(
        remark(p, "the field carries itself", "steep fronts are smoothed by viscosity"),
        slopes,
        p.pick("flow = u * (du_dx + du_dy)", "flow = u * du_dx + u * du_dy"),
        p.pick(
            f"u_next = u + dt * (nu * laplacian(u, dx{more}) - flow{' + source' if forced else ''})",
            f"u_next = u - dt * flow + dt * nu * laplacian(u, dx{more}){source}",
        ),
    )


def _excited(p: Program, more: str) -> str:
    """Return the statements of an excitable medium."""
    return join(
        remark(p, "fast activator, slow recovery", "FitzHugh-Nagumo"),
        p.pick("cubic = u - u ** 3 / 3.0", "cubic = u - u ** 3"),
        p.pick(
            f"du = spread_u * laplacian(u, dx{more}) + cubic - v",
            f"du = spread_u * laplacian(u, dx{more}) + cubic - v + source",
        ),
        p.pick(
            "dv = eps_v * (u + a - b * v)",
            f"dv = spread_v * laplacian(v, dx{more}) + eps_v * (u + a - b * v)",
        ),
        "u_next, v_next = u + dt * du, v + dt * dv",
    )


def change(p: Program, target: str, more: str, *, leapfrog: bool, either: bool, excitable: bool) -> str:
    """Return statements that compute ``u_next``, and ``v_next`` if there are two fields."""
    forced = target != "reaction" and p.maybe(0.3)
    source = " + dt * source" if forced else ""
    match target:
        case "heat":
            return (  # the source is added to the last line
                remark(p, "explicit step, stable for small dt", "heat flows from warm to cold")
                + "\n"
                + p.pick(
                    f"u_next = u + dt * nu * laplacian(u, dx{more})",
                    f"u_next = u + nu * dt * laplacian(u, dx{more})",
                    f"rate = nu * laplacian(u, dx{more})\nu_next = u + dt * rate",
                )
                + source
            )
        case "wave":
            drag = "(u - v) / dt" if leapfrog else "v"
            acc = f"c ** 2 * laplacian(u, dx{more})"
            acc += p.pick("", f" - damping * {drag}") + (" + source" if forced else "")
            return join(
                remark(
                    p,
                    "the wave pulls every point towards its neighbours",
                    "leapfrog" if leapfrog else "kick, then drift",
                ),
                f"acc = {acc}",
                "u_next = 2.0 * u - v + dt ** 2 * acc"
                if leapfrog
                else "v_next = v + dt * acc\nu_next = u + dt * v_next",
            )
        case "advection":
            return _advected(p, more, source, either=either)
        case "burgers":
            return _burgers(p, more, source, forced=forced)
        case _ if excitable:
            return _excited(p, more)
        case _:
            return join(
                remark(p, "one species feeds on the other", "two of v make three"),
                "reaction = u * v ** 2",
                p.pick(
                    f"u_next = u + dt * (spread_u * laplacian(u, dx{more}) - reaction + feed * (1.0 - u))",
                    f"du = spread_u * laplacian(u, dx{more}) - reaction + feed * (1.0 - u)\nu_next = u + dt * du",
                ),
                p.pick(
                    f"v_next = v + dt * (spread_v * laplacian(v, dx{more}) + reaction - (feed + kill) * v)",
                    f"dv = spread_v * laplacian(v, dx{more}) + reaction - (feed + kill) * v\nv_next = v + dt * dv",
                ),
            )
