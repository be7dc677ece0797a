"""Bodies of volume_labels for ``recipes/applications/volume_queries.py``."""

import warp as wp


def assign_materials(LABEL, label, EMPTY, material, tid, label_count):
    LABEL
    #| one of
    #? outside of all regions
    #| one of
    if label <= 0:
    #| or
    #: if label == EMPTY:
    #| end
        material[tid] = EMPTY
        return
    material[tid] = label
    #| one of
    wp.atomic_add(label_count, label, 1)
    #| or
    #| end
    #| or
    material[tid] = label
    #| end


def region_masses(LABEL, label, label_mass, mass, tid, label_count):
    LABEL
    #| one of
    #| one of
    if label <= 0:
    #| or
    #: if label == EMPTY:
    #| end
        return
    wp.atomic_add(label_mass, label, mass[tid])
    #| one of
    wp.atomic_add(label_count, label, 1)
    #| or
    #| end
    #| or
    if label > 0:
        wp.atomic_add(label_mass, label, mass[tid])
    #| end


def stop_in_solid(LABEL, SOLID, label, particle_v_out, tid, particle_v):
    LABEL
    #| one of
    if label == SOLID:
        particle_v_out[tid] = wp.vec3(0.0, 0.0, 0.0)
    else:
        particle_v_out[tid] = particle_v[tid]
    #| or
    particle_v_out[tid] = wp.vec3(0.0, 0.0, 0.0) if label == SOLID else particle_v[tid]
    #| end
