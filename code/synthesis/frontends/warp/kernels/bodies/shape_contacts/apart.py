"""Bodies of apart for ``recipes/applications/shape_contacts.py``."""

import warp as wp


def apart(X_a, X_b, MAX_DIST):
    pos_a = wp.transform_get_translation(X_a)
    pos_b = wp.transform_get_translation(X_b)
    dist = float(MAX_DIST)
    normal = wp.vec3(0.0, 0.0, 1.0)
    point = wp.vec3(0.0, 0.0, 0.0)
