"""Groups of arrays that are stored in one record, and the names of records, of settings and of their fields."""

from collections.abc import Mapping
from dataclasses import dataclass

from synthesis.frontends import plain_names

UNUSABLE_NAMES = plain_names.MUTATORS | plain_names.NO_ATTRIBUTES | plain_names.NO_KEYWORDS | {"add"}
"""Names that a source may not use as attributes, because they could do more than define a function."""
TUPLE_METHODS = frozenset({"count", "index"})
"""Attributes that tuples already have."""
CALL_OPTIONS = frozenset(
    {"training", "train", "is_training", "deterministic", "inference", "keepdims", "axis", "where"}
)
"""Parameters that each call chooses for itself."""


@dataclass(frozen=True, slots=True)
class Together:
    """Arrays that are usually kept in one record."""

    patterns: tuple[str, ...]
    """A pattern for each field. The first ones have to be present."""
    least: int
    """Number of fields that have to be present."""
    kinds: tuple[str, ...]
    """The possible names of the class."""
    names: tuple[str, ...]
    description: str
    categories: frozenset[str] = frozenset()
    """The categories in which it may be used; empty for all."""


_DYNAMICS = frozenset({"molecules", "dynamics", "bodies"})
TOGETHER = (
    Together(
        (r"(joint_pos|qpos|q|joint_positions|joint_angles)", r"(joint_vel|qvel|qd|joint_velocities)"), 2,
        ("JointState", "State"), ("joints", "state", "joint_state"), "positions and velocities of the joints",
        _DYNAMICS,
    ),
    Together(
        (r"(R|x|pos|positions?|coords)", r"(V|v|vel|velocity|velocities|P|p|momenta)",
         r"(mass|masses|m)", r"(charges?|species(_idx)?|types)"), 2,
        ("State", "ParticleState", "SimState"), ("state", "particles", "system"), "the particles", _DYNAMICS,
    ),
    Together(
        (r"(R|x|pos|positions?|coords)", r"(q|charges?|species(_idx)?|types|mass|masses|radii|radius|sigma)",
         r"(side|box|box_size)"), 2,
        ("System", "Particles", "Molecule"), ("system", "particles", "atoms"), "the particles", _DYNAMICS,
    ),
    Together(
        (r"(mu|exp_avg|m|first_moment|momentum|momentum_buffer|trace|velocity)",
         r"(nu|exp_avg_sq|v|second_moment)", r"(step|num_steps|t|iteration|num_updates)"), 2,
        ("OptState", "OptimizerState", "Moments"), ("state", "opt_state"), "the optimizer's state",
        frozenset({"optimizers", "training"}),
    ),
    Together(
        (r"(senders|sources|src|edge_src)", r"(receivers|targets|dst|edge_dst)",
         r"(edges|edge_weights?|edge_features)"), 2,
        ("Edges", "EdgeList"), ("edges", "edge_list"), "the edges of the graph",
    ),
    Together(
        (r"(F|A|transition)", r"(H|C|observation)", r"(q_diag|Q)", r"(r_diag|R)"), 3,
        ("LinearModel", "StateSpace"), ("model", "system"), "the model", frozenset({"dynamics"}),
    ),
    Together((r"forces?", r"torques?"), 2, ("Wrench", "Load"), ("wrench", "loads"), "forces and torques"),
    Together(
        (r"(mass|masses)", r"(inertia|moment_of_inertia|radius)"), 2, ("Inertia", "BodyParams"), ("inertial", "props"),
        "mass properties", frozenset({"bodies"}),
    ),
    Together(
        (r"(stiffness|kp)", r"(damping|kd)", r"(home_pose|default_pose)"), 2, ("Gains", "ActuatorParams"),
        ("gains", "actuator"), "gains of the joints", frozenset({"bodies", "dynamics"}),
    ),
    Together(
        (r"(rewards?|r_t)", r"(dones?|terminals?)", r"(values|v_t|actions|a_t)",
         r"(log_probs|logp|behavior_log_probs)"),
        2, ("Transition", "Trajectory", "Rollout"), ("batch", "traj", "rollout"), "what happened",
        frozenset({"losses", "pipelines"}),
    ),
    Together((r"(mean|channel_mean)", r"(std|channel_std)"), 2, ("Stats", "Normalization"), ("stats", "norm_stats"),
              "mean and standard deviation of each channel"),
    Together((r"(a|down|lora_a)", r"(b|up|lora_b)"), 2, ("Adapter", "LoraParams"), ("adapter", "lora"),
              "both factors of the update", frozenset({"utilities"})),
    Together(
        (r"(weight|weights|w|kernel|proj)", r"(bias|b)", r"(scale|gamma)"), 2, ("Params", "LayerParams"),
        ("params", "layer"), "parameters of the layer",
    ),
)  # fmt: skip
"""The groups of arrays. An earlier one is packed first."""
NOUNS: Mapping[str, tuple[str, ...]] = {
    "optimizers": ("Optimizer", "Update"), "layers": ("Layer", "Model"), "losses": ("Loss",),
    "dynamics": ("Simulation", "Sim"), "bodies": ("Sim", "Physics"), "molecules": ("Simulation", "Sim"),
    "utilities": ("",), "pipelines": ("",), "training": ("Train", "Training"),
    "control": ("Control", "Planner"), "state_filter": ("Filter",), "recurrent_layer": ("Cell", "Rnn"),
    "graph_layer": ("GraphNet", "Gnn"), "image_block": ("Block", "ConvBlock"), "attention_layer": ("Attention",),
    "transformer_block": ("Block", "Transformer"), "embedding": ("Embedding",), "sampling": ("Sampling", "Decoding"),
    "episode_returns": ("Agent", "Advantage"), "batch_preparation": ("Data", "Preprocess"), "grid_step": ("Grid",),
    "integrator": ("Solver",), "scheduled_step": ("Schedule", "Optimizer"),
}  # fmt: skip
"""Nouns for the names of settings classes, by recipe or by category."""
SETTINGS_NAMES = (
    ("Config", ("config", "cfg")), ("Config", ("config", "cfg")), ("Params", ("params", "cfg")),
    ("Options", ("options", "opts")), ("Settings", ("settings", "config")),
)  # fmt: skip
"""The ends of the names of settings classes, each with names of the object."""


def may_be_field(key: str) -> bool:
    """Return whether an entry or a result may be a field of this name."""
    return key.isidentifier() and key not in UNUSABLE_NAMES


def class_name_of(name: str) -> str:
    """Return the name of the class for a variable, such as ``OptState`` for ``opt_state``."""
    return "".join(each[:1].upper() + each[1:] for each in name.split("_"))
