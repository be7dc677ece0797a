"""Bodies of weighed for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def weighed(n, q_a, r_a, q_b, r_b, I_a, I_b, m_a, m_b):
    #? torque on the bodies in their own frames
    turn_a = wp.quat_rotate_inv(q_a, wp.cross(r_a, n))
    turn_b = wp.quat_rotate_inv(q_b, wp.cross(r_b, n))
    w_n = m_a + m_b + wp.dot(turn_a, I_a * turn_a) + wp.dot(turn_b, I_b * turn_b)
