"""Bodies of offsets for ``recipes/applications/world_rows.py``."""

import warp as wp


def flatten_contacts(
    env_active, i, num_contacts, world, contact_start, contact_ids, contact_ids_out, contact_dist, contact_dist_out,
    contact_pos, contact_pos_out, contact_geom, contact_geom_out, contact_world,
):
    #| one of
    #| one of
    if i >= num_contacts[world] or not env_active[world]:
    #| or
    #: if i >= num_contacts[world]:
    #| end
        return
    flat = contact_start[world] + i
    #| one of
    contact_ids_out[flat] = contact_ids[world, i]
    #| or
    contact_ids_out[flat] = contact_ids[world, i]
    contact_dist_out[flat] = contact_dist[world, i]
    #| end
    #| 0.4
    contact_pos_out[flat] = contact_pos[world, i]
    #| end
    #| 0.4
    contact_geom_out[flat] = contact_geom[world, i]
    #| end
    contact_world[flat] = world
    #| or
    if i < num_contacts[world]:
        contact_ids_out[contact_start[world] + i] = contact_ids[world, i]
        contact_world[contact_start[world] + i] = world
    #| end


def unflatten_contacts(
    i, num_contacts, world, world_contacts, contact_start, flat_ids, flat_pos, world_pos, FAR_AWAY, world_dist,
    flat_dist, world_geom, flat_geom,
):
    #| one of
    #? beyond the last contact of the world
    if i >= num_contacts[world]:
        world_contacts[world, i] = -1
        return
    world_contacts[world, i] = flat_ids[contact_start[world] + i]
    #| one of
    world_pos[world, i] = flat_pos[contact_start[world] + i]
    #| or
    #| end
    #| or
    #? beyond the last contact of the world
    if i >= num_contacts[world]:
        world_contacts[world, i] = -1
        world_dist[world, i] = FAR_AWAY
        return
    flat = contact_start[world] + i
    world_contacts[world, i] = flat_ids[flat]
    world_dist[world, i] = flat_dist[flat]
    #| one of
    world_pos[world, i] = flat_pos[flat]
    #| or
    #| end
    #| or
    if i >= num_contacts[world]:
        world_dist[world, i] = FAR_AWAY
        world_geom[world, i] = wp.vec2i(-1, -1)
        return
    flat = contact_start[world] + i
    world_dist[world, i] = flat_dist[flat]
    world_geom[world, i] = flat_geom[flat]
    #| one of
    world_pos[world, i] = flat_pos[flat]
    #| or
    #| end
    #| or
    if i < num_contacts[world]:
        world_contacts[world, i] = flat_ids[contact_start[world] + i]
        world_geom[world, i] = flat_geom[contact_start[world] + i]
    else:
        world_contacts[world, i] = -1
        world_geom[world, i] = wp.vec2i(-1, -1)
    #| or
    if i < num_contacts[world]:
        flat = contact_start[world] + i
        world_contacts[world, i] = flat_ids[flat]
        world_dist[world, i] = flat_dist[flat]
        #| 0.4
        world_pos[world, i] = flat_pos[flat]
        #| end
    else:
        world_contacts[world, i] = -1
        world_dist[world, i] = FAR_AWAY
    #| end


def globalize_body_ids(
    bodies_per_world, world, i, parent_body, parent_body_out, body_world, body_mass, mass_out, body_inertia,
    inertia_out, body_pos, body_pos_out, world_origin, spacing, root_out, is_root,
):
    #? each world has its own copy of the bodies
    first = world * bodies_per_world
    #| one of
    parent_body_out[first + i] = first + parent_body[i] if parent_body[i] >= 0 else -1
    body_world[first + i] = world
    #| or
    if parent_body[i] < 0:
        parent_body_out[first + i] = -1
    else:
        parent_body_out[first + i] = first + parent_body[i]
    body_world[first + i] = world
    #| or
    parent_body_out[first + i] = first + parent_body[i] if parent_body[i] >= 0 else -1
    mass_out[first + i] = body_mass[i]
    #| end
    #| 0.4
    inertia_out[first + i] = body_inertia[i]
    #| end
    #| 0.4
    # worlds are laid out side by side
    #| one of
    body_pos_out[first + i] = body_pos[i] + world_origin[world]
    #| or
    body_pos_out[first + i] = body_pos[i] + wp.vec3(float(world) * spacing, 0.0, 0.0)
    #| end
    #| end
    #| 0.4
    #| one of
    root_out[first + i] = first
    #| or
    is_root[first + i] = parent_body[i] < 0
    #| end
    #| end
