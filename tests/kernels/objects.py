"""Kernels that ask meshes, trees and grids everything that the reference models."""

import warp as wp


@wp.kernel
def closest_point(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    found = wp.mesh_query_point_no_sign(mesh, x[tid], reach)
    if found.result:
        at = wp.mesh_eval_position(mesh, found.face, found.u, found.v)
        out[tid, 0] = wp.length(at - x[tid])
        out[tid, 1] = at[0]
        out[tid, 2] = at[1] - at[2]
        hits[tid] = 1
    else:
        hits[tid] = -1 - found.face


@wp.kernel
def signed_distance(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    found = wp.mesh_query_point(mesh, x[tid], reach)
    again = wp.mesh_query_point_sign_winding_number(mesh, x[tid], reach)
    out[tid, 0] = found.sign
    out[tid, 1] = again.sign
    out[tid, 2] = found.u + found.v
    if found.result and again.result:
        hits[tid] = 1
        out[tid, 2] = wp.length(wp.mesh_eval_position(mesh, found.face, found.u, found.v) - x[tid])


@wp.kernel
def rays(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    direction = wp.vec3(0.3, 0.1, 0.2) - x[tid]
    found = wp.mesh_query_ray(mesh, x[tid], direction, reach)
    out[tid, 0] = found.t
    if found.result:
        out[tid, 1] = wp.dot(found.normal, wp.vec3(1.0, 2.0, 3.0))
        out[tid, 2] = wp.sign(found.sign) + wp.mesh_eval_velocity(mesh, found.face, found.u, found.v)[1]
        hits[tid] = found.face
    if wp.mesh_query_ray_anyhit(mesh, x[tid], direction, reach):
        hits[tid] += 100


@wp.kernel
def parts(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    held = wp.mesh_get(mesh)
    corner = tid % held.indices.shape[0]
    face = tid % (held.indices.shape[0] // 3)
    hits[tid] = held.indices[corner] * 100 + wp.mesh_get_index(mesh, corner)
    out[tid, 0] = held.points[held.indices[corner]][0] + reach
    out[tid, 1] = wp.mesh_get_point(mesh, corner)[1] + wp.mesh_get_velocity(mesh, corner)[2] * x[tid][0]
    out[tid, 2] = wp.dot(wp.mesh_eval_face_normal(mesh, face), held.velocities[0])


@wp.kernel
def faces_in_box(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.3
    query = wp.mesh_query_aabb(mesh, x[tid] - half, x[tid] + half)
    face = int(0)
    count = int(0)
    while wp.mesh_query_aabb_next(query, face):
        count += 1
        out[tid, 0] += wp.mesh_get_point(mesh, face * 3)[0]
    for other in wp.mesh_query_aabb(mesh, x[tid], x[tid] + half):
        count += 100 + other
    hits[tid] = count


@wp.kernel
def boxes(bvh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    query = wp.bvh_query_aabb(bvh, x[tid] - half, x[tid] + half)
    index = int(0)
    count = int(0)
    while wp.bvh_query_next(query, index):
        if index % 3 == 0:
            continue
        count += 1
        if count > 50:
            break
    met = wp.bvh_query_ray(bvh, x[tid], wp.vec3(0.3, 0.1, 0.2) - x[tid])
    while wp.bvh_query_next(met, index):
        count += 100 + index
        out[tid, 0] += float(index)
    hits[tid] = count


@wp.kernel
def neighbours(grid: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    i = wp.hash_grid_point_id(grid, tid)
    near = wp.hash_grid_query(grid, x[i], reach)
    count = int(0)
    total = float(0.0)
    for j in near:
        distance = wp.length(x[i] - x[j])
        if distance < reach:
            count += 1
            total += reach - distance
    other = wp.hash_grid_query(grid, x[i], 0.5 * reach)
    j = int(0)
    while wp.hash_grid_query_next(other, j):
        if j != i and wp.length(x[i] - x[j]) < 0.5 * reach:
            count += 100
    hits[i] = count
    out[i, 1] = total


@wp.kernel
def field(volume: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    at = wp.volume_world_to_index(volume, x[tid])
    slope = wp.vec3()
    out[tid, 0] = wp.volume_sample_grad_f(volume, at, wp.Volume.LINEAR, slope)
    along = wp.volume_world_to_index_dir(volume, wp.volume_index_to_world_dir(volume, slope) * reach)
    out[tid, 1] = wp.dot(along, wp.vec3(1.0, 2.0, 3.0))
    nearest = wp.vec3()
    value = wp.volume_sample_grad_f(volume, at, wp.Volume.CLOSEST, nearest)
    value += wp.volume_sample_f(volume, at + wp.vec3(0.3, 0.1, -0.2), wp.Volume.LINEAR) + nearest[0]
    other = wp.volume_sample_grad(volume, at, wp.Volume.LINEAR, nearest, dtype=float)
    out[tid, 2] = value + other * nearest[1] + wp.volume_sample(volume, at, wp.Volume.CLOSEST, dtype=float)
    again = wp.volume_index_to_world(volume, at)
    if wp.length(again - x[tid]) < 0.001:
        hits[tid] = 1
    out[tid, 2] += wp.volume_lookup_f(volume, int(at[0]), int(at[1]), int(at[2]))
    out[tid, 1] += wp.volume_lookup(volume, tid % 7 - 1, tid % 5 - 1, tid % 12 - 1, dtype=float)


@wp.kernel
def flow(volume: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    at = wp.volume_world_to_index(volume, x[tid])
    here = wp.volume_sample_v(volume, at, wp.Volume.LINEAR)
    jacobian = wp.mat33()
    there = wp.volume_sample_grad(volume, at * reach, wp.Volume.LINEAR, jacobian, dtype=wp.vec3)
    nearest = wp.volume_sample_v(volume, at, wp.Volume.CLOSEST) + wp.volume_lookup_v(volume, tid % 7, tid % 3, -1)
    out[tid, 0] = wp.dot(here, wp.vec3(1.0, 2.0, 3.0)) + wp.dot(nearest, wp.vec3(1.0, -2.0, 3.0))
    out[tid, 1] = wp.dot(there, wp.vec3(3.0, 2.0, 1.0))
    out[tid, 2] = jacobian[0, 1] - 2.0 * jacobian[1, 2] + wp.trace(jacobian)
    if wp.length(wp.volume_lookup(volume, tid % 7, 2, 1, dtype=wp.vec3)) > 0.8:
        hits[tid] = 1


@wp.kernel
def labels(volume: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    at = wp.volume_world_to_index(volume, x[tid])
    hits[tid] = wp.volume_sample_i(volume, at) * 100 + wp.volume_lookup_i(volume, tid % 9 - 1, tid % 5, tid % 13)
    hits[tid] += 10000 * wp.volume_lookup(volume, tid % 4, tid % 5, 3, dtype=int)
    out[tid, 0] = reach


@wp.kernel
def picture(image: wp.Texture2D, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    at = wp.vec2(x[tid][0], x[tid][1])
    out[tid, 0] = wp.texture_sample(image, at, dtype=float)
    out[tid, 1] = wp.texture_sample(image, at * (5.0 * reach), dtype=float)
    if wp.texture_sample(image, wp.vec2(0.2, x[tid][2]), dtype=float) > 0.4:
        hits[tid] = 1


@wp.kernel
def block(field: wp.Texture3D, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    out[tid, 0] = wp.texture_sample(field, x[tid], dtype=float)
    out[tid, 1] = wp.texture_sample(field, x[tid] * (4.0 * reach), dtype=float)
    if wp.texture_sample(field, wp.vec3(0.2, 0.7, x[tid][2]), dtype=float) > 0.4:
        hits[tid] = 1


@wp.kernel
def sides(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    found = wp.mesh_query_point_sign_normal(mesh, x[tid], reach)
    again = wp.mesh_query_point_sign_parity(mesh, x[tid], reach, 3, 0.2)
    everywhere = wp.mesh_query_point_sign_parity(mesh, x[tid], reach, 0)
    out[tid, 0] = found.sign
    out[tid, 1] = again.sign + 10.0 * everywhere.sign
    if found.result and again.result and everywhere.result:
        hits[tid] = wp.mesh_query_ray_count_intersections(mesh, x[tid], wp.vec3(0.31, 0.17, 0.23) - x[tid])
        out[tid, 2] = wp.length(wp.mesh_eval_position(mesh, found.face, found.u, found.v) - x[tid])


@wp.kernel
def furthest_point(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    found = wp.mesh_query_furthest_point_no_sign(mesh, x[tid], 2.0 * reach)
    if found.result:
        at = wp.mesh_eval_position(mesh, found.face, found.u, found.v)
        out[tid, 0] = wp.length(at - x[tid])
        out[tid, 1] = at[0] + 2.0 * at[1]
        hits[tid] = 1
    else:
        hits[tid] = -1


@wp.kernel
def faces_in_sphere(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    query = wp.mesh_query_sphere(mesh, x[tid], 0.7 * reach)
    face = int(0)
    count = int(0)
    while wp.mesh_query_next(query, face):
        count += 1 + face
    nothing = wp.mesh_query_sphere(mesh, x[tid], -reach)
    while wp.mesh_query_next(nothing, face):
        count += 1000
    half = wp.vec3(reach, reach, reach) * 0.3
    tree = wp.mesh_get_bvh(mesh)
    boxes = wp.bvh_query_aabb(tree, x[tid] - half, x[tid] + half)
    while wp.bvh_query_next(boxes, face):
        count += 100 * face
    hits[tid] = count
    out[tid, 0] = 0.5 * float(count)


@wp.kernel
def around_boxes(bvh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    toward = wp.vec3(0.3, 0.1, 0.2) - x[tid]
    index = int(0)
    count = int(0)
    swept = wp.bvh_query_capsule(bvh, x[tid], toward, 0.2 * reach)
    while wp.bvh_query_next(swept, index, 1.0):
        count += 1 + index
    near = wp.bvh_query_sphere(bvh, x[tid], 0.6 * reach)
    while wp.bvh_query_next(near, index, 0.0):
        count += 100 * index
    met = wp.bvh_query_ray(bvh, x[tid], toward)
    while wp.bvh_query_next(met, index, 0.5 * reach):
        out[tid, 0] += float(1 + index)
    hits[tid] = count


@wp.kernel
def boxes_of_a_group(bvh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    root = wp.bvh_get_group_root(bvh, tid % 5 - 1)
    half = wp.vec3(reach, reach, reach) * 0.4
    query = wp.bvh_query_aabb(bvh, x[tid] - half, x[tid] + half, root)
    index = int(0)
    count = int(0)
    while wp.bvh_query_next(query, index):
        count += 1 + index
    near = wp.bvh_query_sphere(bvh, x[tid], reach, root)
    while wp.bvh_query_next(near, index):
        count += 100 * index
    hits[tid] = count
    out[tid, 0] = 0.5 * float(count)


@wp.kernel
def faces_of_a_group(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    root = wp.mesh_get_group_root(mesh, tid % 5 - 1)
    toward = wp.vec3(0.31, 0.17, 0.23) - x[tid]
    found = wp.mesh_query_ray(mesh, x[tid], toward, 5.0 * reach, root)
    if found.result:
        out[tid, 0] = found.t
        hits[tid] = 1
    hits[tid] += 10 * wp.mesh_query_ray_count_intersections(mesh, x[tid], toward, root)


@wp.kernel
def boxes_of_a_block(bvh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    query = wp.tile_bvh_query_aabb(bvh, x[tid] - half, x[tid] + half)
    count = int(0)
    while wp.tile_query_valid(query):
        index = wp.untile(wp.tile_bvh_query_next(query))
        if index >= 0:
            count += 1 + index
    met = wp.bvh_query_ray_tiled(bvh, x[tid], wp.vec3(0.3, 0.1, 0.2) - x[tid])
    found = wp.bvh_query_next_tiled(met)
    while wp.tile_max(found)[0] >= 0:
        count += 100 * wp.tile_max(found)[0]
        found = wp.bvh_query_next_tiled(met)
    hits[tid] = count
    out[tid, 0] = 0.5 * float(count)


@wp.kernel
def faces_of_a_block(mesh: wp.uint64, x: wp.array[wp.vec3], reach: float, out: wp.array2d[float], hits: wp.array[int]):
    tid = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    query = wp.tile_mesh_query_aabb(mesh, x[tid] - half, x[tid] + half)
    count = int(0)
    while wp.tile_query_valid(query):
        face = wp.untile(wp.tile_mesh_query_aabb_next(query))
        if face >= 0:
            count += 1 + face
    hits[tid] = count
    out[tid, 0] = 0.5 * float(count)
