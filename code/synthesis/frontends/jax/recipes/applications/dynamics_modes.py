"""Parts of simulations, each chosen by name: grid boundaries, potentials, contacts."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Family, Option, draw_by_name
from synthesis.frontends.jax.recipes.applications.parts import positive, truth
from synthesis.frontends.jax.recipes.applications.trees import Leaf

_BODIES = read_bodies("jax", "dynamics_modes", margin=8)

_EDGES = Family(
    summary="Computes the rate of diffusion of a field with selectable boundaries",
    titles=("diffusion_rate", "diffusion_tendency", "diffusion_operator", "heat_rhs"),
    before=_BODIES["edges.edges"],
    cases={
        "periodic": "{?0.5 # periodic boundary}\nout = stencil(jnp.pad(u, 1, mode='wrap'))",
        "neumann": """
            {?0.5 # {zero flux at the edge ~ no gradient at the edge}}
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
    after=_BODIES["edges.edges_2"],
    finished=False,
    named=("boundary", "bc", "mode"),
    word="boundary",
    returned="the time derivative at every grid point",
)  # fmt: skip
_POTENTIAL = Family(
    summary="Computes the pair energy of particles with a selectable potential",
    titles=("pair_energy", "pair_potential", "interaction_energy"),
    before=_BODIES["potential.potential"],
    cases={
        "lennard_jones": _BODIES["lennard_jones"],
        "morse": """
            {?0.5 # {a well of finite depth}}
            decay = jnp.exp(-width * (r - sigma))
            out = epsilon * ({(1.0 - decay) ** 2 - 1.0 ~ decay ** 2 - 2.0 * decay})
        """,
        "harmonic": "out = {0.5 * stiffness * (r - sigma) ** 2 ~ 0.5 * stiffness * jnp.square(r - sigma)}",
        "screened": """
            {?0.5 # {softened energy at small distances}}
            strength = charge[:, None] * charge[None, :]
            out = strength * jnp.exp(-width * r) / jnp.sqrt(r ** 2 + softening ** 2)
        """,
        "soft_sphere": _BODIES["soft_sphere"],
        "gaussian": "out = epsilon * jnp.exp(-{((r / sigma) ** 2) ~ jnp.square(r / sigma)})",
    },
    after=_BODIES["potential.potential_2"],
    finished=False,
    named=("kind", "potential", "form"),
    word="potential",
    returned="the energy of each pair",
)  # fmt: skip
_CONTACT = Family(
    summary="Computes ground contact forces on bodies",
    titles=("contact_force", "ground_contact", "contact_response"),
    before=_BODIES["contact.contact"],
    cases={
        "linear": "{?0.5 # a spring and a damper}\nout = stiffness * depth - damping * speed",
        "hertz": """
            {?0.5 # {spheres become stiffer the deeper they go}}
            root = jnp.sqrt(depth + 1e-9)
            out = stiffness * depth * root - damping * root * speed
        """,
        "hunt_crossley": """
            {?0.5 # damping grows with depth to avoid jumps at first contact}
            root = jnp.sqrt(depth + 1e-9)
            out = stiffness * depth * root * (1.0 - damping * speed)
        """,
        "impulse": _BODIES["impulse"],
        "quadratic": """
            {?0.5 # soft at the first touch}
            out = stiffness * jnp.square(depth) - damping * depth * speed
        """,
    },
    after=_BODIES["contact.contact_2"],
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
        "solid": Array(truth(*field), "mask of walls", ("solid", "walls")),
        "source": Array(Leaf(field), "source term", ("source", "forcing")),
        "positions": Array(Leaf(points, 0.0, 1.0 if contact else 3.0), "positions", ("positions", "pos", "x")),
        "velocities": Array(Leaf(points), "velocities", ("velocities", "vel", "v")),
        "charge": Array(Leaf((many,)), "charge of each particle", ("charge", "charges")),
        "mask": Array(truth(many), "mask of active bodies", ("mask", "active")),
        "mass": Array(positive(many), "mass of each body", ("mass", "masses")),
        "value": Option("float", "value outside the domain", ("0.0", "1.0"), ("value", "edge_value")),
        "held": Constant("0.0", "value outside the domain", ("boundary_value",), (0.5, 1.0)),
        "dx": Option("float", "grid spacing", ("1.0", "0.5"), ("dx", "spacing", "h")),
        "nu": Constant("0.1", "diffusivity", ("nu", "diffusivity"), (0.1, 1.0)),
        "nine_points": Option("bool", "whether to use the nine-point stencil", ("False", "True"),
                              ("nine_point", "isotropic")),
        "sigma": Constant("1.0", "length scale of the potential", ("sigma", "r0", "diameter"), (0.8, 1.5)),
        "epsilon": Constant("1.0", "depth of the potential", ("epsilon", "well_depth"), (0.5, 2.0)),
        "width": Constant("1.0", "decay rate of the potential", ("alpha", "kappa"), (0.5, 2.0)),
        "softening": Constant("0.5", "softening length of the core", ("soft_core", "softening")),
        "stiffness": Constant("100.0" if contact else "1.0", "stiffness", ("stiffness", "k"), (10.0, 100.0)),
        "hertzian": Option("bool", "whether to use the Hertz model", ("True", "False"), ("hertzian",)),
        "box": Option("float | None", "side length of the periodic box", ("None", "3.0"), ("box_size", "box")),
        "cutoff": Option("float | None", "cutoff distance", ("None", "2.0", "1.5"), ("cutoff", "r_cut")),
        "radius": Constant("0.5", "radius of the bodies", ("radius",), (0.5, 0.8)),
        "damping": Constant("0.5", "damping", ("damping", "c"), (0.1, 1.0)),
        "restitution": Option("float", "coefficient of restitution", ("0.5", "0.2"), ("restitution",)),
        "dt": Constant("0.01", "time step", ("dt",), (0.01, 0.1)),
        "max_force": Option("float | None", "largest absolute force", ("None", "20.0"), ("max_force",)),
    }  # fmt: skip
    ends = {"field_edges": field, "pair_potential": (count, count), "contact_models": (bodies,)}
    return draw_by_name(stream, ("dynamics", "simulation_part", target), FAMILIES[target], given, Leaf(ends[target]))


RECIPES = (Recipe(name="simulation_part", category="dynamics", targets=tuple(FAMILIES), draw=_draw_part),)
