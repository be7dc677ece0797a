"""Bodies of shape_flags for ``recipes/applications/shape_frames.py``."""

from synthesis.drawing.kernel_files.words import either


def shape_flags(
    shape_flags, tid, shape_body, IMMOVABLE, KINEMATIC, body_flags, DYNAMIC, collision_group, shape_world,
    world_active, COLLIDES, has_flag, flags_out,
):
    flags = shape_flags[tid]
    body = shape_body[tid]
    #| one of
    # immovable shapes
    if body < 0:
        flags = flags | IMMOVABLE
    elif (body_flags[body] & KINEMATIC) != 0:
        flags = flags | IMMOVABLE
    #| or
    # neither the world nor kinematic bodies
    if body < 0 or body_flags[body] & KINEMATIC:
        flags = flags | IMMOVABLE
    #| or
    if body >= 0 and (body_flags[body] & KINEMATIC) == 0:
        flags = flags | DYNAMIC
    #| end
    #? a shape of group 0, or of an inactive world, is visual only
    hidden = either(collision_group[tid] == 0, shape_world[tid] >= 0 and not world_active[shape_world[tid]], collision_group[tid] == 0 or (shape_world[tid] >= 0 and not world_active[shape_world[tid]]))
    #| one of
    if hidden and (flags & COLLIDES) != 0:
        flags = flags ^ COLLIDES
    #| or
    if hidden and has_flag(flags, COLLIDES):
        flags = flags ^ COLLIDES
    #| end
    flags_out[tid] = flags
