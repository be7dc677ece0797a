"""Bodies of shape_sites for ``recipes/applications/shape_frames.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def shape_sites(site_body, tid, site_transform, body_q, pose_out, body_com_in, body_qd, site_v):
    body = site_body[tid]
    #| one of
    X_site = site_transform[tid]
    if body >= 0:
        X_site = either(body_q[body] * X_site, wp.transform_multiply(body_q[body], X_site))
    #| or
    X_wb = body_q[body] if body >= 0 else wp.transform_identity()
    X_site = X_wb * site_transform[tid]
    #| end
    pose_out[tid] = X_site
    #| 0.6
    # velocity of the point of the body that is there
    #| one of
    v = wp.vec3(0.0, 0.0, 0.0)
    if body >= 0:
        arm = wp.transform_get_translation(X_site) - wp.transform_point(body_q[body], body_com_in[body])
        v = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)
    #| one of
    site_v[tid] = v
    #| or
    # in the frame of the site
    site_v[tid] = wp.quat_rotate_inv(wp.transform_get_rotation(X_site), v)
    #| end
    #| or
    if body < 0:
        site_v[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    arm = wp.transform_get_translation(X_site) - wp.transform_point(body_q[body], body_com_in[body])
    site_v[tid] = wp.spatial_top(body_qd[body]) + wp.cross(wp.spatial_bottom(body_qd[body]), arm)
    #| end
    #| end
