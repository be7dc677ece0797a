"""Bodies of joint_copy for ``recipes/applications/joints.py``."""


def joint_copy(joint_world, tid, world_mask, REST, MOVE):
    #| 0.7
    if not world_mask[joint_world[tid]]:
        return
    #| end
    REST
    MOVE
