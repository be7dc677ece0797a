"""Bodies of solve for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def solve(
    contact_count, tid, contact_max, contact_shape0, contact_shape1, shape_body, body_q, body_com, body_inv_mass,
    body_inv_inertia, contact_normal, contact_point0, contact_point1, contact_margin, gap_along, contact_margin0,
    contact_margin1, contact_lambda, WEIGHED, w_n, compliance, dt, relaxation, shape_mu, contact_mu, contact_last0,
    contact_last1, across, SLID, w_t, num_sliding,
):
    #| one of
    if tid >= contact_count[0]:
        return
    #| or
    if tid >= wp.min(contact_count[0], contact_max):
        return
    #| end
    shape_a = contact_shape0[tid]
    shape_b = contact_shape1[tid]
    #| one of
    if shape_a == shape_b:
        return
    #| or
    #| end
    #? the ground is no body and does not move
    body_a = int(-1)
    body_b = int(-1)
    if shape_a >= 0:
        body_a = shape_body[shape_a]
    if shape_b >= 0:
        body_b = shape_body[shape_b]
    #| 0.5
    if body_a < 0 and body_b < 0:
        return
    #| end
    X_a = wp.transform_identity()
    X_b = wp.transform_identity()
    com_a = wp.vec3(0.0, 0.0, 0.0)
    com_b = wp.vec3(0.0, 0.0, 0.0)
    m_a = float(0.0)
    m_b = float(0.0)
    I_a = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    I_b = wp.mat33(0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)
    if body_a >= 0:
        X_a = body_q[body_a]
        com_a = body_com[body_a]
        m_a = body_inv_mass[body_a]
        I_a = body_inv_inertia[body_a]
    if body_b >= 0:
        X_b = body_q[body_b]
        com_b = body_com[body_b]
        m_b = body_inv_mass[body_b]
        I_b = body_inv_inertia[body_b]
    n = contact_normal[tid]
    p_a = wp.transform_point(X_a, contact_point0[tid])
    p_b = wp.transform_point(X_b, contact_point1[tid])
    #| one of
    depth = gap_along(n, p_a, p_b) - contact_margin[tid]
    #| or
    depth = gap_along(n, p_a, p_b)
    #| or
    depth = wp.dot(n, p_b - p_a) - contact_margin[tid]
    #| or
    depth = wp.dot(n, p_b - p_a) - contact_margin0[tid] - contact_margin1[tid]
    #| or
    depth = wp.dot(n, p_b - p_a)
    #| end
    #| one of
    # apart
    if depth >= 0.0:
        return
    #| or
    if depth >= 0.0:
        #| 0.6
        contact_lambda[tid] = 0.0
        #| end
        return
    #| end
    r_a = p_a - wp.transform_point(X_a, com_a)
    r_b = p_b - wp.transform_point(X_b, com_b)
    q_a = wp.transform_get_rotation(X_a)
    q_b = wp.transform_get_rotation(X_b)
    WEIGHED
    if w_n <= 0.0:
        return
    #| one of
    alpha = compliance / (dt * dt)
    lam = -depth / (w_n + alpha)
    #| or
    lam = -depth / (w_n + compliance / (dt * dt))
    #| end
    #| 0.5
    lam *= relaxation
    #| end
    impulse = n * lam
    #| 0.8
    # friction against what it has slipped since the last step
    #| one of
    #? the other shape decides for the ground
    mu = float(0.0)
    if shape_a >= 0:
        mu = shape_mu[shape_a]
    if shape_b >= 0:
        mu = wp.max(mu, shape_mu[shape_b])
    #| or
    mu = contact_mu[tid]
    #| end
    slip = p_b - p_a - (wp.transform_point(X_b, contact_last1[tid]) - wp.transform_point(X_a, contact_last0[tid]))
    #| one of
    slip -= n * wp.dot(n, slip)
    #| or
    slip = across(slip, n)
    #| or
    slip = across(slip, n)
    #| end
    dist = wp.length(slip)
    if dist > 0.0:
        t = slip / dist
        SLID
        #| one of
        if w_t > 0.0:
            # inside the cone
            lam_t = wp.min(dist / (w_t + compliance / (dt * dt)), mu * lam)
            impulse -= t * lam_t
        #| or
        if w_t > 0.0:
            lam_t = dist / (w_t + compliance / (dt * dt))
            if lam_t > mu * lam:
                # it slides
                lam_t = mu * lam
                #| 0.5
                wp.atomic_add(num_sliding, 0, 1)
                #| end
            impulse -= t * lam_t
        #| end
    #| end
    #| 0.6
    contact_lambda[tid] = lam
    #| end
