"""Parts of simulations, each chosen by name: grid boundaries, potentials, contacts."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import positive, truth
from synthesis.frontends.jax.recipes.applications.trees import Leaf

_EDGES = Family(
    summary="Rate at which a field changes by diffusion, with a choice of boundaries",
    titles=("diffusion_rate", "diffusion_tendency", "diffusion_operator", "heat_rhs"),
    before="""
        {?0.3 if u.ndim != 2:
            raise ValueError(f'expected a field of shape (height, width), got <<u.shape>>') ~
        {?0.4 if dx <= 0.0:
            raise ValueError(f'expected a positive spacing, got <<dx>>')}}

        def stencil(padded):
            centre = padded[1:-1, 1:-1]
            {?0.4 if nine_points:
                {?0.6 # {corners make it the same in all directions}}
                corners = padded[2:, 2:] + padded[2:, :-2] + padded[:-2, 2:] + padded[:-2, :-2]
                sides = padded[2:, 1:-1] + padded[:-2, 1:-1] + padded[1:-1, 2:] + padded[1:-1, :-2]
                return (corners + 4.0 * sides - 20.0 * centre) / (6.0 * dx ** 2)}
            vertical = padded[2:, 1:-1] - 2.0 * centre + padded[:-2, 1:-1]
            horizontal = padded[1:-1, 2:] - 2.0 * centre + padded[1:-1, :-2]
            return (vertical + horizontal) / dx ** 2
    """,
    cases={
        "periodic": "{?0.5 # what leaves on one side comes in on the other}\nout = stencil(jnp.pad(u, 1, mode='wrap'))",
        "neumann": """
            {?0.5 # {nothing flows through the edge ~ no gradient at the edge}}
            out = stencil(jnp.pad(u, 1, mode='edge'))
        """,
        "dirichlet": """
            {?0.4 # {held at the edge}}
            {out = stencil(jnp.pad(u, 1, constant_values={value ~ held})) ~ padded = jnp.pad(u, 1)
            out = stencil(padded)}
        """,
        "reflect": "out = stencil(jnp.pad(u, 1, mode='reflect'))",
        "extrapolate": """
            {?0.6 # {the slope at the edge goes on}}
            padded = jnp.pad(u, 1, mode='reflect', reflect_type='odd')
            out = stencil(padded)
        """,
    },
    after="""
        {out = nu * out ~ out = nu * out ~ if conductivity is not None:
            out = out * conductivity}
        {?0.35 if source is not None:
            {?0.8 if source.shape != u.shape:
                raise ValueError(f'expected a source of shape <<u.shape>>, got <<source.shape>>')}
            out = out + source}
        {?0.3 if solid is not None:
            {?0.5 # {nothing changes inside walls}}
            out = jnp.where(solid, 0.0, out)}
    """,
    finished=False,
    named=("boundary", "bc", "mode"),
    word="boundary",
    returned="the change in unit time at every point",
)  # fmt: skip
_POTENTIAL = Family(
    summary="Energy of pairs of particles for a choice of potentials",
    titles=("pair_energy", "pair_potential", "interaction_energy"),
    before="""
        {?0.4 if positions.ndim != 2 or positions.shape[-1] not in (2, 3):
            raise ValueError(f'expected positions of shape (n, 2) or (n, 3), got <<positions.shape>>')}
        d = positions[:, None, :] - positions[None, :, :]
        {?0.4 if box is not None:
            {?0.6 # {the nearest image of each particle ~ minimum image}}
            d = d - box * jnp.round(d / box)}
        n = positions.shape[0]
        r2 = jnp.sum(d ** 2, axis=-1)
        {?0.4 # {a particle is at no distance from itself, where the root has no gradient}}
        itself = {jnp.eye(n, dtype=bool) ~ jnp.arange(n)[:, None] == jnp.arange(n)}
        r = jnp.sqrt(jnp.where(itself, 1.0, r2))
    """,
    cases={
        "lennard_jones": """
            {?0.5 # {soft at the core, so that energies stay finite}}
            {x = (r / sigma) ** 6 + softening
            out = 4.0 * epsilon * (1.0 / x ** 2 - 1.0 / x) ~
            inv = 1.0 / (softening + (r / sigma) ** 6)
            out = 4.0 * epsilon * (inv ** 2 - inv)}
        """,
        "morse": """
            {?0.5 # {a well of finite depth}}
            decay = jnp.exp(-width * (r - sigma))
            out = epsilon * ({(1.0 - decay) ** 2 - 1.0 ~ decay ** 2 - 2.0 * decay})
        """,
        "harmonic": "out = {0.5 * stiffness * (r - sigma) ** 2 ~ 0.5 * stiffness * jnp.square(r - sigma)}",
        "screened": """
            {?0.5 # {charges that meet have a finite energy}}
            strength = charge[:, None] * charge[None, :]
            out = strength * jnp.exp(-width * r) / jnp.sqrt(r ** 2 + softening ** 2)
        """,
        "soft_sphere": """
            overlap = jnp.maximum(1.0 - r / sigma, 0.0)
            {if hertzian:
                out = epsilon * overlap ** 2.5
            else:
                out = 0.5 * epsilon * overlap ** 2 ~ out = 0.5 * epsilon * overlap ** 2}
        """,
        "gaussian": "out = epsilon * jnp.exp(-{((r / sigma) ** 2) ~ jnp.square(r / sigma)})",
    },
    after="""
        {?0.4 if cutoff is not None:
            {?0.6 if cutoff <= 0.0:
                raise ValueError(f'expected a positive cutoff, got <<cutoff>>')}
            {out = jnp.where(r < cutoff, out, 0.0) ~
            {?0.5 # {smooth at the cutoff}}
            fade = jnp.clip(1.0 - (r / cutoff) ** 2, 0.0, 1.0)
            out = out * fade ** 2}}
        out = jnp.where(itself, 0.0, out)
        {?0.3 if mask is not None:
            {?0.8 if mask.shape != (n,):
                raise ValueError(f'expected a mask of shape (<<n>>,), got <<mask.shape>>')}
            both = mask[:, None] & mask[None, :]
            out = jnp.where(both, out, 0.0)}
    """,
    finished=False,
    named=("kind", "potential", "form"),
    word="potential",
    returned="the energy of each pair",
)  # fmt: skip
_CONTACT = Family(
    summary="Force of the ground on bodies that touch it",
    titles=("contact_force", "ground_contact", "contact_response"),
    before="""
        {?0.4 if positions.shape != velocities.shape:
            raise ValueError(f'expected velocities of shape <<positions.shape>>, got <<velocities.shape>>')}
        depth = {jnp.maximum(radius - positions[:, 2], 0.0) ~ jax.nn.relu(radius - positions[:, 2])}
        {?0.5 # {only what touches the ground is braked ~ nothing brakes in the air}}
        speed = jnp.where(depth > 0.0, velocities[:, 2], 0.0)
    """,
    cases={
        "linear": "{?0.5 # a spring and a damper}\nout = stiffness * depth - damping * speed",
        "hertz": """
            {?0.5 # {spheres become stiffer the deeper they go}}
            root = jnp.sqrt(depth + 1e-9)
            out = stiffness * depth * root - damping * root * speed
        """,
        "hunt_crossley": """
            {?0.5 # the damping grows with the depth, so that nothing jumps at the first touch}
            root = jnp.sqrt(depth + 1e-9)
            out = stiffness * depth * root * (1.0 - damping * speed)
        """,
        "impulse": """
            if mass is None:
                raise ValueError('the impulse model needs the masses of the bodies')
            {?0.5 # {only what approaches is thrown back, with a part of its speed}}
            approach = jnp.minimum(speed, 0.0)
            out = -(1.0 + restitution) * mass * approach / dt
        """,
        "quadratic": """
            {?0.5 # soft at the first touch}
            out = stiffness * jnp.square(depth) - damping * depth * speed
        """,
    },
    after="""
        {?0.6 # {the ground pushes and never pulls}}
        out = {jnp.maximum(out, 0.0) ~ jax.nn.relu(out)}
        {?0.4 if max_force is not None:
            out = jnp.minimum(out, max_force)}
        {?0.3 if mask is not None:
            {?0.8 if mask.shape != positions.shape[:1]:
                raise ValueError(f'expected one flag for each body, got <<mask.shape>>')}
            out = jnp.where(mask, out, 0.0)}
    """,
    finished=False,
    named=("model", "kind", "contact_model"),
    word="contact model",
    returned="the normal force of each body",
)  # fmt: skip
FAMILIES = {"field_edges": _EDGES, "pair_potential": _POTENTIAL, "contact_models": _CONTACT}


def _draw_part(stream: Stream, target: str) -> KernelSpec:
    """Draw a part of a simulation that is chosen by name."""
    sizes = stream.child("sizes")
    rows, columns, count = sizes.choice((16, 32, 48)), sizes.choice((16, 32, 64)), sizes.choice((48, 64))
    field, bodies = (rows, columns), sizes.choice((64, 128, 256))
    contact = target == "contact_models"
    points = (bodies, 3) if contact else (count, sizes.choice((2, 3)))
    many = bodies if contact else count
    given = {
        "u": Array(Leaf(field), "field of shape (height, width)", ("u", "field", "temperature")),
        "conductivity": Array(positive(*field), "conductivity", ("conductivity", "coefficient")),
        "solid": Array(truth(*field), "where walls are", ("solid", "walls")),
        "source": Array(Leaf(field), "what is added", ("source", "forcing")),
        "positions": Array(Leaf(points, 0.0, 1.0 if contact else 3.0), "positions", ("positions", "pos", "x")),
        "velocities": Array(Leaf(points), "velocities", ("velocities", "vel", "v")),
        "charge": Array(Leaf((many,)), "charge of each particle", ("charge", "charges")),
        "mask": Array(truth(many), "bodies that take part", ("mask", "active")),
        "mass": Array(positive(many), "mass of each body", ("mass", "masses")),
        "value": Option("float", "value beyond the edge", ("0.0", "1.0"), ("value", "edge_value")),
        "held": Constant("0.0", "value beyond the edge", ("boundary_value",), (0.5, 1.0)),
        "dx": Option("float", "distance of grid points", ("1.0", "0.5"), ("dx", "spacing", "h")),
        "nu": Constant("0.1", "diffusivity", ("nu", "diffusivity"), (0.1, 1.0)),
        "nine_points": Option("bool", "whether corners are used too", ("False", "True"), ("nine_point", "isotropic")),
        "sigma": Constant("1.0", "where particles are at rest", ("sigma", "r0", "diameter"), (0.8, 1.5)),
        "epsilon": Constant("1.0", "depth of the potential", ("epsilon", "well_depth"), (0.5, 2.0)),
        "width": Constant("1.0", "how fast it decays", ("alpha", "kappa"), (0.5, 2.0)),
        "softening": Constant("0.5", "softness of the core", ("soft_core", "softening")),
        "stiffness": Constant("100.0" if contact else "1.0", "stiffness", ("stiffness", "k"), (10.0, 100.0)),
        "hertzian": Option("bool", "whether spheres are elastic", ("True", "False"), ("hertzian",)),
        "box": Option("float | None", "side of the periodic box", ("None", "3.0"), ("box_size", "box")),
        "cutoff": Option("float | None", "where the potential ends", ("None", "2.0", "1.5"), ("cutoff", "r_cut")),
        "radius": Constant("0.5", "radius of the bodies", ("radius",), (0.5, 0.8)),
        "damping": Constant("0.5", "damping", ("damping", "c"), (0.1, 1.0)),
        "restitution": Option("float", "how much of the speed comes back", ("0.5", "0.2"), ("restitution",)),
        "dt": Constant("0.01", "time step", ("dt",), (0.01, 0.1)),
        "max_force": Option("float | None", "largest force", ("None", "20.0"), ("max_force",)),
    }  # fmt: skip
    ends = {"field_edges": field, "pair_potential": (count, count), "contact_models": (bodies,)}
    return draw_by_name(stream, ("dynamics", "simulation_part", target), FAMILIES[target], given, Leaf(ends[target]))


RECIPES = (Recipe(name="simulation_part", category="dynamics", targets=tuple(FAMILIES), draw=_draw_part),)
