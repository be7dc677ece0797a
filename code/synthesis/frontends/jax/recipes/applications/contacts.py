"""What acts on rigid bodies: contacts, joints and their limits, motors; and what an environment says of them."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.rotations import NORMALIZE
from synthesis.frontends.jax.recipes.applications.trees import Leaf
from synthesis.frontends.jax.recipes.applications.written import Text, written_recipe
from synthesis.grammar.lines import join


def _contact(p: Program) -> Text:
    """Distances and normals of spheres, planes and capsules."""
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
    ball = p.record("Ball", [("pos", Leaf((n, 3), 0.4, 1.2)), ("radius", Leaf((n,), 0.3, 0.9))], "Balls")
    distance = {
        "plane": """
            {{?0.5 normal, _ = normalize(b.normal) ~
            normal = b.normal / jnp.linalg.norm(b.normal, axis=-1, keepdims=True)}
            dist = {jnp.sum(a.pos * normal, axis=-1) ~ jnp.einsum('ni,ni->n', a.pos, normal)} - b.offset - a.radius}
            {?0.4 # {the lowest point of the sphere ~ halfway between the two surfaces}}
            pos = a.pos - {(a.radius + 0.5 * dist)[:, None] ~ jnp.expand_dims(a.radius + 0.5 * dist, -1)} * normal
        """,
        "spheres": """
            {{?0.5 apart = a.pos - b.pos
            normal, length = normalize(apart) ~
            normal, length = normalize(a.pos - b.pos)}
            dist = length[:, 0] - {a.radius - b.radius ~ (a.radius + b.radius)} ~
            apart = a.pos - b.pos
            length = jnp.sqrt(jnp.sum(apart ** 2, axis=-1) + 1e-8)
            {?0.4 # {from the second to the first}}
            normal = apart / length[:, None]
            dist = length - a.radius - b.radius}
            pos = {b.pos + (b.radius + 0.5 * dist)[:, None] * normal ~ 0.5 * (a.pos + b.pos)}
        """,
        "capsule": """
            {normal, _ = normalize(b.normal) ~ normal = b.normal / jnp.linalg.norm(b.normal, axis=-1, keepdims=True)}
            {?0.4 # {a capsule touches a plane with one end or both ~ two spheres, one at each end}}
            {depths = []
            points = []
            for end in (a.start, a.end):
                depth = jnp.sum(end * normal, axis=-1) - b.offset - a.radius
                {depths = depths + [depth]
                points = points + [end - normal * (a.radius + 0.5 * depth)[:, None]] ~
                depths += [depth]
                points += [end - (a.radius + 0.5 * depth)[:, None] * normal]}
            {dist, pos = jnp.stack(depths), jnp.stack(points) ~ dist = jnp.stack(depths)
            pos = jnp.stack(points)} ~
            ends = jnp.stack([a.start, a.end])
            dist = {jnp.einsum('eni,ni->en', ends, normal) ~ jnp.sum(ends * normal, axis=-1)} - b.offset - a.radius
            pos = ends - (a.radius + 0.5 * dist)[..., None] * normal ~
            def one_end(end):
                height = jnp.sum(end * normal, axis=-1) - b.offset
                depth = height - a.radius
                return depth, end - normal * (a.radius + 0.5 * depth)[:, None]

            dist, pos = jax.vmap(one_end)(jnp.stack([a.start, a.end]))}
        """,
    }[kind]
    guard = """
        {?0.3 if a.radius.ndim != 1:
            raise ValueError(f'one radius for each shape, got <<a.radius.shape>>')}
    """
    rows = (2, n) if kind == "capsule" else (n,)
    end, result = p.choices.choice(
        (
            ("return dist, pos, normal", (Leaf(rows), Leaf((*rows, 3)), Leaf((n, 3)))),
            (
                """
                {?0.5 # {no push where nothing touches ~ overlap is a negative distance}}
                depth = {jnp.maximum(-dist, 0.0) ~ jax.nn.relu(-dist) ~ jnp.where(dist < 0, -dist, 0.0)}
                return {depth[..., None] * normal ~ normal * jnp.expand_dims(depth, -1)}
                """,
                (Leaf((*rows, 3)),),
            ),
            (
                """
                {?0.4 if margin > 0:
                    dist = dist - margin}
                {touching = dist < 0
                return jnp.where(touching[..., None], pos, 0.0), {jnp.sum(touching) ~
                touching.sum()}.astype(jnp.int32) ~
                touching = {dist <= 0.0 ~ dist < 0}
                {count = jnp.sum(touching, dtype=jnp.int32) ~ count = jnp.count_nonzero(touching).astype(jnp.int32)}
                return {pos * touching[..., None] ~ jnp.where(touching[..., None], pos, jnp.zeros_like(pos))}, count}
                """,
                (Leaf((*rows, 3)), Leaf((), dtype="int32")),
            ),
        )
    )
    return Text(
        lines=join(guard, distance, end),
        given={
            "a": Array(shape, f"{title.lower()}s", ("a", title.lower(), "geom")),
            "b": Array(ball if kind == "spheres" else other, "balls" if kind == "spheres" else "planes",
                       ("b", "ball" if kind == "spheres" else "plane", "other")),
            "margin": Option("float", "distance from which on shapes touch", ("0.0", "0.01", "0.05"), ("margin",)),
        },
        result=result,
        titles={
            "plane": ("sphere_plane", "collide_plane", "plane_contact"),
            "spheres": ("sphere_sphere", "collide_spheres", "ball_contact"),
            "capsule": ("capsule_plane", "collide_capsule", "capsule_contact"),
        }[kind],
        summary=f"Contacts of {title.lower()}s with {'balls' if kind == 'spheres' else 'planes'}",
        returned="what is known of each contact",
        helpers=(NORMALIZE,),
    )  # fmt: skip


def _impulse(p: Program) -> Text:
    n = p.size(64, 128, 256)
    contact = p.record(
        "Contact",
        [("dist", Leaf((n,), -0.2, 0.05)), ("normal", Leaf((n, 3), 0.2, 1)), ("vel", Leaf((n, 3), -2, 1)),
         ("inv_mass", Leaf((n,), 0.5, 2))],
        "Contacts with the relative velocity at each",
    )  # fmt: skip
    return Text(
        lines="""
            {?0.25 if friction < 0:
                raise ValueError({'friction is not negative' ~ f'friction of <<friction>>'})}
            def impulse(c):
                {normal_vel = jnp.dot(c.normal, c.vel) ~ normal_vel = jnp.sum(c.normal * c.vel)}
                {?0.4 # {push bodies out over several steps ~ overlap is undone a part at a time}}
                push = {baumgarte * jnp.maximum(-c.dist, 0.0) / dt ~ -baumgarte * jnp.minimum(c.dist, 0.0) / dt}
                {?0.5 bounce = -(1.0 + elasticity) * normal_vel ~ bounce = -normal_vel}
                size = (bounce + push) / c.inv_mass
                {size = jnp.maximum(size, 0.0) ~ size = jnp.where(size > 0, size, 0.0) ~ size = jax.nn.relu(size)}
                tangent = c.vel - normal_vel * c.normal
                {speed = jnp.sqrt(jnp.dot(tangent, tangent) + 1e-6) ~ speed = jnp.linalg.norm(tangent) + 1e-6}
                {?0.4 # {friction stops a body and no more ~ no more than Coulomb's cone allows}}
                {drag = jnp.minimum(speed / c.inv_mass, friction * size)
                out = size * c.normal - drag * tangent / speed ~
                limit = friction * size
                slow = speed / c.inv_mass
                drag = jnp.where(slow > limit, limit, slow)
                out = size * c.normal - tangent * (drag / speed)}
                {?0.5 active = (c.dist < 0) & (normal_vel < 0)
                return jnp.where(active, out, 0.0) ~
                return {jnp.where(c.dist < 0, out, jnp.zeros_like(out)) ~ out * (c.dist < 0)}}

            {push = jax.vmap(impulse)(contact) ~ push = jax.vmap(impulse, in_axes=0)(contact)}
            {?0.4 if max_impulse is not None:
                {push = jnp.clip(push, -max_impulse, max_impulse) ~
                length = jnp.linalg.norm(push, axis=-1, keepdims=True) + 1e-6
                push = push * jnp.minimum(1.0, max_impulse / length)}}
            return push
        """,
        given={
            "contact": Array(contact, "contacts of one step", ("contact", "contacts", "c")),
            "dt": Option("float", "time step", ("0.02", "0.01", "0.05"), ("dt", "time_step")),
            "friction": Option("float", "coefficient of friction", ("0.5", "1.0", "0.3"), ("friction", "mu")),
            "baumgarte": Constant("0.1", "share of the overlap that a step undoes", ("baumgarte", "erp"), (0.1, 0.3)),
            "elasticity": Constant("0.0", "how much contacts bounce", ("elasticity", "restitution"), (0.1, 0.5)),
            "max_impulse": Option("float | None", "largest impulse", ("None", "0.5", "1.0"), ("max_impulse", "limit")),
        },
        result=(Leaf((n, 3)),),
        titles=("contact_impulse", "resolve_contacts", "collision_impulse"),
        summary=p.pick("Impulses that keep bodies apart", "Impulse of each contact, friction included"),
        returned="impulses of shape (n, 3)",
    )


def _joint(p: Program) -> Text:
    n = p.size(64, 128, 256)
    joint = p.record(
        "Joint",
        [("angle", Leaf((n,), -1.5, 1.5)), ("vel", Leaf((n,), -2, 2)), ("stiffness", Leaf((n,), 5, 20)),
         ("damping", Leaf((n,), 0.1, 2)), ("low", Leaf((n,), -1, -0.2)), ("high", Leaf((n,), 0.2, 1))],
        "Joints of one degree of freedom",
    )  # fmt: skip
    return Text(
        lines="""
            {?0.3 if joint.angle.shape != joint.vel.shape:
                raise ValueError({'one velocity for each angle' ~ f'got <<joint.angle.shape>> angles'})}
            {torque = -joint.stiffness * joint.angle - joint.damping * joint.vel ~
            spring = -joint.stiffness * joint.angle
            torque = spring - joint.damping * joint.vel ~
            torque = -(joint.stiffness * joint.angle + joint.damping * joint.vel)}
            {?0.4 # {a stiff spring beyond each end ~ limits are soft}}
            {over = joint.angle - jnp.clip(joint.angle, joint.low, joint.high) ~
            over = jnp.where(joint.angle < joint.low, joint.angle - joint.low,
                jnp.where(joint.angle > joint.high, joint.angle - joint.high, 0.0)) ~
            over = jnp.minimum(joint.angle - joint.low, 0.0) + jnp.maximum(joint.angle - joint.high, 0.0)}
            torque {-= limit_stiffness * over ~ = torque - limit_stiffness * over}
            {?0.4 if bounce:
                out = {over != 0 ~ jnp.abs(over) > 0}
                torque = jnp.where(out, torque - limit_damping * joint.vel, torque)}
            {?0.4 {if max_torque is None:
                return torque
            {return jnp.clip(torque, -max_torque, max_torque) ~ return max_torque * jnp.tanh(torque / max_torque)} ~
            if max_torque is not None:
                torque = jnp.clip(torque, -max_torque, max_torque)}}
            {return torque ~ {?0.5 if dt is None:
                return torque}
            return joint.vel + {dt * torque ~ torque * dt} if dt is not None else torque}
        """,
        given={
            "joint": Array(joint, "angles, velocities and how each joint resists", ("joint", "joints", "j")),
            "limit_stiffness": Constant("100.0", "stiffness beyond limits", ("limit_stiffness", "k_limit"), (20, 60)),
            "limit_damping": Constant("1.0", "damping beyond the limits", ("limit_damping",), (0.5, 2)),
            "bounce": Option("bool", "whether limits are damped", ("True",), ("damped", "damp_limits")),
            "max_torque": Option("float | None", "largest torque", ("None", "10.0", "5.0"), ("max_torque", "limit")),
            "dt": Option("float | None", "time step, for velocities", ("None", "0.01", "0.02"), ("dt", "time_step")),
        },
        result=(Leaf((n,)),),
        titles=("joint_torque", "limit_torque", "passive_forces", "joint_spring"),
        summary=p.pick("Torque by which joints resist", "Springs, dampers and limits of joints"),
        returned="one number for each joint",
    )  # fmt: skip


def _motor(p: Program) -> Text:
    n, dof = p.size(64, 128), p.size(256, 512)
    act = p.record(
        "Actuator",
        [("gain", Leaf((n,), 0.5, 2)), ("bias", Leaf((n,), -0.5, 0.5)), ("dof", Leaf((n,), 0, dof - 1, "int32"))],
        "Motors, each of one degree of freedom",
    )
    return Text(
        lines="""
            {?0.3 if ctrl.shape[0] != act.gain.shape[0]:
                raise ValueError(f'<<ctrl.shape[0]>> controls of <<act.gain.shape[0]>> motors')}
            {?0.5 {low, high = limits
            ctrl = jnp.clip(ctrl, low, high) ~ {?0.5 if limits is not None:
                low, high = limits
                ctrl = jnp.clip(ctrl, low, high) ~ ctrl = jnp.clip(ctrl, -1.0, 1.0)}}}
            {?0.5 {# {motors follow a position ~ a servo, not a plain torque}
            if position:
                error = ctrl - qpos[act.dof]
                force = act.gain * error - act.bias
            else:
                force = act.gain * ctrl + act.bias + 0.1 * qpos[act.dof] ~
            force = act.gain * (ctrl - qpos[act.dof]) + act.bias ~
            servo = ctrl - jnp.take(qpos, act.dof)
            force = servo * act.gain
            force += act.bias} ~
            force = act.gain * ctrl + act.bias - kp * qpos[act.dof]}
            {?0.35 force = {jnp.clip(force, -max_force, max_force) ~
            jnp.minimum(jnp.maximum(force, -max_force), max_force)}}
            {?0.4 # {several motors may act on one joint ~ joints without a motor have no torque}}
            {torque = jnp.zeros_like(qpos).at[act.dof].add(force) ~
            torque = jnp.zeros({qpos.shape ~ qpos.shape[0]}).at[act.dof].add(force) ~
            torque = jax.ops.segment_sum(force, act.dof, num_segments=qpos.shape[0]) ~
            torque = jnp.zeros(qpos.shape, dtype=qpos.dtype)
            torque = torque.at[act.dof].add(force)}
            return torque
        """,
        given={
            "act": Array(act, "motors and the joint that each moves", ("actuator", "act", "motors")),
            "qpos": Array(Leaf((dof,), -1, 1), "position of each degree of freedom", ("qpos", "q", "joint_pos")),
            "ctrl": Array(Leaf((n,), -1.5, 1.5), "control of each motor", ("ctrl", "action", "u")),
            "limits": Array((Leaf((n,), -1, -0.5), Leaf((n,), 0.5, 1)), "smallest and largest controls",
                            ("ctrl_range", "limits", "bounds")),
            "position": Option("bool", "whether controls are positions", ("True", "False"), ("position", "servo")),
            "kp": Constant("0.1", "pull to the origin", ("kp", "stiffness"), (0.1, 1.0)),
            "max_force": Constant("2.0", "largest force", ("max_force", "force_limit"), (0.5, 1.5)),
        },
        result=(Leaf((dof,)),),
        titles=("to_torque", "actuator_torque", "motor_forces", "apply_controls"),
        summary="Torques of motors on the joints that they move",
        returned="torque of each degree of freedom",
    )  # fmt: skip


def _environment(p: Program) -> Text:
    n, dof = p.size(64, 128, 256), p.size(6, 8, 12)
    form = p.pick("both", "reward", "dict")
    moves = [("qd", Leaf((n, dof), -3, 3)), ("height", Leaf((n,), 0.1, 1.5))]
    state = p.record(
        "PipelineState",
        [*([("q", Leaf((n, dof), -1, 1))] if form != "reward" else []), *moves],
        "Positions and velocities of many copies of a robot",
    )
    skip = p.choices.choice((1, 2))
    ends = {
        "both": ("return obs, {reward ~ reward, done}", ()),
        "reward": ("return reward, done", (Leaf((n,)), Leaf((n,)))),
        "dict": (
            "return obs, reward, <<'forward': forward, 'ctrl': cost>>",
            (Leaf((n, 2 * dof - skip)), Leaf((n,)), {"forward": Leaf((n,)), "ctrl": Leaf((n,))}),
        ),
    }
    end, result = ends[form]
    if form == "both":
        end, result = p.choices.choice(
            (
                ("return obs, reward", (Leaf((n, 2 * dof - skip)), Leaf((n,)))),
                ("return obs, reward, done", (Leaf((n, 2 * dof - skip)), Leaf((n,)), Leaf((n,)))),
            )
        )
    body = """
        {?0.25 if action.shape[0] != state.qd.shape[0]:
            raise ValueError({'one action for each robot' ~ f'<<action.shape[0]>> actions'})}
        {forward = state.qd[:, 0] ~ forward = state.qd[..., 0] ~
        {?0.4 # {robots run along the first axis}}
        forward, *_ = state.qd.T ~ forward = jnp.take(state.qd, 0, axis=-1)}
        {cost = ctrl_cost * jnp.sum(action ** 2, axis=-1) ~
        cost = ctrl_cost * jnp.sum(jnp.square(action), axis=-1) ~
        cost = ctrl_cost * jnp.einsum('ni,ni->n', action, action)}
        {?0.4 # {a robot that lies down has failed ~ upright robots are worth something}}
        {healthy = (state.height > 0.3) & (state.height < 1.2)
        {healthy = healthy.astype(jnp.float32) ~ healthy = jnp.where(healthy, 1.0, 0.0)} ~
        healthy = jnp.where(state.height < 0.3, 0.0, 1.0)
        {?0.6 healthy = jnp.where(state.height > 1.2, 0.0, healthy)}}
        alive = {healthy_reward * healthy ~ healthy * healthy_reward}
        {reward = forward + alive - cost ~ reward = forward_weight * forward + alive - cost ~
        reward = forward - cost
        reward += alive}
        {done = 1.0 - healthy ~ done = jnp.where(healthy > 0, 0.0, 1.0)
        {?0.4 if not terminate:
            done = jnp.zeros_like(done)} ~
        done = 1.0 - healthy if terminate else jnp.zeros_like(reward)}
    """
    observation = f"""
        {{?0.5 {{# {{where the robot is does not matter}}
        position = state.q[:, {skip}:]
        velocity = jnp.clip(state.qd, -10.0, 10.0)
        obs = jnp.concatenate([position, velocity], axis=-1) ~
        parts = [state.q[:, {skip}:], state.qd]
        obs = jnp.concatenate(parts, axis=1)}} ~
        obs = jnp.concatenate((state.q[..., {skip}:], state.qd), axis=-1)}}
    """
    return Text(
        lines=join(body, observation if form != "reward" else "", end),
        given={
            "state": Array(state, "state of the simulation", ("state", "pipeline_state", "data")),
            "action": Array(Leaf((n, dof), -1, 1), "what the policy did", ("action", "actions", "ctrl")),
            "ctrl_cost": Constant("0.1", "weight of the controls", ("ctrl_cost", "ctrl_cost_weight"), (0.05, 0.5)),
            "healthy_reward": Constant("1.0", "reward of a robot that stands", ("healthy_reward",), (0.5, 2)),
            "forward_weight": Constant("1.25", "weight of the velocity", ("forward_weight",), (0.5, 2)),
            "terminate": Option("bool", "whether a fallen robot is done", ("True",), ("terminate", "end_episode")),
        },
        result=result,
        titles=("evaluate_step", "get_reward", "step_outcome") if form == "reward" else
        ("observe", "observe_and_reward", "step_outcome", "evaluate_step"),
        summary="What a step of many robots is worth" if form == "reward" else "What a policy is told after a step",
        returned="one entry for each robot",
    )  # fmt: skip


_WRITERS: dict[str, Callable[[Program], Text]] = {
    "find_contacts": _contact,
    "contact_impulse": _impulse,
    "joint_torque": _joint,
    "motor_torque": _motor,
    "robot_reward": _environment,
}
RECIPES = (written_recipe("body_forces", "bodies", _WRITERS),)
