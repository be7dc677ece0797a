"""Questions to meshes, trees, grids and textures."""

import warp as wp


@wp.kernel
def mesh_query_point__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_point(mesh, x[i], reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i]) * q.sign


@wp.kernel
def mesh_query_point_no_sign__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    q = wp.mesh_query_point_no_sign(mesh, x[i], reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i])


@wp.kernel
def mesh_query_point_sign_normal__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    q = wp.mesh_query_point_sign_normal(mesh, x[i], reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i]) * q.sign


@wp.kernel
def mesh_query_point_sign_parity__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    q = wp.mesh_query_point_sign_parity(mesh, x[i], reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i]) * q.sign


@wp.kernel
def mesh_query_point_sign_winding_number__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    q = wp.mesh_query_point_sign_winding_number(mesh, x[i], reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i]) * q.sign


@wp.kernel
def mesh_query_furthest_point_no_sign__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    q = wp.mesh_query_furthest_point_no_sign(mesh, x[i], 0.1 * reach)
    if q.result:
        out[i] = wp.length(wp.mesh_eval_position(mesh, q.face, q.u, q.v) - x[i])


@wp.kernel
def mesh_query_ray__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_ray(mesh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i], 10.0 * reach)
    if q.result:
        out[i] = q.t


@wp.kernel
def mesh_query_ray_anyhit__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    if wp.mesh_query_ray_anyhit(mesh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i], 10.0 * reach):
        out[i] = 1.0


@wp.kernel
def mesh_query_ray_count_intersections__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    out[i] = float(wp.mesh_query_ray_count_intersections(mesh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i])) + reach


@wp.kernel
def mesh_query_aabb__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    count = int(0)
    for f in wp.mesh_query_aabb(mesh, x[i] - half, x[i] + half):
        count += 1 + f
    out[i] = float(count)


@wp.kernel
def mesh_query_aabb_next__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.mesh_query_aabb(mesh, x[i] - half, x[i] + half)
    count = int(0)
    item = int(0)
    while wp.mesh_query_aabb_next(q, item):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def mesh_query_sphere__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_sphere(mesh, x[i], 0.5 * reach)
    count = int(0)
    item = int(0)
    while wp.mesh_query_next(q, item):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def mesh_query_next__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.mesh_query_sphere(mesh, x[i], 0.5 * reach)
    count = int(0)
    item = int(0)
    while wp.mesh_query_next(q, item):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def mesh_get_point__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.mesh_get_point(mesh, i % 6)[1] * reach + x[i][0]


@wp.kernel
def mesh_get_velocity__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.mesh_get_velocity(mesh, i % 6)[1] * reach + x[i][0]


@wp.kernel
def mesh_get_index__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = float(wp.mesh_get_index(mesh, i % 6)) * reach + x[i][0]


@wp.kernel
def mesh_eval_face_normal__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.dot(wp.mesh_eval_face_normal(mesh, i % 2), x[i]) * reach


@wp.kernel
def mesh_eval_position__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.dot(wp.mesh_eval_position(mesh, i % 2, 0.2, 0.3), x[i]) * reach


@wp.kernel
def mesh_eval_velocity__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.dot(wp.mesh_eval_velocity(mesh, i % 2, 0.2, 0.3), x[i]) * reach


@wp.kernel
def mesh_get__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    m = wp.mesh_get(mesh)
    out[i] = wp.dot(m.points[i % m.points.shape[0]], x[i]) * reach


@wp.kernel
def mesh_get_group_root__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    root = wp.mesh_get_group_root(mesh, 3)
    q = wp.mesh_query_ray(mesh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i], 10.0 * reach, root)
    if q.result:
        out[i] = q.t


@wp.kernel
def mesh_get_bvh__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    tree = wp.mesh_get_bvh(mesh)
    q = wp.bvh_query_aabb(tree, x[i] - half, x[i] + half)
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def mesh_query_aabb_tiled__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.mesh_query_aabb_tiled(mesh, x[i] - half, x[i] + half)
    t = wp.mesh_query_aabb_next_tiled(q)
    count = int(0)
    while wp.tile_max(t)[0] >= 0:
        count += wp.tile_sum(t)[0] + 1
        t = wp.mesh_query_aabb_next_tiled(q)
    out[i] = float(count)


@wp.kernel
def mesh_query_aabb_next_tiled__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.mesh_query_aabb_tiled(mesh, x[i] - half, x[i] + half)
    t = wp.mesh_query_aabb_next_tiled(q)
    out[i] = float(wp.where(wp.untile(t) >= 0, 1, 0))


@wp.kernel
def tile_mesh_query_aabb__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.tile_mesh_query_aabb(mesh, x[i] - half, x[i] + half)
    count = int(0)
    while wp.tile_query_valid(q):
        face = wp.untile(wp.tile_mesh_query_aabb_next(q))
        if face >= 0:
            count += face + 1
    out[i] = float(count)


@wp.kernel
def tile_mesh_query_aabb_next__own(
    mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)
):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.tile_mesh_query_aabb(mesh, x[i] - half, x[i] + half)
    count = int(0)
    while wp.tile_query_valid(q):
        face = wp.untile(wp.tile_mesh_query_aabb_next(q))
        if face >= 0:
            count += face + 1
    out[i] = float(count)


@wp.kernel
def tile_query_valid__own(mesh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.tile_mesh_query_aabb(mesh, x[i] - half, x[i] + half)
    count = int(0)
    while wp.tile_query_valid(q):
        face = wp.untile(wp.tile_mesh_query_aabb_next(q))
        if face >= 0:
            count += face + 1
    out[i] = float(count)


@wp.kernel
def bvh_query_aabb__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.bvh_query_aabb(bvh, x[i] - half, x[i] + half)
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_ray__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.bvh_query_ray(bvh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i])
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_capsule__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.bvh_query_capsule(bvh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i], 0.3 * reach)
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_sphere__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.bvh_query_sphere(bvh, x[i], 0.5 * reach)
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_next__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.bvh_query_ray(bvh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i])
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item, 2.0 * reach):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def bvh_get_group_root__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    root = wp.bvh_get_group_root(bvh, 3)
    q = wp.bvh_query_aabb(bvh, x[i] - half, x[i] + half, root)
    count = int(0)
    item = int(0)
    while wp.bvh_query_next(q, item):
        count += 1 + item
    out[i] = float(count)


@wp.kernel
def bvh_query_aabb_tiled__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.bvh_query_aabb_tiled(bvh, x[i] - half, x[i] + half)
    count = int(0)
    t = wp.bvh_query_next_tiled(q)
    while wp.tile_max(t)[0] >= 0:
        count += wp.tile_sum(t)[0] + 1
        t = wp.bvh_query_next_tiled(q)
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_ray_tiled__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.bvh_query_ray_tiled(bvh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i])
    count = int(0)
    t = wp.bvh_query_next_tiled(q)
    while wp.tile_max(t)[0] >= 0:
        count += wp.tile_sum(t)[0] + 1
        t = wp.bvh_query_next_tiled(q)
    out[i] = float(count) + reach


@wp.kernel
def bvh_query_next_tiled__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.bvh_query_aabb_tiled(bvh, x[i] - half, x[i] + half)
    count = int(0)
    t = wp.bvh_query_next_tiled(q)
    while wp.tile_max(t)[0] >= 0:
        count += wp.tile_sum(t)[0] + 1
        t = wp.bvh_query_next_tiled(q)
    out[i] = float(count) + reach


@wp.kernel
def tile_bvh_query_aabb__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.tile_bvh_query_aabb(bvh, x[i] - half, x[i] + half)
    count = int(0)
    while wp.tile_query_valid(q):
        item = wp.untile(wp.tile_bvh_query_next(q))
        if item >= 0:
            count += item + 1
    out[i] = float(count) + reach


@wp.kernel
def tile_bvh_query_ray__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.tile_bvh_query_ray(bvh, x[i], wp.vec3(0.3, 0.1, 0.2) - x[i])
    count = int(0)
    while wp.tile_query_valid(q):
        item = wp.untile(wp.tile_bvh_query_next(q))
        if item >= 0:
            count += item + 1
    out[i] = float(count) + reach


@wp.kernel
def tile_bvh_query_next__own(bvh: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    half = wp.vec3(reach, reach, reach) * 0.4
    q = wp.tile_bvh_query_aabb(bvh, x[i] - half, x[i] + half)
    count = int(0)
    while wp.tile_query_valid(q):
        item = wp.untile(wp.tile_bvh_query_next(q))
        if item >= 0:
            count += item + 1
    out[i] = float(count) + reach


@wp.kernel
def hash_grid_query__own(grid: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    count = int(0)
    for j in wp.hash_grid_query(grid, x[i], reach):
        if wp.length(x[i] - x[j]) < reach:
            count += 1
    out[i] = float(count)


@wp.kernel
def hash_grid_query_next__own(grid: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    q = wp.hash_grid_query(grid, x[i], reach)
    j = int(0)
    count = int(0)
    while wp.hash_grid_query_next(q, j):
        if wp.length(x[i] - x[j]) < reach:
            count += 1
    out[i] = float(count)


@wp.kernel
def hash_grid_point_id__own(grid: wp.uint64, x: wp.array(dtype=wp.vec3), reach: float, out: wp.array(dtype=float)):
    i = wp.tid()
    j = wp.hash_grid_point_id(grid, i)
    out[j] = wp.length(x[j]) * reach


@wp.kernel
def texture_sample__2d(image: wp.Texture2D, at: wp.array(dtype=wp.vec2), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.texture_sample(image, at[i], dtype=float)


@wp.kernel
def texture_sample__3d(image: wp.Texture3D, at: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.texture_sample(image, at[i], dtype=float)


@wp.kernel
def volume_sample__f(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.volume_sample(volume, x[i], wp.Volume.LINEAR, dtype=float)


@wp.kernel
def volume_sample_grad__f(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    g = wp.vec3()
    v = wp.volume_sample_grad(volume, x[i], wp.Volume.LINEAR, g, dtype=float)
    out[i] = v * g


@wp.kernel
def volume_lookup__f(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i][0] + wp.volume_lookup(volume, i % 5, i % 4, i % 3, dtype=float)


@wp.kernel
def volume_sample_f__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = wp.volume_sample_f(volume, x[i], wp.Volume.LINEAR)


@wp.kernel
def volume_sample_grad_f__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    g = wp.vec3()
    v = wp.volume_sample_grad_f(volume, x[i], wp.Volume.LINEAR, g)
    out[i] = v * g


@wp.kernel
def volume_lookup_f__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=float)):
    i = wp.tid()
    out[i] = x[i][0] + wp.volume_lookup_f(volume, i % 5, i % 4, i % 3)


@wp.kernel
def volume_sample_v__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.volume_sample_v(volume, x[i], wp.Volume.LINEAR)


@wp.kernel
def volume_lookup_v__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = x[i] + wp.volume_lookup_v(volume, i % 5, i % 4, i % 3)


@wp.kernel
def volume_sample_i__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = wp.volume_sample_i(volume, x[i])


@wp.kernel
def volume_lookup_i__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = int(x[i][0] * 3.0) + wp.volume_lookup_i(volume, i % 5, i % 4, i % 3)


@wp.kernel
def volume_index_to_world__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.volume_index_to_world(volume, x[i]) * wp.volume_lookup_f(volume, 1, 1, 1)


@wp.kernel
def volume_world_to_index__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.volume_world_to_index(volume, x[i]) * wp.volume_lookup_f(volume, 1, 1, 1)


@wp.kernel
def volume_index_to_world_dir__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.volume_index_to_world_dir(volume, x[i]) * wp.volume_lookup_f(volume, 1, 1, 1)


@wp.kernel
def volume_world_to_index_dir__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    out[i] = wp.volume_world_to_index_dir(volume, x[i]) * wp.volume_lookup_f(volume, 1, 1, 1)


@wp.kernel
def volume_store__f(volume: wp.uint64, x: wp.array(dtype=float)):
    i = wp.tid()
    wp.volume_store(volume, i % 5, i % 4, i % 3, 2.0 * x[i])


@wp.kernel
def volume_store_f__own(volume: wp.uint64, x: wp.array(dtype=float)):
    i = wp.tid()
    wp.volume_store_f(volume, i % 5, i % 4, i % 3, 2.0 * x[i])


@wp.kernel
def volume_store_v__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3)):
    i = wp.tid()
    wp.volume_store_v(volume, i % 5, i % 4, i % 3, 2.0 * x[i])


@wp.kernel
def volume_store_i__own(volume: wp.uint64, x: wp.array(dtype=int)):
    i = wp.tid()
    wp.volume_store_i(volume, i % 5, i % 4, i % 3, 2 * x[i])


@wp.kernel
def volume_lookup_index__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = int(x[i][0] * 3.0) + wp.volume_lookup_index(volume, i % 5, i % 4, i % 3)


@wp.kernel
def volume_voxel_count__own(volume: wp.uint64, x: wp.array(dtype=wp.vec3), out: wp.array(dtype=int)):
    i = wp.tid()
    out[i] = int(x[i][0] * 3.0) + wp.volume_voxel_count(volume)


@wp.kernel
def volume_sample_index__own(
    volume: wp.uint64, x: wp.array(dtype=wp.vec3), data: wp.array(dtype=float), out: wp.array(dtype=float)
):
    i = wp.tid()
    out[i] = wp.volume_sample_index(volume, x[i], wp.Volume.LINEAR, data, 0.5)


@wp.kernel
def volume_sample_grad_index__own(
    volume: wp.uint64, x: wp.array(dtype=wp.vec3), data: wp.array(dtype=float), out: wp.array(dtype=wp.vec3)
):
    i = wp.tid()
    g = wp.vec3()
    v = wp.volume_sample_grad_index(volume, x[i], wp.Volume.LINEAR, data, 0.5, g)
    out[i] = g * v


if __name__ == "__main__":
    import sys

    import numpy as np

    COUNT = 24
    draw = np.random.default_rng(5)
    x = wp.array(draw.uniform(-1.2, 1.2, (COUNT, 3)), dtype=wp.vec3)
    corners = np.array([(a, b, c) for a in (-1, 1) for b in (-1, 1) for c in (-1, 1)], np.float32)
    corners += draw.uniform(-0.1, 0.1, corners.shape).astype(np.float32)
    faces = [0, 1, 3, 0, 3, 2, 4, 6, 7, 4, 7, 5, 0, 4, 5, 0, 5, 1, 2, 3, 7, 2, 7, 6, 0, 2, 6, 0, 6, 4, 1, 5, 7, 1, 7, 3]
    mesh = wp.Mesh(
        points=wp.array(corners, dtype=wp.vec3),
        indices=wp.array(faces, dtype=int),
        velocities=wp.array(corners * 0.5, dtype=wp.vec3),
        support_winding_number=True,
    )
    lowers = draw.uniform(-1.2, 0.8, (20, 3))
    bvh = wp.Bvh(wp.array(lowers, dtype=wp.vec3), wp.array(lowers + draw.uniform(0.2, 0.6, (20, 3)), dtype=wp.vec3))
    grid = wp.HashGrid(8, 8, 8)
    grid.build(x, 0.7)
    cells = draw.uniform(0.1, 1.0, (8, 8, 8)).astype(np.float32)
    volumes = {
        "f": wp.Volume.load_from_numpy(cells, voxel_size=0.4, bg_value=0.5, min_world=(-1.5, -1.5, -1.5)),
        "v": wp.Volume.load_from_numpy(
            draw.uniform(0.1, 1.0, (8, 8, 8, 3)).astype(np.float32), voxel_size=0.4, bg_value=(0.5, 0.1, 0.2)
        ),
        "i": wp.Volume.load_from_numpy(draw.integers(0, 9, (8, 8, 8)).astype(np.int32), voxel_size=0.4, bg_value=3),
    }
    objects = {"mesh": mesh.id, "bvh": bvh.id, "grid": grid.id, "reach": 0.9, "x": x}
    objects["image"] = {
        2: wp.Texture2D(cells[0], address_mode=wp.TextureAddressMode.CLAMP),
        3: wp.Texture3D(cells, address_mode=wp.TextureAddressMode.CLAMP),
    }
    numbers = {
        float: wp.array(draw.uniform(-1, 1, COUNT), dtype=float),
        int: wp.array(draw.integers(-5, 9, COUNT), dtype=int),
    }
    for name in sys.argv[1:] or [each for each in dict(globals()) if "__" in each[1:-2]]:
        kernel = globals()[name]
        kind = name.partition("__")[0][-1]
        kind = kind if name.startswith("volume_") and name.partition("__")[0][-2] == "_" and kind in "fvi" else "f"
        given = []
        for each in kernel.adj.args:
            if each.label in ("volume",):
                given.append(volumes[kind].id)
            elif each.label == "image":
                given.append(objects["image"][2 if "2d" in name else 3])
            elif each.label == "at":
                size = 2 if "2d" in name else 3
                given.append(wp.array(draw.uniform(0, 1, (COUNT, size)), dtype=each.type.dtype))
            elif each.label == "out":
                given.append(wp.zeros(COUNT, dtype=each.type.dtype))
            elif each.label == "data":
                given.append(wp.array(draw.uniform(0, 1, 600), dtype=float))
            elif each.label == "x":
                given.append(
                    x
                    if each.type.dtype is wp.vec3
                    else numbers[float if each.type.dtype in (float, wp.float32) else int]
                )
            else:
                given.append(objects[each.label])
        tiled = "tile" in name
        if tiled:
            wp.launch_tiled(kernel, dim=[COUNT], inputs=given, block_dim=1, device="cpu")
        else:
            wp.launch(kernel, dim=COUNT, inputs=given, device="cpu")
