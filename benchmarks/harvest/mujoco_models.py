"""Three steps of models that mujoco_warp brings along, each of another part of it."""

from pathlib import Path

import mujoco
import mujoco_warp
import warp as wp

wp.config.log_level = wp.LOG_ERROR
MODELS = (
    "pendula.xml",
    "humanoid/humanoid.xml",
    "constraints.xml",
    "primitives.xml",
    "actuation/actuators.xml",
    "actuation/muscle.xml",
    "tendon/wrap.xml",
    "tendon/fixed_site.xml",
    "hfield/hfield.xml",
    "flex/scene.xml",
    "collision_sdf/scene.xml",
)
STEPS = 3


def main() -> None:
    folder = Path(mujoco_warp.__file__).parent / "test_data"
    for name in MODELS:
        try:
            run(folder / name)
        except (ValueError, NotImplementedError) as error:
            print(f"{name}: {error}", flush=True)
        else:
            print(f"{name}: {STEPS} steps", flush=True)


def run(path: Path) -> None:
    """Step a model, from its first key frame if it has one."""
    model = mujoco.MjModel.from_xml_path(str(path))
    data = mujoco.MjData(model)
    if model.nkey:
        mujoco.mj_resetDataKeyframe(model, data, 0)
    mujoco.mj_forward(model, data)
    ours, state = mujoco_warp.put_model(model), mujoco_warp.put_data(model, data)
    for _ in range(STEPS):
        mujoco_warp.step(ours, state)


if __name__ == "__main__":
    main()
