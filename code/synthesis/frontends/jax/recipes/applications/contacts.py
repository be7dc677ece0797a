"""Forces on rigid bodies, such as contacts, joints, limits and motors."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.environments import environment
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.robots import (
    write_ends,
    write_observation,
    write_randomization,
    write_rewards,
    write_targets,
)
from synthesis.frontends.jax.recipes.applications.rotations import NORMALIZE
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe

_BODIES = read_bodies("jax", "contacts", margin=8)

_UNIT_NORMAL = """
    {normal, _ = normalize(b.normal) ~ normal = b.normal / jnp.linalg.norm(b.normal, axis=-1, keepdims=True)}
"""
_DISTANCES = {
    "plane": f"""
        {_UNIT_NORMAL.strip()}
        dist = jnp.sum(a.pos * normal, axis=-1) - b.offset - a.radius
        {{?0.4 # {{halfway between the two surfaces}}}}
        pos = a.pos - (a.radius + 0.5 * dist)[:, None] * normal
    """,
    "spheres": _BODIES["spheres"],
    "capsule": f"""
        {_UNIT_NORMAL.strip()}
        {{?0.4 # {{a capsule touches a plane with one end or both ~ two spheres, one at each end}}}}
        {{ends = jnp.stack([a.start, a.end])
        dist = jnp.sum(ends * normal, axis=-1) - b.offset - a.radius
        pos = ends - (a.radius + 0.5 * dist)[..., None] * normal ~
        def one_end(end):
            depth = jnp.sum(end * normal, axis=-1) - b.offset - a.radius
            return depth, end - (a.radius + 0.5 * depth)[:, None] * normal

        dist, pos = jax.vmap(one_end)(jnp.stack([a.start, a.end])) ~
        dists = []
        points = []
        for end in (a.start, a.end):
            depth = jnp.sum(end * normal, axis=-1) - b.offset - a.radius
            dists.append(depth)
            points.append(end - (a.radius + 0.5 * depth)[:, None] * normal)
        dist, pos = jnp.stack(dists), jnp.stack(points)}}
    """,
}


_CONTACT_TITLES = {
    "plane": ("sphere_plane", "collide_plane", "plane_contact"),
    "spheres": ("sphere_sphere", "collide_spheres", "sphere_contact"),
    "capsule": ("capsule_plane", "collide_capsule", "capsule_contact"),
}
"""Names of functions, by the kind of shape."""


def _contact(p: Program) -> Text:
    """Draw a function that computes distances and contact normals of spheres, planes and capsules."""
    n = p.size(64, 128, 256)
    kind = p.pick("plane", "spheres", "capsule")
    fields = {
        "plane": [("pos", Leaf((n, 3), -1, 1)), ("radius", Leaf((n,), 0.1, 0.5))],
        "spheres": [("pos", Leaf((n, 3), -1, 0.2)), ("radius", Leaf((n,), 0.3, 0.9))],
        "capsule": [
            ("start", Leaf((n, 3), -1, 1)),
            ("end", Leaf((n, 3), -1, 1)),
            ("radius", Leaf((n,), 0.1, 0.5)),
        ],
    }[kind]
    title = {"plane": "Sphere", "spheres": "Sphere", "capsule": "Capsule"}[kind]
    shape = p.record(title, fields, f"{title}s, one in each row")
    other = p.record("Plane", [("normal", Leaf((n, 3), 0.2, 1)), ("offset", Leaf((n,), -0.5, 0.5))], "Half spaces")
    ball = Record(shape.name, (("pos", Leaf((n, 3), 0.4, 1.2)), ("radius", Leaf((n,), 0.3, 0.9))))
    guard = f"""
        {{?0.3 if a.radius.ndim != 1:
            raise ValueError(f'expected a radius for each {title.lower()}, got <<a.radius.shape>>') ~
        {{?0.3 if a.radius.shape != b.{"radius" if kind == "spheres" else "offset"}.shape:
            raise ValueError(f'expected one {"sphere" if kind == "spheres" else "plane"} for each {title.lower()}')}}}}
    """
    rows = (2, n) if kind == "capsule" else (n,)
    end, result = p.choices.choice(
        (
            ("return dist, pos, normal", (Leaf(rows), Leaf((*rows, 3)), Leaf((n, 3)))),
            (
                _BODIES["contacts.push"],
                (Leaf((*rows, 3)), Leaf((*rows, 3))),
            ),
            (
                _BODIES["contacts.active"],
                (Leaf(rows), Leaf((*rows, 3)), Leaf((n, 3)), Leaf(rows, dtype="bool")),
            ),
            (
                _BODIES["contacts.force"],
                (Leaf((*rows, 3)), Leaf((*rows, 3))),
            ),
        )
    )
    return Text(
        lines=join(guard, _DISTANCES[kind], end),
        given={
            "a": Array(shape, f"{title.lower()}s", (title.lower(), "geom")),
            "b": Array(ball if kind == "spheres" else other, "other spheres" if kind == "spheres" else "planes",
                       ("other", "sphere_b") if kind == "spheres" else ("plane",)),
            "margin": Option("float", "distance at which contacts begin", ("0.0", "0.01", "0.05"), ("margin",)),
            "hertz": Option("bool", "whether to use the Hertz model", ("False", "True"), ("hertz", "hertzian")),
            "stiffness": Constant("100.0", "contact stiffness", ("stiffness", "k"), (10.0, 100.0)),
        },
        result=result,
        titles=_CONTACT_TITLES[kind],
        summary=f"Contacts of {title.lower()}s with {'spheres' if kind == 'spheres' else 'planes'}",
        returned="one entry for each contact",
        helpers=(NORMALIZE,),
    )  # fmt: skip


def _impulse(p: Program) -> Text:
    n = p.size(64, 128, 256)
    contact = p.record(
        "Contact",
        [("dist", Leaf((n,), -0.2, 0.05)), ("normal", Leaf((n, 3), 0.2, 1)), ("vel", Leaf((n, 3), -2, 1)),
         ("inv_mass", Leaf((n,), 0.5, 2))],
        "Computes contacts and the relative velocity at each",
    )  # fmt: skip
    return Text(
        lines="""
            {?0.3 if contact.vel.shape != contact.normal.shape:
                raise ValueError(f'expected velocities of shape <<contact.normal.shape>>, got <<contact.vel.shape>>') ~
            {?0.3 if dt <= 0:
                raise ValueError(f'expected a positive time step, got <<dt>>')}}

            def solve(c):
                normal = c.normal / jnp.linalg.norm(c.normal)
                {?0.4 # {negative while bodies approach each other}}
                speed = jnp.dot(normal, c.vel)
                {?0.4 # {overlap is undone over several steps}}
                bias = baumgarte * jnp.maximum(-c.dist, 0.0) / dt
                {{bounce = -(1.0 + elasticity) * speed ~
                {?0.5 # {no restitution at low speed}}
                rebound = jnp.where(speed < -threshold, elasticity, 0.0)
                bounce = -(1.0 + rebound) * speed}
                magnitude = jnp.maximum((bounce + bias) / c.inv_mass, 0.0) ~
                magnitude = jnp.maximum((bias - speed) / c.inv_mass, 0.0)}
                {impulse = magnitude * normal
                if friction is not None:
                    tangent = c.vel - speed * normal
                    slip = jnp.sqrt(jnp.dot(tangent, tangent) + 1e-6)
                    {?0.4 # {limited to Coulomb's cone}}
                    drag = jnp.minimum(slip / c.inv_mass, friction * magnitude)
                    impulse = impulse - drag / slip * tangent ~
                tangent = c.vel - speed * normal
                slip = jnp.sqrt(jnp.dot(tangent, tangent) + 1e-6)
                {?0.4 # {friction cannot reverse the motion}}
                drag = jnp.minimum(slip / c.inv_mass, mu * magnitude)
                impulse = magnitude * normal - drag / slip * tangent}
                return jnp.where(c.dist < 0, impulse, 0.0)

            return jax.vmap(solve)(contact)
        """,
        given={
            "contact": Array(contact, "contacts of one step", ("contact", "contacts")),
            "dt": Option("float", "time step", ("0.02", "0.01", "0.05"), ("dt", "time_step")),
            "friction": Option("float | None", "coefficient of friction", ("None", "0.5", "1.0"), ("friction", "mu")),
            "mu": Constant("0.5", "coefficient of friction", ("friction", "mu"), (0.2, 1.0)),
            "baumgarte": Constant("0.1", "fraction of the overlap corrected in a step", ("baumgarte", "erp"),
                                  (0.1, 0.3)),
            "elasticity": Constant("0.3", "coefficient of restitution", ("elasticity", "restitution"), (0.1, 0.5)),
            "threshold": Option("float", "speed below which contacts do not bounce", ("0.5", "0.2", "0.1"),
                                ("rest_threshold", "bounce_threshold")),
        },
        result=(Leaf((n, 3)),),
        titles=("contact_impulse", "resolve_contacts", "collision_impulse"),
        summary=p.pick("Computes contact impulses between bodies",
                       "Computes the impulse of each contact with friction"),
        returned="impulses of shape (n, 3)",
    )  # fmt: skip


def _joint(p: Program) -> Text:
    n = p.size(64, 128, 256)
    rests = p.choices.chance(0.4)
    joint = p.record(
        "Joint",
        [("angle", Leaf((n,), -1.5, 1.5)), ("vel", Leaf((n,), -2, 2)),
         *([("rest", Leaf((n,), -0.5, 0.5))] if rests else []), ("stiffness", Leaf((n,), 5, 20)),
         ("damping", Leaf((n,), 0.1, 2)), ("low", Leaf((n,), -1, -0.2)), ("high", Leaf((n,), 0.2, 1))],
        "Joints of one degree of freedom",
    )  # fmt: skip
    return Text(
        lines=join("""
            {offset = wrap_angle(joint.angle - joint.rest)
            torque = -joint.stiffness * offset - joint.damping * joint.vel ~
            torque = -joint.stiffness * (joint.angle - joint.rest) - joint.damping * joint.vel}
        """ if rests else "torque = -joint.stiffness * joint.angle - joint.damping * joint.vel", """
            {?0.4 # {soft joint limits}}
            {over = joint.angle - jnp.clip(joint.angle, joint.low, joint.high) ~
            over = jnp.minimum(joint.angle - joint.low, 0.0) + jnp.maximum(joint.angle - joint.high, 0.0)}
            {torque = torque - limit_stiffness * over ~
            torque = torque - limit_stiffness * over
            {?0.5 # {damp the joint outwards only}}
            torque = torque - jnp.where(over * joint.vel > 0.0, limit_damping * joint.vel, 0.0)}
            return torque
        """),
        given={
            "joint": Array(joint, "angle, velocity, stiffness, damping and limits of each joint", ("joint", "joints")),
            "limit_stiffness": Constant("100.0", "stiffness beyond the limits", ("limit_stiffness", "k_limit"),
                                        (20, 60)),
            "limit_damping": Constant("1.0", "damping beyond the limits", ("limit_damping",), (0.5, 2)),
        },
        result=(Leaf((n,)),),
        titles=("joint_torque", "passive_torque", "passive_forces", "joint_spring"),
        summary=p.pick("Computes passive joint torques", "Computes joint torques of springs, dampers and limits"),
        returned="one number for each joint",
    )  # fmt: skip


_DEADBAND = '''
    def soft_deadband(x: Array, width: float) -> Array:
        {?0.4 """Takes a width off the magnitude of a signal."""}
        {return jnp.sign(x) * jnp.maximum(jnp.abs(x) - width, 0.0) ~ return x - jnp.clip(x, -width, width)}
'''
_FORCES = {
    "servo": _BODIES["servo"],
    "mode": _BODIES["mode"],
    "torque": _BODIES["torque"],
}


_STILL = """
    {?0.5 if deadband > 0.0:
        {?0.4 # {dead zone}}
        ctrl = {soft_deadband(ctrl, deadband) ~ jnp.where(jnp.abs(ctrl) < deadband, 0.0, ctrl)}}
"""


def _motor(p: Program) -> Text:
    n, dof = p.size(64, 128), p.size(256, 512)
    act = p.record(
        "Actuator",
        [("gain", Leaf((n,), 0.5, 2)), ("damping", Leaf((n,), 0.1, 0.5)), ("dof", Leaf((n,), 0, dof - 1, "int32"))],
        "Motors, each of one degree of freedom",
    )
    kind = p.pick(*_FORCES)
    return Text(
        lines=join(
            """
            {?0.3 if ctrl.shape != act.gain.shape:
                raise ValueError(f'expected a control for each of <<act.gain.shape[0]>> motors, got <<ctrl.shape>>')}
            {?0.5 if limits is not None:
                low, high = limits
                {?0.4 if low.shape != ctrl.shape or high.shape != ctrl.shape:
                    raise ValueError(f'expected limits of shape <<ctrl.shape>>, got <<low.shape>> and <<high.shape>>')}
                ctrl = jnp.clip(ctrl, low, high)}
            """,
            _STILL if kind == "torque" else "",
            _FORCES[kind],
            """
            {?0.4 if max_force is not None:
                force = jnp.clip(force, -max_force, max_force)}
            {?0.4 # {several motors may act on one joint ~ joints without a motor have no torque}}
            {torque = jnp.zeros(qvel.shape, qvel.dtype).at[act.dof].add(force) ~
            torque = jnp.zeros(qvel.shape).at[act.dof].add(force) ~
            torque = jax.ops.segment_sum(force, act.dof, num_segments=qvel.shape[0])}
            return torque
            """,
        ),
        given={
            "act": Array(act, "gain and joint of each motor", ("actuator", "motors")),
            "qpos": Array(Leaf((dof,), -1, 1), "position of each degree of freedom", ("qpos", "q", "joint_pos")),
            "qvel": Array(Leaf((dof,), -1, 1), "velocity of each degree of freedom", ("qvel", "qd", "joint_vel")),
            "ctrl": Array(Leaf((n,), -1.5, 1.5), "control of each motor", ("ctrl", "action", "control")),
            "limits": Array((Leaf((n,), -1, -0.5), Leaf((n,), 0.5, 1)), "smallest and largest controls",
                            ("ctrl_range", "bounds")),
            "deadband": Option("float", "smallest control with an effect", ("0.0", "0.05", "0.1"), ("deadband",)),
            "mode": Option("str", "control mode: position, velocity or torque", ("'position'",),
                           ("mode", "control_mode")),
            "max_force": Option("float | None", "largest absolute force", ("None", "2.0", "1.0"),
                                ("max_force", "force_limit")),
        },
        result=(Leaf((dof,)),),
        helpers=(_DEADBAND,),
        titles=("to_torque", "actuator_torque", "motor_torques", "apply_controls"),
        summary="Maps motor torques to the joints that they drive",
        returned="torque of each degree of freedom",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "find_contacts": _contact,
    "contact_impulse": _impulse,
    "joint_torque": _joint,
    "motor_torque": _motor,
    "robot_reward": environment,
    "robot_observation": write_observation,
    "reward_terms": write_rewards,
    "episode_end": write_ends,
    "random_models": write_randomization,
    "action_torques": write_targets,
}
RECIPES = (written_recipe("body_forces", "bodies", _WRITERS),)
