"""Observations and rewards for a robot that learns."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.lines import join
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "environments")


def _step_lines(p: Program, skip: int) -> tuple[str, str, str, str]:
    """Return the lines of costs, rewards, the end of an episode, and observations."""
    body = """
        {?0.3 if action.shape[0] != state.qd.shape[0]:
            raise ValueError(f'expected an action for each of <<state.qd.shape[0]>> robots, got <<action.shape>>')}
        {?0.3 # {robots run along the first axis}}
        forward = state.qd[:, 0]
        {cost = ctrl_cost * jnp.sum(action ** 2, axis=-1) ~
        {if previous is not None:
            {?0.5 # {penalize vibration}}
            cost = ctrl_cost * jnp.sum((action - previous) ** 2, axis=-1)
        else:
            cost = ctrl_cost * jnp.sum(action ** 2, axis=-1)}}
        {?0.4 # {a fallen robot has failed}}
        {healthy = (state.height > min_height) & (state.height < max_height) ~
        healthy = state.height > min_height
        if max_height is not None:
            healthy = healthy & (state.height < max_height)}
    """
    rewarded = _BODIES["rewarded.rewarded"]
    done = "done = 1.0 - healthy.astype(reward.dtype)"
    if p.choices.chance(0.4):
        rewarded = _BODIES["rewarded.terminated"]
        done = ""
    observation = f"""
        {{position = state.q
        if exclude:
            {{?0.5 # {{where the robot is does not matter}}}}
            position = position[:, {skip}:]
        obs = jnp.concatenate([position, state.qd], axis=-1) ~
        {{?0.4 # {{where the robot is does not matter}}}}
        velocity = jnp.clip(state.qd, -10.0, 10.0)
        obs = jnp.concatenate([state.q[:, {skip}:], velocity], axis=-1) ~
        obs = jnp.concatenate([state.q[:, {skip}:], state.qd], axis=-1)}}
    """
    return body, rewarded, done, observation


def environment(p: Program) -> Text:
    """Draw a function that computes a robot's observation, its reward and whether the episode ends."""
    n, dof = p.size(64, 128, 256), p.size(6, 8, 12)
    form = p.pick("both", "reward", "dict")
    seen = form != "reward"
    moves = [("qd", Leaf((n, dof), -3, 3)), ("height", Leaf((n,), 0.1, 1.5))]
    state = p.record(
        "PipelineState",
        [*([("q", Leaf((n, dof), -1, 1))] if seen else []), *moves],
        "Positions and velocities of many copies of a robot",
    )
    skip = p.choices.choice((1, 2))
    obs = Leaf((n, 2 * dof - skip))
    ends: dict[str, tuple[str, tuple[Tree, ...]]] = {
        "both": ("return obs, reward, done", (obs, Leaf((n,)), Leaf((n,)))),
        "reward": ("return reward, done", (Leaf((n,)), Leaf((n,)))),
        "dict": (
            "return obs, reward, done, <<'forward': forward, 'ctrl': cost>>",
            (obs, Leaf((n,)), Leaf((n,)), {"forward": Leaf((n,)), "ctrl": Leaf((n,))}),
        ),
    }
    end, result = ends[form]
    body, rewarded, done, observation = _step_lines(p, skip)
    return Text(
        lines=join(body, rewarded, observation if seen else "", done, end),
        given={
            "state": Array(state, "state of the simulation", ("state", "pipeline_state", "data")),
            "action": Array(Leaf((n, dof), -1, 1), "actions of shape (batch, joints)", ("action", "actions")),
            "previous": Array(Leaf((n, dof), -1, 1), "actions of the previous step", ("last_action", "prev_action")),
            "ctrl_cost": Constant("0.1", "weight of the control cost", ("ctrl_cost", "ctrl_cost_weight"), (0.05, 0.5)),
            "healthy_reward": Constant("1.0", "reward of a healthy robot", ("healthy_reward",), (0.5, 2)),
            "forward_weight": Constant("1.25", "weight of the forward velocity", ("forward_weight",), (0.5, 2)),
            "min_height": Option("float", "smallest height of a healthy robot", ("0.3", "0.2"),
                                 ("min_height", "min_z")),
            "max_height": Option("float", "largest height of a healthy robot", ("1.2", "1.0"), ("max_height", "max_z")),
            "terminate": Option("bool", "whether to end the episode of an unhealthy robot", ("True", "False"),
                                ("terminate_when_unhealthy", "terminate")),
            "exclude": Option("bool", "whether to leave the position out of the observation", ("True",),
                              ("exclude_position",)),
        },
        result=result,
        titles=("reward_and_done", "get_reward", "step_outcome") if form == "reward" else
        ("observe_and_reward", "step_outcome", "observe_step"),
        summary="Computes rewards and termination flags of many robots" if form == "reward" else
        "Computes observations, rewards and termination flags of many robots",
        returned="one entry for each robot",
    )  # fmt: skip
