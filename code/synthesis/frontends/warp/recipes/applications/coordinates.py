"""Actuators, sensors, limits and coordinates of joints in many worlds at once."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program

_BODIES = read_bodies("warp", "coordinates", margin=8)
_ARGUMENTS = read_arguments("warp", "coordinates")

COORDINATES, VELOCITIES = 7, 6
"""Maximum numbers of coordinates and velocities of a joint."""

ROWS = {
    "actuator_force": (
        (
            _BODIES["actuator_force.actuator_force"],
            "actuator_force compute_actuation fwd_actuation",
            "Computes affine actuator forces from length and velocity",
        ),
        (
            _BODIES["actuator_force.apply_motor_controls"],
            "apply_motor_controls compute_motor_torques apply_drive_commands",
            "Computes motor torques by control mode, within their limits",
        ),
    ),
    "sensor_value": (
        (
            _BODIES["sensor_value.sensor_pos"],
            "sensor_pos eval_position_sensors update_position_sensors",
            "Computes position sensor readings",
        ),
        (
            _BODIES["sensor_value.sensor_vel"],
            "sensor_vel eval_velocity_sensors update_velocity_sensors",
            "Computes velocity sensor readings",
        ),
        (
            """
            kind = sensor_type[u]
            obj = sensor_obj[u]
            adr = sensor_adr[u]
            if kind == SENSOR_ACTUATORFRC:
                sensordata[w, adr] = force_in[w, obj]
            elif kind == SENSOR_JOINTACTFRC:
                sensordata[w, adr] = qfrc_in[w, jnt_dofadr[obj]]
            else:
                bodyid = site_body[obj]
                rot = wp.transpose(xmat[w, obj])
                arm = xpos[w, obj] - subtree_com[w, body_root[bodyid]]
                if kind == SENSOR_FORCE:
                    v = rot * wp.spatial_bottom(cfrc_int[w, bodyid])
                elif kind == SENSOR_TORQUE:
                    f_int = cfrc_int[w, bodyid]
                    v = rot * (wp.spatial_top(f_int) - wp.cross(arm, wp.spatial_bottom(f_int)))
                {?0.5 elif kind == SENSOR_FRAMEANGACC:
                    v = wp.spatial_top(cacc[w, bodyid])
                else:
                    ACCELERATION ~ else:
                    ACCELERATION}
                {?0.4 # limited to the range of the sensor
                if sensor_cutoff[u] > 0.0:
                    for k in range(3):
                        v[k] = clamp_symmetric(v[k], sensor_cutoff[u])}
                for k in range(3):
                    sensordata[w, adr + k] = v[k]
            """,
            "sensor_acc eval_force_sensors update_force_sensors",
            "Computes force and acceleration sensor readings",
        ),
    ),
    "limit_row": (
        (
            """
            {?0.6 if not limited[u]:
                return}
            dof = jnt_dofadr[u]
            q = long_qpos[w, jnt_qposadr[u]]
            dist_low = q - lower[u]
            dist_up = upper[u] - q
            pos = wp.min(dist_low, dist_up) - margin_of[u]
            {?0.4 # it is far from both ends
            ~}
            if pos >= 0.0:
                return
            row = wp.atomic_add(nefc, w, 1)
            if row >= njmax:
                return
            side = {1.0 if dist_low < dist_up else -1.0 ~ wp.where(dist_low < dist_up, 1.0, -1.0)}
            {for i in range({nv ~ nv ~ jac.shape[2]}):
                jac[w, row, i] = 0.0
            jac[w, row, dof] = side ~
            {# no other joint contributes
            ~}
            for i in range({nv ~ nv ~ jac.shape[2]}):
                jac[w, row, i] = side if i == dof else 0.0}
            vel = side * long_qvel[w, dof]
            IMPEDANCE
            {# stiffer the nearer the impedance is to one
            ~}
            row_diag[w, row] = imp / ((1.0 - imp) * inv_weight[dof])
            row_pos[w, row] = pos
            {?0.4 row_vel[w, row] = vel}
            # reference acceleration of a spring and a damper
            aref[w, row] = -kd * vel - kp * imp * pos
            """,
            "efc_limit limit_constraints add_limit_rows joint_limit_rows",
            "Adds a constraint row for each joint near its limit",
        ),
        (
            """
            row_active[w, u] = 0
            {?0.6 if not limited[u]:
                return}
            q = long_qpos[w, jnt_qposadr[u]]
            dof = jnt_dofadr[u]
            {dist = q - lower[u]
            side = float(1.0)
            # the nearer end of the range
            if upper[u] - q < dist:
                dist = upper[u] - q
                side = -1.0 ~
            side = {1.0 if q - lower[u] < upper[u] - q else -1.0 ~ wp.where(q - lower[u] < upper[u] - q, 1.0, -1.0)}
            dist = wp.min(q - lower[u], upper[u] - q)}
            pos = dist - margin_of[u]
            if pos >= 0.0:
                return
            vel = side * long_qvel[w, dof]
            row_active[w, u] = 1
            {row_side[w, u] = side ~ row_side[w, u] = side}
            IMPEDANCE
            row_of_pos[w, u] = pos
            aref_of[w, u] = -kd * vel - kp * imp * pos
            diag_of[w, u] = imp / ((1.0 - imp) * inv_weight[dof])
            """,
            "update_limit_rows evaluate_joint_limits prepare_limit_constraints",
            "Updates the limit constraint of each joint",
        ),
    ),
    "integrate": (
        (
            _BODIES["integrate.next_position"],
            "next_position integrate_pos advance_positions",
            "Integrates joint coordinates by their velocities",
        ),
        (
            _BODIES["integrate.euler_step"],
            "euler_step integrate_joints integrate_joint_coordinates",
            "Integrates each joint by one semi-implicit Euler step",
        ),
    ),
}
"""Kernels of one entry of each world, by target: lines, possible names and a summary of each."""
_IMPEDANCE = """solimp = jnt_solimp[u]
            {# constant beyond the impedance width
            x = wp.min(wp.abs(pos) / solimp[2], 1.0)
            imp = solimp[0] + x * (solimp[1] - solimp[0]) ~
            # rises smoothly with the violation, the most in the middle of its width
            x = wp.min(wp.abs(pos) / solimp[2], 1.0)
            y = {2.0 * x * x if x < 0.5 else 1.0 - 2.0 * (1.0 - x) * (1.0 - x) ~
            wp.where(x < 0.5, 2.0 * x * x, 1.0 - 2.0 * (1.0 - x) * (1.0 - x))}
            imp = solimp[0] + y * (solimp[1] - solimp[0])}
            {# a spring and a damper by their time constant and damping ratio
            ~}
            solref = jnt_solref[u]
            {kd = 2.0 / (solimp[1] * solref[0])
            kp = 1.0 / (solimp[1] * solimp[1] * solref[0] * solref[0] * solref[1] * solref[1]) ~
            rate = solimp[1] * solref[0]
            kd = 2.0 / rate
            kp = 1.0 / (rate * rate * solref[1] * solref[1]) ~
            # no faster than two steps can follow
            rate = solimp[1] * wp.max(solref[0], 2.0 * dt)
            kd = 2.0 / rate
            kp = 1.0 / (rate * rate * solref[1] * solref[1])}"""
"""Lines that compute the impedance of a limit, and the constants of its spring and damper."""

_ACCELERATION = """{# includes the centripetal acceleration
                    ~}
                    ang = wp.spatial_top(cvel[w, bodyid])
                    lin = wp.spatial_bottom(cvel[w, bodyid]) - wp.cross(arm, ang)
                    a_lin = wp.spatial_bottom(cacc[w, bodyid]) - wp.cross(arm, wp.spatial_top(cacc[w, bodyid]))
                    {v = rot * (a_lin + wp.cross(ang, lin)) ~ v = rot * a_lin + wp.cross(rot * ang, rot * lin)}"""


def _declare_dofs(p: Program, of: str, worlds: int, n: int) -> None:
    """Declare the arguments of a kernel that integrates single coordinates."""
    q, qd, qdd, f = ("q", "qd", "qdd", "f") if of == "joint" else ("pos", "vel", "acc", "force")
    for key, bounds, name in (
        ("qpos", (-4, 4), q), ("qvel", (-1, 1), qd), ("qacc", (-4, 4), qdd), ("force_in", (-2, 2), f),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (worlds, n), (f"{of}_{name}",))
    for key, bounds, name in (
        ("lower", (-1.5, -0.3), "limit_lower"), ("upper", (0.3, 1.5), "limit_upper"), ("damping", (0.1, 1), "damping"),
        ("inv_mass", (0.5, 2), "inv_inertia"), ("bounce_of", (0.1, 0.6), "restitution"),
        ("max_speed", (0.4, 0.8), "velocity_limit"),
    ):  # fmt: skip
        p.array(key, FLOAT, bounds, (n,), (f"{of}_{name}",))
    p.array("locked", INT, (0, 1), (n,), (f"{of}_locked",))
    p.array("wraps", INT, (0, 1), (n,), (f"{of}_continuous",))
    p.output("qpos_out", FLOAT, (worlds, n), (f"{of}_{q}_out",))
    p.output("qvel_out", FLOAT, (worlds, n), (f"{of}_{qd}_out",))


def draw_row(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel of actuators, sensors, limits or coordinates in many worlds."""
    worlds, n = stream.child("sizes").choice(((4, 8), (6, 6), (8, 6), (6, 10), (8, 8)))
    text, titles, summary = stream.child("kernel").choice(ROWS[target])
    of_dofs = "euler_step" in titles
    # kernels of single coordinates use the names of another code base
    of = stream.child("words").choice(("joint", "dof"))
    names = {"actuator_force": ("u", "uid", "act_id", "i"), "sensor_value": ("u", "sensorid", "s", "i")}
    items = ("u", f"{of}_id", "i") if of_dofs else names.get(target, ("u", "jntid", "i"))
    p = Program(stream, ("w", "worldid", "world", "env"), items, launch=(worlds, n))
    declare(p, _ARGUMENTS["controls"], {"worlds": worlds, "n": n, "velocities": VELOCITIES})
    if of_dofs:
        _declare_dofs(p, of, worlds, n)
    limits = ("actuator_ctrllimited",) if target == "actuator_force" else ("jnt_limited",)
    sizes = {
        "worlds": worlds,
        "n": n,
        "coordinates": COORDINATES,
        "velocities": VELOCITIES,
        "dt_low": 0.15 if target == "limit_row" else 0.02,
        "dt_high": 0.5 if target == "limit_row" else 0.2,
    }
    called = {"limited": limits}
    for part in ("actuators", "limits"):
        declare(p, _ARGUMENTS[part], sizes, called)
    p.constants({"MODE_EFFORT": 0, "MODE_POSITION": 1, "MODE_VELOCITY": 2})
    p.constants({"DYN_NONE": 0, "DYN_INTEGRATOR": 1, "DYN_FILTER": 2, "GAIN_AFFINE": 1, "BIAS_AFFINE": 1})
    p.constants({"JNT_FREE": 0, "JNT_BALL": 1, "JNT_SLIDE": 2, "JNT_HINGE": 3})
    for sensors in (
        ("JOINTPOS", "LIMITPOS", "CLOCK", "FRAMEPOS", "FRAMEZAXIS"),
        ("JOINTVEL", "ACTUATORVEL", "GYRO", "FRAMEANGVEL", "VELOCIMETER"),
        ("ACTUATORFRC", "JOINTACTFRC", "FORCE", "TORQUE", "FRAMEANGACC", "ACCELEROMETER"),
    ):
        p.constants({f"SENSOR_{name}": number for number, name in enumerate(sensors)})
    p.constants({"SENSOR_SUBTREECOM": 2})
    p.function(_BODIES["functions.quat_integrate"])
    p.function(_BODIES["functions.quat_at"])
    p.function(_BODIES["functions.vec3_at"])
    declare(p, _ARGUMENTS["outputs"], {"worlds": worlds, "n": n, "velocities": VELOCITIES, "coordinates": COORDINATES})
    p.write(text.replace("IMPEDANCE", _IMPEDANCE).replace("ACCELERATION", _ACCELERATION))
    return p.done("multibody", "coordinates", target, summary, tuple(titles.split()), (
        "Launched over (worlds, items).", f"{summary}, in many worlds.",
    ))  # fmt: skip
