"""Bodies of moved for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def moved(body_SIDE, I_SIDE, impulse, q_SIDE, r_SIDE, body_delta, m_SIDE, COUNT):
    if body_SIDE >= 0:
        ang_SIDE = wp.quat_rotate(q_SIDE, I_SIDE * wp.quat_rotate_inv(q_SIDE, wp.cross(r_SIDE, impulse)))
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, ang_SIDE))
        COUNT


def moved_2(body_SIDE, I_SIDE, impulse, q_SIDE, r_SIDE, body_delta, m_SIDE, COUNT):
    if body_SIDE >= 0:
        local_SIDE = I_SIDE * wp.quat_rotate_inv(q_SIDE, wp.cross(r_SIDE, impulse))
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, wp.quat_rotate(q_SIDE, local_SIDE)))
        COUNT


def moved_3(body_SIDE, q_SIDE, I_SIDE, impulse, r_SIDE, body_delta, m_SIDE, COUNT):
    if body_SIDE >= 0:
        R_SIDE = wp.quat_to_matrix(q_SIDE)
        I_world_SIDE = R_SIDE * I_SIDE * wp.transpose(R_SIDE)
        ang_SIDE = I_world_SIDE * wp.cross(r_SIDE, impulse)
        wp.ATOMIC(body_delta, body_SIDE, wp.spatial_vector(impulse * m_SIDE, ang_SIDE))
        COUNT
