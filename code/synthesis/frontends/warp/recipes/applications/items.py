"""The fields of the items of applications, such as a robot's bodies, a solver's particles or a renderer's rays."""

from dataclasses import dataclass

from synthesis.drawing.types import Type
from synthesis.frontends.warp.recipes.applications.program import (
    FLAG,
    FLOAT,
    FOUR,
    FRAME,
    INT,
    PAIR,
    SPATIAL,
    VEC,
)


@dataclass(frozen=True, slots=True)
class Kind:
    """A type of fields."""

    type: Type
    bounds: tuple[float, float]
    nothing: tuple[str, ...]
    """Expressions of the value that means nothing, such as zero or -1."""
    element: str = ""
    parts: int = 0
    """Number of scalars of a value in a flat buffer; 0 for types that are not packed into one."""


KINDS = {
    "float": Kind(FLOAT, (-2, 2), ("0.0",), parts=1),
    "int": Kind(INT, (0, 9), ("0",)),
    "id": Kind(INT, (-1, 9), ("-1",)),
    "flag": Kind(FLAG, (0, 1), ("False",)),
    "vec3": Kind(VEC, (-2, 2), ("wp.vec3(0.0, 0.0, 0.0)", "wp.vec3()"), parts=3),
    "vec2": Kind(Type("float32", (2,)), (-2, 2), ("wp.vec2(0.0, 0.0)", "wp.vec2()"), parts=2),
    "quat": Kind(FOUR, (-1, 1), ("wp.quat_identity()",), "wp.quat", parts=4),
    "pose": Kind(FRAME, (-1, 1), ("wp.transform_identity()",), "wp.transform", parts=7),
    "twist": Kind(SPATIAL, (-2, 2), ("wp.spatial_vector()",), "wp.spatial_vector", parts=6),
    "mat33": Kind(Type("float32", (3, 3)), (-1, 1), ("wp.mat33(0.0)", "wp.mat33()")),
    "deformation": Kind(Type("float32", (3, 3)), (-1, 1), ("wp.identity(n=3, dtype=float)",)),
    "pair": Kind(PAIR, (-1, 9), ("wp.vec2i(-1, -1)",)),
}
MADE = {
    "float": "{}",
    "vec2": "wp.vec2({}, {})",
    "vec3": "wp.vec3({}, {}, {})",
    "quat": "wp.quat({}, {}, {}, {})",
    "pose": "wp.transform(wp.vec3({}, {}, {}), wp.quat({}, {}, {}, {}))",
    "twist": "wp.spatial_vector({}, {}, {}, {}, {}, {})",
}
"""The expression that makes a value of each type from the scalars of a flat buffer."""
PARTS = {
    "pose": (("pos", "vec3", "wp.transform_get_translation"), ("rot", "quat", "wp.transform_get_rotation")),
    "twist": (("lin", "vec3", "wp.spatial_top"), ("ang", "vec3", "wp.spatial_bottom")),
}
"""Types that some kernels store in two arrays. Each part has a name suffix, a type, and a function that reads it."""


@dataclass(frozen=True, slots=True)
class Field:
    """An array with an element for each item.

    Args:
        name: its name.
        kind: its type, one of ``KINDS``.
        start: the source of its initial values: ``default`` for a second array, ``nothing`` for :attr:`Kind.nothing`.
    """

    name: str
    kind: str
    start: str


@dataclass(frozen=True, slots=True)
class Item:
    """A type of items, such as bodies, with the names of one library.

    Args:
        title: the plural.
        prefix: the singular, with which names of arrays begin.
        indices: possible names of its index.
        state: fields that a time step starts from, which are saved and restored.
        step: inputs and results of a time step.
        model: fields that are mostly constant.
    """

    title: str
    prefix: str
    indices: tuple[str, ...]
    state: tuple[Field, ...]
    step: tuple[Field, ...]
    model: tuple[Field, ...]

    @property
    def has_defaults(self) -> bool:
        """Whether its state has initial values in a second array."""
        return any(each.start == "default" for each in self.state)


def _item(title: str, prefix: str, indices: str, *, state: str = "", step: str = "", model: str = "") -> Item:
    return Item(title, prefix, tuple(indices.split()), _fields(state), _fields(step), _fields(model))


def _fields(text: str) -> tuple[Field, ...]:
    """Return the fields in lines. Each line has a type, with ``*`` if the fields have a default, and their names."""
    found = list[Field]()
    for line in filter(None, map(str.strip, text.splitlines())):
        kind, *names = line.split()
        start = "default" if kind.endswith("*") else "nothing"
        found += [Field(name, kind.rstrip("*"), start) for name in names]
    return tuple(found)


TOGETHER = tuple(frozenset(each.split()) for each in (
    "body_q body_qd", "body_sleep_timer body_asleep", "body_mass body_inv_mass body_inertia body_inv_inertia",
    "xpos xquat", "xipos ximat", "body_pos body_quat", "body_ipos body_iquat body_mass body_inertia",
    "body_parentid body_rootid", "mocap_pos mocap_quat",
    "link_pos link_quat", "link_lin_vel link_ang_vel", "link_force link_torque", "link_com link_mass link_inertia",
    "joint_q joint_qd", "joint_target_pos joint_target_vel", "joint_target_ke joint_target_kd",
    "joint_limit_lower joint_limit_upper", "joint_effort_limit joint_velocity_limit",
    "qpos qvel", "dof_bodyid dof_parentid", "dof_pos dof_vel", "dof_stiffness dof_damping", "dof_lower dof_upper",
    "act act_dot", "actuator_length actuator_velocity", "actuator_gain actuator_bias", "jnt_range jnt_solref",
    "actuator_ctrlrange actuator_forcerange",
    "actuator_trntype actuator_trnid", "particle_q particle_qd", "particle_mass particle_inv_mass",
    "particle_x particle_v", "particle_F particle_C", "particle_mass particle_vol", "particle_mu particle_lam",
    "rigid_contact_shape0 rigid_contact_shape1 rigid_contact_point0 rigid_contact_point1 rigid_contact_normal",
    "rigid_contact_offset0 rigid_contact_offset1", "rigid_contact_margin0 rigid_contact_margin1",
    "contact_dist contact_pos contact_frame contact_geom contact_worldid",
    "contact_includemargin contact_friction contact_dim",
    "shape_transform shape_scale", "shape_material_ke shape_material_kd", "geom_xpos geom_xmat", "geom_pos geom_quat",
    "geom_type geom_size", "geom_contype geom_conaffinity", "geom_margin geom_gap", "efc_type efc_id",
    "efc_pos efc_vel", "efc_aref efc_D", "root_pos root_quat", "root_lin_vel root_ang_vel",
    "episode_return episode_length", "terminated truncated", "tet_pose tet_volume", "tet_mu tet_lambda",
    "ray_origin ray_dir throughput radiance pixel bounce rng_state", "hit_t hit_shape hit_face", "hit_pos hit_normal",
    "ten_length ten_velocity", "tendon_stiffness tendon_damping", "tendon_adr tendon_num",
))  # fmt: skip
"""Groups of fields that belong together. A kernel processes all fields of a group or none."""

ITEMS = (
    _item("bodies", "body", "body bid body_id", state="""
        pose* body_q
        twist body_qd
        float body_sleep_timer
        flag body_asleep
    """, step="""
        twist body_f
    """, model="""
        vec3 body_com
        float body_mass body_inv_mass
        mat33 body_inertia body_inv_inertia
    """),
    _item("bodies", "body", "bodyid body", step="""
        vec3 xpos
        quat xquat
        vec3 xipos
        mat33 ximat
        twist cvel cacc xfrc_applied
    """, model="""
        id body_parentid body_rootid
        vec3 body_pos
        quat body_quat
        vec3 body_ipos
        quat body_iquat
        float body_mass
        vec3 body_inertia
        float body_gravcomp
    """),
    _item("mocap bodies", "mocap", "mocapid mocap", state="""
        vec3* mocap_pos
        quat* mocap_quat
    """),
    _item("links", "link", "link link_id", state="""
        vec3* link_pos
        quat* link_quat
        vec3 link_lin_vel link_ang_vel
    """, step="""
        vec3 link_force link_torque
    """, model="""
        vec3 link_com
        float link_mass
        mat33 link_inertia
    """),
    _item("joints", "dof", "dof dof_id", state="""
        float* joint_q
        float joint_qd
    """, step="""
        float joint_f
        float* joint_target_pos
        float joint_target_vel
    """, model="""
        float joint_target_ke joint_target_kd joint_limit_lower joint_limit_upper joint_armature joint_friction
        float joint_effort_limit joint_velocity_limit
    """),
    _item("degrees of freedom", "dof", "dofid dof", state="""
        float* qpos
        float qvel qacc_warmstart
    """, step="""
        float qfrc_applied qacc qfrc_constraint
    """, model="""
        float dof_armature dof_damping dof_frictionloss dof_invweight0
        id dof_bodyid dof_parentid
    """),
    _item("joints", "jnt", "jntid jnt", model="""
        int jnt_type jnt_qposadr jnt_dofadr
        id jnt_bodyid
        vec3 jnt_pos jnt_axis
        vec2 jnt_range jnt_solref
        float jnt_stiffness jnt_margin
    """),
    _item("joints", "dof", "dof dof_id", state="""
        float* dof_pos
        float dof_vel
    """, step="""
        float* dof_pos_target
        float dof_torque action
    """, model="""
        float dof_stiffness dof_damping dof_lower dof_upper torque_limit
    """),
    _item("actuators", "actuator", "uid actuator", state="""
        float ctrl act act_dot
    """, step="""
        float actuator_length actuator_velocity actuator_force
    """, model="""
        int actuator_trntype
        id actuator_trnid
        float actuator_gear actuator_gain actuator_bias
        vec2 actuator_ctrlrange actuator_forcerange
    """),
    _item("particles", "particle", "particle pid particle_id", state="""
        vec3* particle_q
        vec3 particle_qd
    """, step="""
        vec3 particle_f
    """, model="""
        float particle_mass particle_inv_mass particle_radius
        int particle_flags particle_color
    """),
    _item("particles", "particle", "p particle pid", state="""
        vec3* particle_x
        vec3 particle_v
        mat33* particle_F
        mat33 particle_C
    """, step="""
        mat33 particle_stress
    """, model="""
        float particle_mass particle_vol particle_mu particle_lam
        int particle_material
    """),
    _item("contacts", "contact", "contact_id cid", state="""
        id rigid_contact_shape0 rigid_contact_shape1
        vec3 rigid_contact_point0 rigid_contact_point1 rigid_contact_offset0 rigid_contact_offset1 rigid_contact_normal
        float rigid_contact_margin0 rigid_contact_margin1
    """),
    _item("contacts", "contact", "conid cid", state="""
        float contact_dist
        vec3 contact_pos
        mat33 contact_frame
        pair contact_geom
        float contact_includemargin contact_friction
        vec2 contact_solref
        int contact_dim contact_worldid
    """),
    _item("shapes", "shape", "shape sid shape_id", model="""
        int shape_type
        id shape_body
        pose shape_transform
        vec3 shape_scale
        int shape_flags shape_collision_group
        float shape_material_mu shape_material_ke shape_material_kd shape_margin shape_collision_radius
    """),
    _item("geoms", "geom", "geomid geom", step="""
        vec3 geom_xpos
        mat33 geom_xmat
    """, model="""
        id geom_bodyid
        int geom_type
        vec3 geom_size geom_pos
        quat geom_quat
        int geom_contype geom_conaffinity
        float geom_margin geom_gap geom_rbound
        vec3 geom_friction
        vec2 geom_solref
    """),
    _item("constraints", "efc", "efcid row", step="""
        int efc_type
        id efc_id
        float efc_pos efc_vel efc_aref efc_D efc_frictionloss efc_force
        int efc_state
    """),
    _item("environments", "env", "env env_id", state="""
        vec3* root_pos
        quat* root_quat
        vec3 root_lin_vel root_ang_vel
    """, step="""
        vec3 command
        float episode_return
        int episode_length
        flag terminated truncated
    """),
    _item("elements", "tet", "tet tet_id", state="""
        deformation* tet_F
        float tet_plastic_strain
    """, step="""
        mat33 tet_stress
    """, model="""
        mat33 tet_pose
        float tet_volume tet_activation tet_mu tet_lambda
    """),
    _item("paths", "path", "path_id path", state="""
        vec3 ray_origin ray_dir throughput radiance
        pair pixel
        int bounce rng_state
    """),
    _item("hits", "ray", "ray ray_id", step="""
        float hit_t
        vec3 hit_pos hit_normal
        vec2 hit_uv
        id hit_shape hit_face
    """),
    _item("tendons", "tendon", "tenid tendon", step="""
        float ten_length ten_velocity ten_force
    """, model="""
        float tendon_stiffness tendon_damping tendon_lengthspring tendon_invweight0
        int tendon_adr tendon_num
    """),
)  # fmt: skip
"""The types of items and their fields. Each uses the names of one library."""
