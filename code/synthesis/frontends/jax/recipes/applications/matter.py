"""Particles that act on each other."""

import re

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import block, join
from synthesis.drawing.streams import Stream
from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.matter_forces import energy_of, force_of
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import (
    guard,
    placed,
    positive,
    remark,
    truth,
    with_escaped_braces,
)
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.tracking import WALLS
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text, with_texts

_BODIES = read_bodies("jax", "matter", margin=4)


_TITLES = {
    "gravity_pairs": ("gravity", "nbody"),
    "lennard_jones": ("lennard_jones", "lj"),
    "coulomb": ("coulomb", "electrostatic"),
    "spring_network": ("spring", "elastic"),
    "soft_spheres": ("soft_sphere", "repulsion"),
}
"""Names of the interaction, by target."""


def _declare_particles(p: Program, target: str, count: int, dim: int) -> None:
    """Declare the arguments."""
    p.tensor("positions", Leaf((count, dim), 0.2, 3.8), f"positions of shape (n, {dim})", ("positions", "pos", "R"))
    p.tensor("velocities", Leaf((count, dim), -1, 1), f"velocities of shape (n, {dim})", ("velocities", "vel"))
    p.tensor("mass", positive(count), "mass of each particle", ("mass", "masses"))
    p.tensor("charge", Leaf((count,), -1, 1), "charge of each particle", ("charge", "charges"))
    p.tensor("edges", Leaf((4 * count, 2), 0, count - 1, "int32"), "ends of each spring, shape (m, 2)",
             ("edges", "bonds", "springs"))  # fmt: skip
    p.tensor("rest", positive(4 * count), "length of each spring at rest", ("rest_lengths", "rest"))
    p.tensor("active", truth(count), "which particles take part", ("mask", "active"), optional=True)
    p.number("epsilon", "1.0", "depth of the potential", (0.5, 1.5), ("epsilon", "well_depth"))
    p.number("sigma", "1.0", "where the potential is zero", (0.8, 1.2), ("sigma", "diameter"))
    p.number("stiffness", p.pick("10.0", "1.0"), "stiffness", (1.0, 10.0), ("stiffness", "k", "spring_constant"))
    p.number("G", "1.0", "strength of the attraction", (0.5, 2.0), ("G", "strength"))
    core = target == "lennard_jones"
    p.number(
        "softening", "0.5" if core else p.pick("0.1", "0.05"), "what keeps forces finite",
        (0.4, 0.6) if core else (0.05, 0.2), ("soft_core",) if core else ("softening",),
    )  # fmt: skip
    p.option("box", None, "float", "side length of the box", "4.0", ("box_size", "box"))
    p.number(
        "cutoff", p.pick("2.0", "1.5"), "distance beyond which nothing acts", (1.2, 2.0), ("cutoff", "r_cut", "radius")
    )
    p.option("damping", "0.1", "float", "drag coefficient", p.pick("0.1", "0.5"), ("damping", "gamma"))
    p.number("dt", p.pick("0.01", "1e-3"), "time step", (0.001, 0.02), ("dt", "time_step"))
    p.option("periodic", p.pick("True", "False"), "bool", "whether the box is periodic", p.pick("True", "False"),
             ("periodic", "wrap"))  # fmt: skip


def _distance_lines(p: Program, near: str, *, springs: bool, wrap: bool) -> str:
    """Return the lines that compute the distances of pairs."""
    if springs:
        pair = join(
            p.pick("i, j = edges[:, 0], edges[:, 1]", "i, j = edges.T"),
            p.pick(
                "d = positions[i] - positions[j]", "d = jnp.take(positions, i, axis=0) - jnp.take(positions, j, axis=0)"
            ),
            block("if periodic:", near) if wrap else "",
            remark(p, "finite gradient at zero length"),
            p.pick(
                "r = jnp.sqrt(jnp.sum(d ** 2, axis=-1) + 1e-12)",
                "r2 = jnp.sum(d ** 2, axis=-1)\nr = jnp.sqrt(jnp.maximum(r2, 1e-12))",
            ),
        )
    else:
        pair = join(
            p.pick(
                "d = positions[:, None, :] - positions[None, :, :]",
                "d = positions[:, None] - positions",
            ),
            block("if periodic:", near) if wrap else "",
            "r2 = jnp.sum(d ** 2, axis=-1)",
        )
    return pair


def _write_forces(
    p: Program, target: str, pair: str, form: str, *, masked: bool, close: bool, energy: bool, told: bool
) -> None:
    """Write the forces on all particles."""
    if form == "verlet":
        # The second half of a kick uses the forces at the new positions.
        if energy:
            p.add(block("def energy_fn(positions):", pair, energy_of(p, target, close=close, masked=masked)))
            p.add("def force_fn(positions):\n    return -jax.grad(energy_fn)(positions)")
        else:
            p.add(
                block(
                    "def force_fn(positions):", pair, force_of(p, target, close=close, masked=masked), "return forces"
                )
            )
        p.add("forces = force_fn(positions)")
    elif energy:
        p.add(block("def energy_fn(positions):", pair, energy_of(p, target, close=close, masked=masked)))
        p.add(
            "energy, grad = jax.value_and_grad(energy_fn)(positions)\nforces = -grad"
            if form == "forces" or told
            else "forces = -jax.grad(energy_fn)(positions)"
        )
    else:
        p.add(pair, force_of(p, target, close=close, masked=masked))


def _write_step(
    p: Program, count: int, dim: int, form: str, *, masked: bool, wrap: bool, energy: bool, told: bool
) -> list[Tree]:
    """Write a time step, and return the results."""
    p.add(
        remark(p, "kick, then drift", "force over mass", "semi-implicit step")
        if form == "step"
        else remark(p, "velocity at half a step", "velocity Verlet")
    )
    p.add("acc = forces / mass[:, None]")
    p.add(
        "new_vel = velocities + dt * acc\nnew_pos = positions + dt * new_vel"
        if form == "step"
        else "vel_half = velocities + 0.5 * dt * acc\nnew_pos = positions + dt * vel_half"
    )
    if wrap:
        p.add(block("if periodic:", p.pick("new_pos = new_pos % box", "new_pos = jnp.mod(new_pos, box)")))
    if form == "verlet":
        p.add(
            p.pick(
                "new_vel = vel_half + 0.5 * dt * force_fn(new_pos) / mass[:, None]",
                "new_acc = force_fn(new_pos) / mass[:, None]\nnew_vel = vel_half + 0.5 * dt * new_acc",
            )
        )
    if not wrap and form == "step" and not masked and p.maybe(0.2):
        p.add(
            remark(p, "reflect at the walls"),
            p.pick("low, high = new_pos < 0.0, new_pos > box", "low = new_pos < 0.0\nhigh = new_pos > box"),
            "new_vel = jnp.where(low | high, -new_vel, new_vel)",
            "new_pos = jnp.clip(new_pos, 0.0, box)",
        )
    if told and energy and form == "step":
        p.add("return new_pos, new_vel, energy")
        results: list[Tree] = [Leaf((count, dim)), Leaf((count, dim)), Leaf(())]
    elif told:
        p.add(
            p.pick(
                "kinetic = 0.5 * jnp.sum(mass[:, None] * new_vel ** 2)",
                "kinetic = 0.5 * (mass * jnp.sum(new_vel ** 2, axis=1)).sum()",
            ),
            remark(p, "what should stay the same") if energy else "",
            f"return new_pos, new_vel, kinetic{' + energy_fn(new_pos)' if energy else ''}",
        )
        results = [Leaf((count, dim)), Leaf((count, dim)), Leaf(())]
    else:
        p.add("return new_pos, new_vel")
        results = [Leaf((count, dim)), Leaf((count, dim))]
    return results


def _draw_particles(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that computes energies and forces of pairs of particles, or a time step."""
    p = Program(stream)
    count, dim = p.size(64, 96, 128), p.size(2, 3, 3)
    _declare_particles(p, target, count, dim)
    masked = p.maybe(0.15)
    springs = target == "spring_network"
    wrap = target in ("lennard_jones", "soft_spheres", "spring_network") and p.maybe(0.3)
    near = p.pick("d = d - box * jnp.round(d / box)", "d = jnp.mod(d + 0.5 * box, box) - 0.5 * box")
    close = target in ("lennard_jones", "coulomb") and p.maybe(0.45)
    energy = target in ("lennard_jones", "coulomb", "spring_network") and p.choices.chance(0.55)
    pair = _distance_lines(p, near, springs=springs, wrap=wrap)
    results: list[Tree] = []
    form = p.pick("forces", "step", "step", "verlet")
    fits = p.choices.chance(0.5) and form != "forces"
    told = form != "forces" and p.maybe(0.3)
    message = "velocities of shape {velocities.shape} and masses of shape {mass.shape} do not match {positions.shape}"
    p.add(
        guard(p, "velocities.shape != positions.shape or mass.shape != positions.shape[:1]", message, 0.15)
        if fits
        else guard(p, "positions.ndim != 2", "expected positions of shape (n, dim), got {positions.shape}", 0.15)
    )
    _write_forces(p, target, pair, form, masked=masked, close=close, energy=energy, told=told)
    if form == "step" and not masked and p.maybe(0.2):
        p.add(remark(p, "viscous drag"))
        p.add(p.pick("forces = forces - damping * velocities", "forces -= damping * velocities"))
    if form == "forces":
        p.add("return energy, forces" if energy else "return forces")
        results = [*([Leaf(())] if energy else []), Leaf((count, dim))]
    else:
        results = _write_step(p, count, dim, form, masked=masked, wrap=wrap, energy=energy, told=told)
    p.set_results(*results)
    end = {"forces": ("_forces", "_energy_and_forces" if energy else "_force_field")}.get(
        form, ("_step", "_dynamics_step")
    )
    summary = {
        "gravity_pairs": "Gravity between all pairs of particles",
        "lennard_jones": "Lennard-Jones interaction of all pairs of particles",
        "coulomb": "Electrostatic interaction of all pairs of particles",
        "spring_network": "Spring forces along bonds",
        "soft_spheres": "Repulsion of overlapping spheres",
    }[target]
    if form != "forces":
        summary = f"Time step under {summary if target == 'lennard_jones' else summary[:1].lower() + summary[1:]}"
    titles = [name + each for name in _TITLES[target] for each in end]
    return p.done("dynamics", "particle_step", target, titles, summary,
                  "forces" if form == "forces" else "positions and velocities after the step")  # fmt: skip


def _flock(p: Program) -> Text:
    """Draw a function that moves animals that follow their neighbours."""
    n, dim = p.size(24, 32, 48), p.choices.choice((2, 2, 3))
    lines = p.choose(_BODIES["flock"])
    told = p.choices.chance(0.4)
    goal = "weights['goal']" in lines
    end = "return R, V"
    if told:
        order = "jnp.sqrt(jnp.sum(jnp.mean(directions, axis=0) ** 2))"
        end = join(
            "directions = V / jnp.sqrt(jnp.sum(V ** 2, axis=-1, keepdims=True) + 1e-8)",
            f"metrics = {{'order': {order}, 'neighbours': jnp.mean(jnp.sum(seen, axis=1))}}\n{end}, metrics",
        )
    names = ("cohesion", "alignment", "separation", *(("goal",) if goal else ()))
    boxed = p.choices.chance(0.6)
    both = Leaf((n, dim), -2, 2)
    if "min_speed, max_speed" not in lines:
        lines = re.sub(r"if min_speed > .*\n.*\n", "", lines)
    return Text(
        lines=with_escaped_braces(placed(lines, "RETURNED", end)),
        given={
            "R": Array(both, "positions", ("positions", "R", "pos")),
            "V": Array(both, "velocities", ("velocities", "V", "vel")),
            "weights": Array({name: Leaf((), 0.1, 1.5) for name in names}, "weight of each rule",
                             ("weights", "gains")),
            "goal": Array(Leaf((dim,), -2, 2), "goal of the flock", ("goal", "target")),
            "radius": Constant(p.pick("1.0", "1.5"), "radius of the neighbourhood", ("radius", "perception_radius"),
                               (1.0, 2.0)),
            "softening": Constant("0.05", "softening constant", ("softening",)),
            "containment": Constant("0.05", "strength of the pull to the centre", ("containment",)),
            "max_force": Option("float | None" if "max_force is None" in lines else "float", "largest acceleration",
                                ("2.0", "4.0"), ("max_force", "max_acc")),
            "min_speed": Option("float", "smallest speed", ("0.5", "0.3"), ("min_speed",)),
            "max_speed": Option("float", "largest speed", ("2.0", "1.5"), ("max_speed",)),
            "field_of_view": Option("float | None", "field of view", ("None",), ("field_of_view", "fov"),
                                    p.pick("4.0", "5.0", "None")),
            "box": Option("float | None", "side length of a periodic box", ("None",), ("box_size", "box"),
                          "4.0" if boxed else "None"),
            "dt": Constant(p.pick("0.05", "0.1"), "time step", ("dt",), (0.02, 0.1)),
        },
        result=(both, both, *(({"order": Leaf(()), "neighbours": Leaf(())},) if told else ())),
        helpers=(_BODIES["wrapped"], _BODIES["limit_norm"]),
        titles=("flock_step", "boids_step", "update_flock"),
        summary=p.pick("Moves a flock by separation, alignment and cohesion",
                       "Performs one step of a boids flocking model"),
        returned="positions and velocities after the step",
    )  # fmt: skip


def _fluid(p: Program) -> Text:
    """Draw a function that computes the forces in a fluid of particles, or a time step of the fluid."""
    n, dim = p.size(24, 32, 48), p.choices.choice((2, 3))
    lines = p.choose(_BODIES["fluid"])
    both = Leaf((n, dim), -1.2, 1.2)
    one = Leaf((n,))
    last = lines.split("\n")[-1]
    result: tuple[Tree, ...] = (both, both, one)
    if "'acc'" in last:
        result = ({"acc": both, "density": one, "pressure": one},)
    elif "acc" in last:
        result = (both, one)
    single = "m = jnp.asarray(mass, R.dtype)" not in lines and p.choices.chance(0.5)
    each = 2.4**dim / n
    heavy = Leaf(() if single else (n,), 0.7 * each, 1.3 * each)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "R": Array(both, "positions", ("positions", "R", "x")),
            "V": Array(both, "velocities", ("velocities", "V"), 0.3 if "V is not None" in lines else 0.0),
            "mass": Array(heavy, "mass of the particles", ("mass", "masses")),
            "h": Constant(p.pick("0.8", "0.6"), "smoothing length", ("h", "support_radius"), (0.6, 1.0)),
            "kernel": Option("str", "poly6 or spiky", ("'poly6'", "'spiky'"), ("kernel", "kernel_name")),
            "equation": Option("str", "equation of state", ("'linear'", "'tait'"), ("equation", "eos")),
            "stiffness": Constant(p.pick("2.0", "1.0"), "stiffness of the fluid", ("stiffness", "gas_constant"),
                                  (0.5, 2.0)),
            "rest": Constant("1.0", "density at rest", ("rest_density",), (0.8, 1.2)),
            "min_density": Option("float", "smallest density", ("0.1", "0.05"), ("min_density",)),
            "allow_tension": Option("bool", "whether to allow negative pressure", ("True", "False"),
                                    ("allow_tension",)),
            "symmetric": Option("bool", "whether to use the symmetric pressure force", ("True", "False"),
                                ("symmetric",)),
            "viscosity": Option("float", "viscosity", ("0.1", "0.05"), ("viscosity",)),
            "gravity": Array(Leaf((dim,), -1, 1), "acceleration of gravity", ("gravity",), 0.3),
            "damping": Option("float", "drag coefficient", ("0.0", "0.1"), ("damping", "drag")),
            "extent": Constant("1.1", "distance of the walls", ("extent", "half_width")),
            "bounce": Constant("0.5", "coefficient of restitution of the walls", ("bounce", "restitution")),
            "box": Option("float | None", "side length of a periodic box", ("None",), ("box_size", "box"),
                          p.pick("3.0", "None")),
            "dt": Constant(p.pick("0.01", "5e-3"), "time step", ("dt", "time_step"), (0.005, 0.02)),
        },
        result=result,
        helpers=(_BODIES["wrapped"], _BODIES["smoothed"], _BODIES["state_of"]),
        titles=("fluid_step", "sph_step", "advance_fluid") if len(result) == 3 else
               ("fluid_forces", "sph_acceleration", "pressure_acceleration"),
        summary=p.pick("Computes pressure and motion of a particle fluid",
                       "Simulates a fluid by smoothed particle hydrodynamics"),
        returned="the new positions and velocities of the fluid particles",
    )  # fmt: skip


_WHOLE = {"flock": _flock, "smoothed_fluid": _fluid, **WALLS}
_PAIRS = ("gravity_pairs", "lennard_jones", "coulomb", "spring_network", "soft_spheres")
RECIPES = (
    with_texts(
        Recipe(name="particle_step", category="dynamics", targets=_PAIRS, draw=_draw_particles),
        _WHOLE,
        weight=2.0,
    ),
)
