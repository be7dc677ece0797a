"""Bodies of chain for ``recipes/applications/kinematics.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def chain(X_local, tid, up_of, pose_out, stop_at, body_q, tip_offset, tip_out):
    X = X_local[tid]
    node = int(up_of[tid])
    #| 0.5
    while node >= 0:
        # parents come from the left
        X = either(X_local[node] * X, wp.transform_multiply(X_local[node], X))
        node = up_of[node]
    pose_out[tid] = X
    #| else
    while node >= 0:
        #| 0.7
        # a body that is placed in the world ends the chain
        if stop_at[node] == 1:
            X = body_q[node] * X
            break
        #| end
        X = X_local[node] * X
        node = up_of[node]
    pose_out[tid] = X
    #| 0.4
    # a point that the link carries
    tip_out[tid] = wp.transform_point(X, tip_offset[tid])
    #| end
    #| end
