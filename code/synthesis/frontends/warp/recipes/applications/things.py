"""What the things of applications have: a robot's bodies, a cloth's particles, a renderer's rays, field by field."""

from dataclasses import dataclass

from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    TRIPLE,
    VEC,
)
from synthesis.grammar.types import Type


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of fields."""

    type: Type
    bounds: tuple[float, float]
    nothing: tuple[str, ...]
    """What a field of nothing in particular holds."""
    element: str = ""
    parts: int = 0
    """The numbers that it comes to in a flat buffer; 0 if it does not go into one."""


KINDS = {
    "float": Kind(FLOAT, (-2, 2), ("0.0", "1.0", "-1.0", "HUGE"), parts=1),
    "int": Kind(INT, (-1, 9), ("0", "-1", "-1", "1")),
    "flag": Kind(FLAG, (0, 1), ("False", "True")),
    "vec3": Kind(VEC, (-2, 2), ("wp.vec3(0.0, 0.0, 0.0)", "wp.vec3()"), parts=3),
    "vec2": Kind(Type("float32", (2,)), (-2, 2), ("wp.vec2(0.0, 0.0)", "wp.vec2()"), parts=2),
    "quat": Kind(FOUR, (-1, 1), ("wp.quat_identity()",), "wp.quat", parts=4),
    "pose": Kind(FRAME, (-1, 1), ("wp.transform_identity()",), "wp.transform", parts=7),
    "twist": Kind(SPATIAL, (-2, 2), ("wp.spatial_vector()",), "wp.spatial_vector", parts=6),
    "mat33": Kind(Type("float32", (3, 3)), (-1, 1), ("wp.identity(n=3, dtype=float)", "wp.mat33()")),
    "pair": Kind(PAIR, (-1, 9), ("wp.vec2i(-1, -1)",)),
    "triple": Kind(TRIPLE, (0, 9), ("wp.vec3i(0, 0, 0)", "wp.vec3i(-1, -1, -1)")),
    "bits": Kind(Type("uint32"), (0, 15), ("wp.uint32(0)", "wp.uint32(1)")),
}
MADE = {"float": "{}", "vec2": "wp.vec2({}, {})", "vec3": "wp.vec3({}, {}, {})", "quat": "wp.quat({}, {}, {}, {})"}
"""What is made of numbers of a flat buffer."""
PARTS = {
    "pose": (("pos", "vec3", "wp.transform_get_translation"), ("rot", "quat", "wp.transform_get_rotation")),
    "twist": (("lin", "vec3", "wp.spatial_top"), ("ang", "vec3", "wp.spatial_bottom")),
}
"""What fields are kept as that some kernels take apart: the ends of names, the types, and what gives them."""

THINGS: dict[str, tuple[tuple[str, ...], dict[str, str]]] = {
    "bodies": (("body", "link", "rigid", "geom"), {
        "q pose xform frame": "pose", "qd velocity twist cvel": "twist", "f wrench force_ext xfrc": "twist",
        "com center_of_mass ipos com_local": "vec3", "mass m inv_mass total_mass": "float",
        "inertia I inv_inertia inertia_world": "mat33", "flags state status mode": "int",
        "world env_id world_id batch_id": "int", "parent parent_id owner root_id": "int",
        "asleep sleeping is_static frozen": "flag", "sleep_time idle_time quiet_time timer": "float",
    }),
    "joints": (("joint", "jnt", "dof", "axis"), {
        "q pos angle position": "float", "qd vel rate velocity": "float", "f torque effort tau": "float",
        "target_pos setpoint ref reference": "float", "target_vel setpoint_vel rate_ref vel_ref": "float",
        "ke stiffness kp gain_p": "float", "kd damping kv gain_d": "float", "limit_lower range_min lower lo": "float",
        "limit_upper range_max upper hi": "float", "armature rotor_inertia reflected_inertia arm": "float",
        "type kind mode drive_mode": "int", "child child_body body_b bodyid": "int",
        "enabled active is_locked in_use": "flag", "axis direction dir_local unit_axis": "vec3",
    }),
    "particles": (("particle", "node", "point", "vertex"), {
        "q pos position x": "vec3", "qd vel velocity v": "vec3", "f force accumulated_force grad": "vec3",
        "inv_mass w weight invm": "float", "radius r size thickness": "float", "flags state mask_bits label": "int",
        "rest rest_pos initial_position x0": "vec3", "color partition batch hue": "int",
        "grounded pinned is_fixed anchored": "flag", "density rho rest_density mass_density": "float",
        "deformation F grad_def strain_rate": "mat33", "uv texcoord param material_uv": "vec2",
    }),
    "contacts": (("contact", "con", "rigid_contact", "manifold"), {
        "pair shape_pair geom geoms": "pair", "point pos world_pos midpoint": "vec3",
        "normal dir frame_normal n_world": "vec3", "depth dist gap penetration": "float",
        "friction mu coeff friction_coeff": "float", "offset0 point0 anchor_a local_a": "vec3",
        "offset1 point1 anchor_b local_b": "vec3", "key hash feature_key id": "int",
        "world worldid env wid": "int", "is_new fresh touching matched": "flag",
        "impulse lambda_n force reaction": "float", "dim efc_address num_rows condim": "int",
    }),
    "shapes": (("shape", "geom", "collider", "surface"), {
        "transform pose local_xform X_bs": "pose", "scale size half_extents dims": "vec3",
        "type kind primitive geo_type": "int", "body bodyid owner link_index": "int",
        "margin gap thickness skin": "float", "flags visible_flags options bits": "int",
        "group collision_mask filter_group category": "bits", "material mat_id material_index matid": "int",
        "color rgb tint display_color": "vec3", "enabled collides active visible": "flag",
        "radius bounding_radius rbound r_max": "float",
    }),
    "constraints": (("constraint", "efc", "row", "lcp"), {
        "lambda force multiplier impulse": "float", "bias rhs aref target": "float",
        "residual error violation pos": "float",
        "type kind row_type mode": "int", "id owner source entity": "int", "active enabled is_bound hard": "flag",
        "lower lo lambda_min min_force": "float", "upper hi lambda_max max_force": "float",
        "diag D inv_diag effective_mass": "float", "bodies body_pair pair ends": "pair",
        "jacobian jac_lin J_a J": "twist", "age lifetime num_steps warm_age": "int",
    }),
    "sensors": (("sensor", "imu", "probe", "tracker"), {
        "reading value data sample": "float", "acc accel lin_acc linear_acceleration": "vec3",
        "gyro omega ang_vel angular_velocity": "vec3", "quat rotation orientation attitude": "quat",
        "site mount frame_id attached_to": "int", "type kind channel stage": "int", "adr address offset begin": "int",
        "stamp time last_time timestamp": "float", "valid ready triggered is_fresh": "flag",
        "cutoff limit saturation max_value": "float",
    }),
    "environments": (("env", "world", "episode", "task"), {
        "reward return score total_reward": "float", "length num_steps age step_count": "int",
        "done terminated finished reset": "flag", "command target goal desired_velocity": "vec3",
        "origin offset base_pos spawn": "vec3", "seed rng_state key rng": "int",
        "level stage difficulty curriculum": "int",
        "heading yaw target_heading direction": "float", "best record highest top_score": "float",
        "timeout truncated time_up expired": "flag", "root_pose start_pose base_q spawn_pose": "pose",
    }),
    "elements": (("tet", "elem", "cell", "tri"), {
        "indices vertices nodes corners": "triple", "pose_inv rest_matrix Dm_inv inv_rest": "mat33",
        "stress sigma cauchy piola": "mat33", "activation act tension fiber": "float",
        "volume area measure rest_volume": "float", "material mat_id phase region": "int",
        "plastic yielded damaged broken": "flag", "energy psi elastic_energy work": "float",
        "center centroid mid barycenter": "vec3", "rotation R_quat polar corotation": "quat",
    }),
    "rays": (("ray", "beam", "lidar", "path"), {
        "origin start o source": "vec3", "dir direction d heading": "vec3", "hit_t depth range distance": "float",
        "hit_id geomid face shape_index": "int", "normal hit_normal n surface_normal": "vec3",
        "alive active pending traced": "flag", "throughput color radiance weight_rgb": "vec3",
        "pixel coord texel tile": "pair", "bounce depth_level num_bounces generation": "int",
        "uv bary hit_uv st": "vec2",
    }),
    "tendons": (("tendon", "cable", "muscle", "rope"), {
        "length len path_length l": "float", "velocity rate lengthening_rate v": "float",
        "force tension pull f": "float", "act activation excitation u": "float",
        "wrap wrap_num num_wraps segments": "int",
        "site anchor first_site attach_id": "int", "slack is_slack loose limp": "flag",
        "stiffness k ke spring": "float", "ends range_pair body_ids sites": "pair", "moment arm lever_arm J": "vec3",
    }),
    "cameras": (("cam", "camera", "view", "light"), {
        "pos position eye world_pos": "vec3", "quat rotation orient xquat": "quat", "fov fovy angle aperture": "float",
        "target lookat focus aim": "vec3", "resolution size extent res": "pair", "mode tracking kind projection": "int",
        "body parent bodyid mount": "int", "active enabled on cast_shadows": "flag",
        "near znear clip_near min_depth": "float",
        "color diffuse ambient specular": "vec3",
    }),
}  # fmt: skip
"""Things, with what their arrays begin with and what they have, each in the names of four people."""
