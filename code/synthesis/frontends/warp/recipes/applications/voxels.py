"""Grids of three dimensions and images: cells by their numbers, rays of cameras, particles that find their cells."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.program import FLAG, FLOAT, FRAME, INT, TRIPLE, VEC, Program

_MAT = Type("float32", (3, 3))

_CELL = {
    "cell_gradient": """
        {{# the border has no neighbours
        ~}
        if i == 0 or j == 0 or k == 0 or i >= nx - 1 or j >= ny - 1 or k >= nz - 1:
            gradient[i, j, k] = wp.vec3(0.0, 0.0, 0.0)
            return
        gx = field[i + 1, j, k] - field[i - 1, j, k]
        gy = field[i, j + 1, k] - field[i, j - 1, k]
        gz = field[i, j, k + 1] - field[i, j, k - 1]
        g = wp.vec3(gx, gy, gz) * (0.5 * inv_width) ~
        {# differences over two cells, of one side at the border
        ~}
        i0 = wp.max(i - 1, 0)
        j0 = wp.max(j - 1, 0)
        k0 = wp.max(k - 1, 0)
        i1 = wp.min(i + 1, nx - 1)
        j1 = wp.min(j + 1, ny - 1)
        k1 = wp.min(k + 1, nz - 1)
        gx = (field[i1, j, k] - field[i0, j, k]) / float(i1 - i0)
        gy = (field[i, j1, k] - field[i, j0, k]) / float(j1 - j0)
        gz = (field[i, j, k1] - field[i, j, k0]) / float(k1 - k0)
        g = wp.vec3(gx, gy, gz) * inv_width
        {?0.4 # where to refine
        active_out[i, j, k] = 1 if wp.length(g) > steep else 0} ~
        {i1 = wp.min(i + 1, field.shape[0] - 1)
        j1 = wp.min(j + 1, field.shape[1] - 1)
        k1 = wp.min(k + 1, field.shape[2] - 1) ~ i1 = (i + 1) % field.shape[0]
        j1 = (j + 1) % field.shape[1]
        k1 = (k + 1) % field.shape[2]}
        gx = field[i1, j, k] - field[i, j, k]
        gy = field[i, j1, k] - field[i, j, k]
        gz = field[i, j, k1] - field[i, j, k]
        g = wp.vec3(gx, gy, gz) * inv_width
        {?0.4 # where to refine
        active_out[i, j, k] = 1 if wp.length(g) > steep else 0}}
        gradient[i, j, k] = g
        {?0.2 wp.atomic_max(steepest, 0, wp.length(g))}
    """,
    "cell_flags": """
        label = {cell_type[i, j, k] ~ cell_type[i, j, k]}
        if label == CELL_SOLID:
            {cell_out[i, j, k] = CELL_SOLID
            return ~ cell_out[i, j, k] = label
            return}
        count = int(0)
        {{for ni in range(wp.max(i - 1, 0), wp.min(i + 2, nx)):
            for nj in range(wp.max(j - 1, 0), wp.min(j + 2, ny)):
                for nk in range(wp.max(k - 1, 0), wp.min(k + 2, nz)):
                    {if ni == i and nj == j and nk == k:
                        continue ~}
                    if cell_type[ni, nj, nk] == CELL_FLUID:
                        count += 1
        ~ first = wp.vec3i(wp.max(i - 1, 0), wp.max(j - 1, 0), wp.max(k - 1, 0))
        last = wp.vec3i(wp.min(i + 1, nx - 1), wp.min(j + 1, ny - 1), wp.min(k + 1, nz - 1))
        for ni in range(first[0], last[0] + 1):
            for nj in range(first[1], last[1] + 1):
                for nk in range(first[2], last[2] + 1):
                    if cell_type[ni, nj, nk] == CELL_FLUID:
                        count += 1
        ~ for di in range(-1, 2):
            for dj in range(-1, 2):
                for dk in range(-1, 2):
                    {if di == 0 and dj == 0 and dk == 0:
                        continue ~}
                    ni = i + di
                    nj = j + dj
                    nk = k + dk
                    if ni < 0 or nj < 0 or nk < 0 or ni >= nx or nj >= ny or nk >= nz:
                        continue
                    if cell_type[ni, nj, nk] == CELL_FLUID:
                        count += 1} ~
        for axis in range(3):
            for side in range(-1, 2, 2):
                cell = wp.vec3i(i, j, k)
                cell[axis] = cell[axis] + side
                if in_box(cell, nx, ny, nz):
                    if cell_type[cell[0], cell[1], cell[2]] == CELL_FLUID:
                        count += 1 ~
        {# the border has not all of its neighbours
        ~}
        if i == 0 or j == 0 or k == 0 or i == nx - 1 or j == ny - 1 or k == nz - 1:
            cell_out[i, j, k] = label
            return
        if cell_type[i - 1, j, k] == CELL_FLUID:
            count += 1
        if cell_type[i + 1, j, k] == CELL_FLUID:
            count += 1
        if cell_type[i, j - 1, k] == CELL_FLUID:
            count += 1
        if cell_type[i, j + 1, k] == CELL_FLUID:
            count += 1
        if cell_type[i, j, k - 1] == CELL_FLUID:
            count += 1
        if cell_type[i, j, k + 1] == CELL_FLUID:
            count += 1}
        {{# fluid where there are particles, and in the gaps between them
        ~}
        {if num_inside[i, j, k] > 0 or count > 4:
            cell_out[i, j, k] = CELL_FLUID
        else:
            cell_out[i, j, k] = CELL_EMPTY ~
        cell_out[i, j, k] = CELL_EMPTY
        if num_inside[i, j, k] > 0 or count > 4:
            cell_out[i, j, k] = CELL_FLUID} ~
        {# by the distance to the surface; air beside the fluid takes part in extrapolation
        ~}
        if phi[i, j, k] < 0.0:
            cell_out[i, j, k] = CELL_FLUID
        elif count > 0:
            cell_out[i, j, k] = CELL_SURFACE
        else:
            cell_out[i, j, k] = CELL_EMPTY ~
        {# empty cells beside the fluid are its surface
        ~}
        {cell_out[i, j, k] = CELL_SURFACE if label == CELL_EMPTY and count > 0 else label ~
        if label == CELL_EMPTY and count > 0:
            cell_out[i, j, k] = CELL_SURFACE
        else:
            cell_out[i, j, k] = label}}
    """,
    "cell_index": """
        {# row by row, the last index fastest
        index = (i * ny + j) * nz + k ~ index = i * ny * nz + j * nz + k ~ # x the fastest
        index = (k * ny + j) * nx + i}
        {cell_ijk[index] = wp.vec3i(i, j, k){ + origin_ijk ~}
        {?0.5 cell_ids[index] = cell_type[i, j, k]} ~
        node_pos[index] = lower + wp.vec3(float(i) + 0.5, float(j) + 0.5, float(k) + 0.5) * width
        {?0.5 packed[index] = field[i, j, k]}
        {?0.4 cell_ids[index] = cell_type[i, j, k]} ~
        # eight corners of the cell
        for c in range(8):
            ci = i + (c & 1)
            cj = j + ((c >> 1) & 1)
            ck = k + ((c >> 2) & 1)
            corner[index, c] = (ci * (ny + 1) + cj) * (nz + 1) + ck
        {?0.5 cell_ijk[index] = wp.vec3i(i, j, k)}}
    """,
    "cell_update": """
        {?0.2 if not cell_active[i, j, k]:
            return}
        {v = velocity[i, j, k]
        {if cell_type[i, j, k] == CELL_SOLID:
            v = wp.vec3(0.0, 0.0, 0.0) ~ v += gravity[0] * dt}
        {# nothing leaves through the walls
        if i == 0 and v[0] < 0.0:
            v[0] = 0.0
        if i == nx - 1 and v[0] > 0.0:
            v[0] = 0.0
        if j == 0 and v[1] < 0.0:
            v[1] = 0.0
        if j == ny - 1 and v[1] > 0.0:
            v[1] = 0.0
        {if k == 0 and v[2] < 0.0:
            v[2] = 0.0 ~ # sticks to the floor
        if k == 0:
            v = wp.vec3(0.0, 0.0, 0.0)} ~
        for axis in range(3):
            {v[axis] = clamp_symmetric(v[axis], limit) ~ if v[axis] > limit:
                v[axis] = limit
            elif v[axis] < -limit:
                v[axis] = -limit} ~
        if k == 0 and v[2] < 0.0:
            {# friction of the floor
            ~}
            v = wp.vec3(v[0] * keep, v[1] * keep, 0.0)}
        velocity[i, j, k] = v ~
        mass = field[i, j, k]
        if mass <= min_mass:
            velocity[i, j, k] = wp.vec3(0.0, 0.0, 0.0)
            return
        v = momentum[i, j, k] / mass
        {v += gravity[0] * dt ~ v = v + dt * gravity[0]}
        {?0.5 if k == 0 and v[2] < 0.0:
            v[2] = 0.0}
        {?0.4 speed = wp.length(v)
        if speed > limit:
            v *= limit / speed}
        velocity[i, j, k] = v}
        {?0.3 {# for the next time step
        ~}
        wp.atomic_max(fastest, 0, wp.length(v))}
    """,
    "cell_downsample": """
        total = float(0.0)
        num = int(0)
        for di in range(FINER):
            for dj in range(FINER):
                for dk in range(FINER):
                    fi = FINER * i + di
                    fj = FINER * j + dj
                    fk = FINER * k + dk
                    {?0.8 if fine_type[fi, fj, fk] == CELL_SOLID:
                        continue}
                    total += fine[fi, fj, fk]
                    num += 1
        {coarse[i, j, k] = total / float(wp.max(num, 1)) ~ mean = float(0.0)
        if num > 0:
            mean = total / float(num)
        coarse[i, j, k] = mean}
        {?0.4 # solid only if all of it is
        cell_out[i, j, k] = CELL_SOLID if num == 0 else CELL_FLUID}
    """,
}


def _draw_cell(stream: Stream, target: str) -> KernelSpec:
    """A cell of a grid of three dimensions, a thread for each."""
    nx, ny, nz = stream.child("sizes").choice(((4, 4, 4), (6, 5, 4), (4, 6, 4), (5, 4, 6), (3, 6, 5)))
    p = Program(stream, ("i", "x"), ("j", "y"), ("k", "z"), launch=(nx, ny, nz))
    shape, total = (nx, ny, nz), nx * ny * nz
    masses = ("grid_m", "node_mass", "cell_mass")
    p.array("field", FLOAT, (-1, 2), shape, masses if target == "cell_update" else ("sdf", "density", "phi"))
    finer = (2 * nx, 2 * ny, 2 * nz)
    p.array("fine", FLOAT, (-1, 2), finer, ("fine", "field_fine", "level_in"))
    p.array("fine_type", INT, (0, 2), finer, ("fine_type", "fine_labels"))
    p.array("momentum", VEC, (-1, 1), shape, ("momentum", "grid_mv"))
    p.array("cell_type", INT, (0, 2), shape, ("cell_type", "labels", "grid_flags"))
    p.array("phi", FLOAT, (-1, 2), shape, ("phi", "liquid_phi", "liquid_sdf"))
    p.array("num_inside", INT, (-2, 2), shape, ("particle_count", "cell_particles"))
    p.array("cell_active", FLAG, (0, 1), shape, ("cell_active", "active", "occupied"))
    p.array("gravity", VEC, (-10, 10), (1,), ("gravity",))
    p.scalar("lower", VEC, (-1, 1), ("lower", "grid_lower", "origin"))
    p.scalar("origin_ijk", TRIPLE, (-4, 4), ("origin_ijk", "cell_offset"))
    p.number("steep", (0.3, 1), ("gradient_limit", "refine_threshold"), ("0.5",))
    p.number("keep", (0.2, 0.9), ("slip", "tangential_scale"), ("0.5",))
    p.number("min_mass", (0.2, 0.5), ("min_mass", "mass_threshold"), ("0.25",))
    p.number("inv_width", (0.5, 2), ("inv_dx", "inv_cell_size"), ("2.0", "0.5"))
    p.number("width", (0.1, 1), ("voxel_size", "cell_size", "dx"), ("0.5", "0.1"))
    p.number(
        "limit",
        (0.3, 0.8),
        ("max_speed", "speed_limit", "v_max") if target == "cell_update" else ("threshold", "refine_above"),
        ("0.5",),
    )
    p.number("dt", (0.05, 0.2), ("dt", "time_step"), ("0.1",))
    p.sizes(nx=nx, ny=ny, nz=nz)
    p.constants({"CELL_EMPTY": 0, "CELL_FLUID": 1, "CELL_SOLID": 2, "CELL_SURFACE": 3})
    p.constants({"RATIO": 2})
    p.function(
        """
        def in_box(cell: wp.vec3i, nx: int, ny: int, nz: int) -> bool:
            {if cell[0] < 0 or cell[1] < 0 or cell[2] < 0:
                return False
            return cell[0] < nx and cell[1] < ny and cell[2] < nz ~
            return cell[0] >= 0 and cell[1] >= 0 and cell[2] >= 0 and cell[0] < nx and cell[1] < ny and cell[2] < nz}
        """
    )
    p.output("gradient", VEC, shape, ("gradient", "grad_out"))
    p.output("velocity", VEC, shape, ("grid_v", "velocity_out", "velocity"), (-1, 1))
    p.output("coarse", FLOAT, shape, ("coarse", "level_out"), (-1, 1))
    p.output("active_out", INT, shape, ("refine_flag", "is_steep"))
    p.output("cell_out", INT, shape, ("cell_out", "labels_out"))
    p.output("cell_ids", INT, (total,), ("flat_type", "cell_labels"))
    p.output("cell_ijk", TRIPLE, (total,), ("cell_ijk", "ijk_out", "coords"))
    p.output("node_pos", VEC, (total,), ("node_pos", "cell_center"))
    p.output("packed", FLOAT, (total,), ("packed", "values_out"))
    p.output("corner", INT, (total, 8), ("cell_nodes", "hex_indices"))
    p.output("steepest", FLOAT, (1,), ("max_gradient", "steepest"), (0, 0.5))
    p.output("fastest", FLOAT, (1,), ("max_speed_out", "fastest"), (0, 0.2))
    p.write(_CELL[target].replace("FINER", p.pick("RATIO", "RATIO", "2")))
    titles = {
        "cell_gradient": ("grid_gradient", "compute_gradient", "field_gradient"),
        "cell_flags": ("classify_cells", "update_cell_types", "update_cell_flags"),
        "cell_index": ("flatten_cells", "build_cell_arrays", "linearize_grid"),
        "cell_update": ("grid_update", "apply_boundary", "grid_velocity"),
        "cell_downsample": ("downsample", "restrict_field", "coarsen_grid"),
    }[target]
    return p.done("voxels", "cells3d", target, "Cells of a grid of three dimensions", titles, (
        "Launched over all cells.", "A thread for each cell.",
    ))  # fmt: skip


_PIXEL = {
    "camera_rays": (
        (
            """
            # through the middle of the pixel
            u = (float(px) + 0.5) / float(width)
            v = (float(py) + 0.5) / float(height)
            aspect = float(width) / float(height)
            {dir_c = wp.vec3((2.0 * u - 1.0) * aspect * fov_scale, (1.0 - 2.0 * v) * fov_scale, -1.0) ~
            half_h = {fov_scale ~ wp.tan(0.5 * fov[cam])}
            dir_c = wp.vec3((2.0 * u - 1.0) * aspect * half_h, (1.0 - 2.0 * v) * half_h, -1.0)}
            X_wc = camera_pose[cam]
            ray_origin[cam, py, px] = wp.transform_get_translation(X_wc)
            {ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.normalize(dir_c)) ~
            rot = wp.transform_get_rotation(X_wc)
            ray_dir[cam, py, px] = wp.quat_rotate(rot, wp.normalize(dir_c))}
            """,
            "compute_camera_rays generate_camera_rays pinhole_rays",
            "Rays through the pixels of pinhole cameras",
        ),
        (
            """
            K = intrinsics[cam]
            {x = (float(px) + 0.5 - K[0, 2]) / K[0, 0]
            y = (float(py) + 0.5 - K[1, 2]) / K[1, 1] ~ x = (float(px) - K[0, 2]) / K[0, 0]
            y = (float(py) - K[1, 2]) / K[1, 1]}
            {?0.5 # one step against the distortion of the lens
            r2 = x * x + y * y
            scale = 1.0 / (1.0 + distortion[cam][0] * r2 + distortion[cam][1] * r2 * r2)
            x *= scale
            y *= scale}
            dir_c = {wp.vec3(x, y, 1.0) ~ wp.vec3(x, -y, -1.0)}
            {X_wc = camera_pose[cam]
            {ray_origin[cam, py, px] = wp.transform_get_translation(X_wc)
            ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.normalize(dir_c)) ~
            # from where the picture begins
            d = wp.transform_vector(X_wc, wp.normalize(dir_c))
            ray_origin[cam, py, px] = wp.transform_get_translation(X_wc) + d * near
            ray_dir[cam, py, px] = d} ~
            ray_dir[cam, py, px] = wp.transform_vector(camera_pose[cam], wp.normalize(dir_c))}
            """,
            "rays_from_intrinsics unproject_pixels intrinsic_camera_rays",
            "Rays through the pixels of calibrated cameras",
        ),
        (
            """
            u = 2.0 * (float(px) + 0.5) / float(width) - 1.0
            v = 1.0 - 2.0 * (float(py) + 0.5) / float(height)
            # all in one direction, side by side
            {offset = wp.vec3(u * ortho_size * float(width) / float(height), v * ortho_size, 0.0) ~
            half_w = ortho_size * float(width) / float(height)
            offset = wp.vec3(u * half_w, v * ortho_size, -near)}
            X_wc = camera_pose[cam]
            ray_origin[cam, py, px] = wp.transform_point(X_wc, offset)
            ray_dir[cam, py, px] = wp.transform_vector(X_wc, wp.vec3(0.0, 0.0, -1.0))
            """,
            "orthographic_rays parallel_rays orthographic_camera_rays",
            "Rays through the pixels of orthographic cameras",
        ),
        (
            """
            {# around the vertical axis, one circle in each row
            ~}
            angle = 2.0 * wp.pi * (float(px) + 0.5) / float(width)
            {height_c = scan_height * (2.0 * (float(py) + 0.5) / float(height) - 1.0) ~
            height_c = row_slope[py]}
            turn = wp.quat_from_axis_angle(wp.vec3(0.0, 0.0, 1.0), angle)
            dir_c = wp.quat_rotate(turn, wp.normalize(wp.vec3(1.0, 0.0, height_c)))
            X_wc = camera_pose[cam]
            ray_dir[cam, py, px] = wp.transform_vector(X_wc, dir_c)
            {ray_origin[cam, py, px] = wp.transform_get_translation(X_wc) ~
            ray_origin[cam, py, px] = wp.transform_point(X_wc, dir_c * near)}
            """,
            "lidar_rays spinning_lidar_rays generate_lidar_rays",
            "Rays of lidars that turn around",
        ),
    ),
    "depth_points": (
        (
            """
            d = depth[cam, py, px]
            if d <= 0.0{ or d > max_depth ~}:
                point_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
                {?0.5 valid[cam, py, px] = 0}
                return
            {K = intrinsics[cam]
            {x = (float(px) - K[0, 2]) / K[0, 0]
            y = (float(py) - K[1, 2]) / K[1, 1] ~
            fx = K[0, 0]
            fy = K[1, 1]
            x = (float(px) - K[0, 2]) / fx
            y = (float(py) - K[1, 2]) / fy} ~
            x = (float(px) + 0.5 - 0.5 * float(width)) / focal
            y = (float(py) + 0.5 - 0.5 * float(height)) / focal}
            {point = wp.vec3(x * d, y * d, d) ~
            # the depth is along the ray
            point = wp.normalize(wp.vec3(x, y, 1.0)) * d}
            point_out[cam, py, px] = {wp.transform_point(camera_pose[cam], point) ~ point}
            {?0.5 valid[cam, py, px] = 1}
            """,
            "depth_to_points unproject_depth depth_to_point_cloud",
            "The points that the pixels of depth images show",
        ),
        (
            """
            d = depth[cam, py, px]
            if d <= 0.0{ or d > max_depth ~}:
                return
            slot = wp.atomic_add(num_points, 0, 1)
            {if slot >= cloud.shape[0]:
                return ~ # more than there is room for
            if slot >= cloud.shape[0]:
                return}
            K = intrinsics[cam]
            x = (float(px) - K[0, 2]) / K[0, 0]
            y = (float(py) - K[1, 2]) / K[1, 1]
            cloud[slot] = wp.transform_point(camera_pose[cam], wp.vec3(x * d, y * d, d))
            {?0.5 cloud_color[slot] = image[cam, py, px]}
            {?0.4 cloud_label[slot] = shape_hit[cam, py, px]}
            """,
            "build_point_cloud collect_depth_points append_depth_points",
            "Collects the points of depth images in one cloud",
        ),
        (
            """
            {# not over the edge of the image
            ~}
            if px + 1 >= width or py + 1 >= height:
                normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
                return
            d = depth[cam, py, px]
            dx = depth[cam, py, px + 1]
            dy = depth[cam, py + 1, px]
            {if d <= 0.0 or dx <= 0.0 or dy <= 0.0:
                normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
                return ~
            # nor over that of a shape
            if d <= 0.0 or wp.abs(dx - d) > depth_jump or wp.abs(dy - d) > depth_jump:
                normal_out[cam, py, px] = wp.vec3(0.0, 0.0, 0.0)
                return}
            x = (float(px) + 0.5 - 0.5 * float(width)) / focal
            y = (float(py) + 0.5 - 0.5 * float(height)) / focal
            step = 1.0 / focal
            right = wp.vec3((x + step) * dx, y * dx, dx) - wp.vec3(x * d, y * d, d)
            down = wp.vec3(x * dy, (y + step) * dy, dy) - wp.vec3(x * d, y * d, d)
            normal_out[cam, py, px] = wp.normalize(wp.cross(down, right))
            """,
            "normals_from_depth compute_depth_normals depth_to_normals",
            "Normals of what depth images show, from the neighbours of each pixel",
        ),
    ),
    "pick_label": (
        (
            """
            hit = shape_hit[cam, py, px]
            {# nothing is hit: the background
            ~}
            if hit {< 0 ~ == -1}:
                color_out[cam, py, px] = background
                return
            n = normal_in[cam, py, px]
            {shade = wp.max(wp.dot(n, light_dir), 0.0)
            color = shape_color[hit] * (ambient + (1.0 - ambient) * shade) ~
            # light from above and from the ground
            sky = 0.5 * (1.0 + n[2])
            color = wp.cw_mul(shape_color[hit], wp.lerp(ground_color, background, sky)) ~
            # light of the camera itself
            shade = wp.abs(wp.dot(n, light_dir))
            color = shape_color[hit] * (ambient + (1.0 - ambient) * shade)}
            {?0.5 # fades into the background far away
            fog = saturate((depth[cam, py, px] - fog_start) / (max_depth - fog_start))
            color = wp.lerp(color, background, fog)}
            color_out[cam, py, px] = color
            """,
            "shade_pixels shade_hits shade_image",
            "Colours of pixels, from what they show and the light on it",
        ),
        (
            """
            hit = shape_hit[cam, py, px]
            if hit {< 0 ~ == -1}:
                label_out[cam, py, px] = {-1 ~ 0}
                return
            body = shape_body[hit]
            {if body >= 0:
                label_out[cam, py, px] = body_label[body]
            else:
                label_out[cam, py, px] = shape_label[hit] ~
            label_out[cam, py, px] = body_label[body] if body >= 0 else shape_label[hit] ~
            label = int(shape_label[hit])
            # what its body is goes before
            if body >= 0 and body_label[body] > 0:
                label = body_label[body]
            label_out[cam, py, px] = label}
            {?0.4 wp.atomic_add(pixel_count, hit, 1)}
            {?0.3 color_out[cam, py, px] = palette[shape_label[hit]]}
            """,
            "segment_image resolve_labels semantic_segmentation",
            "Classes of what pixels show",
        ),
    ),
    "tile_blur": (
        (
            """
            total = wp.vec3(0.0, 0.0, 0.0)
            num = int(0)
            {for dy in range(-radius, radius + 1):
                for dx in range(-radius, radius + 1):
                    x = px + dx
                    y = py + dy
                    if x < 0 or y < 0 or x >= width or y >= height:
                        continue ~
            for y in range(wp.max(py - radius, 0), wp.min(py + radius + 1, height)):
                for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):}
                    {?0.5 {if shape_hit[cam, y, x] != shape_hit[cam, py, px]:
                        continue ~ if wp.abs(depth[cam, y, x] - depth[cam, py, px]) > depth_jump:
                        continue}}
                    total += image[cam, y, x]
                    num += 1
            color_out[cam, py, px] = total / float(num)
            """,
            "box_filter box_blur average_neighborhood",
            "Mean of the pixels around each",
        ),
        (
            """
            total = wp.vec3(0.0, 0.0, 0.0)
            weight = float(0.0)
            {# weights 1, 2, 1 in both directions
            for dy in range(-1, 2):
                for dx in range(-1, 2):
                    x = {wp.clamp(px + dx, 0, width - 1) ~ wp.min(wp.max(px + dx, 0), width - 1)}
                    y = {wp.clamp(py + dy, 0, height - 1) ~ wp.min(wp.max(py + dy, 0), height - 1)}
                    w = float((2 - wp.abs(dx)) * (2 - wp.abs(dy)))
            ~ for y in range(wp.max(py - radius, 0), wp.min(py + radius + 1, height)):
                for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
                    w = taps[wp.abs(x - px)] * taps[wp.abs(y - py)]
                    {?0.6 # less where the colour differs
                    dc = image[cam, y, x] - image[cam, py, px]
                    w = w / (1.0 + wp.length_sq(dc) / (sigma_color * sigma_color))}}
                    total += w * image[cam, y, x]
                    weight += w
            color_out[cam, py, px] = total / weight
            """,
            "smooth_image weighted_filter filter_image",
            "Smooths images by the weighted mean of the pixels around each",
        ),
        (
            """
            {# along the row only; the other direction is a second pass
            ~}
            total = wp.vec3(0.0, 0.0, 0.0)
            {weight = float(0.0)
            for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
                {?0.5 if shape_hit[cam, py, x] != shape_hit[cam, py, px]:
                    continue}
                w = taps[wp.abs(x - px)]
                total += w * image[cam, py, x]
                weight += w
            color_out[cam, py, px] = total / weight ~
            num = int(0)
            for x in range(wp.max(px - radius, 0), wp.min(px + radius + 1, width)):
                {?0.5 if shape_hit[cam, py, x] != shape_hit[cam, py, px]:
                    continue}
                total += image[cam, py, x]
                num += 1
            mean = total / float(num)
            color_out[cam, py, px] = {mean ~ wp.lerp(image[cam, py, px], mean, blend) ~
            image[cam, py, px] + blend * (image[cam, py, px] - mean)}}
            """,
            "blur_rows filter_rows horizontal_pass",
            "One direction of a filter of two passes",
        ),
    ),
    "pack_pixels": (
        (
            """
            {index = (cam * height + py) * width + px ~
            # rows from the bottom up, as the viewer has them
            index = (cam * height + (height - 1 - py)) * width + px}
            {d = depth[cam, py, px]
            {# nothing is hit
            ~}
            if d <= 0.0{ or d > max_depth ~}:
                d = max_depth
            flat_depth[index] = {d / max_depth ~ d ~ 1.0 - d / max_depth} ~
            flat_depth[index] = depth[cam, py, px]
            flat_label[index] = shape_hit[cam, py, px] ~
            {for c in range(3):
                flat_normal[3 * index + c] = 0.5 * (normal_in[cam, py, px][c] + 1.0) ~
            n = normal_in[cam, py, px]
            for c in range(3):
                flat_normal[3 * index + c] = 0.5 + 0.5 * n[c]}}
            """,
            "flatten_image pack_image_buffer write_image_buffer",
            "Writes images into a flat buffer",
        ),
        (
            """
            {# cameras side by side
            ~}
            tile_x = cam % tiles
            tile_y = cam // tiles
            {?0.5 out_y = tile_y * height + py
            out_x = tile_x * width + px ~ out_y = tile_y * height + (height - 1 - py)
            out_x = tile_x * width + px}
            {d = depth[cam, py, px]
            {if d <= 0.0:
                d = max_depth
            atlas[out_y, out_x] = {wp.min(d / max_depth, 1.0) ~ 1.0 - wp.min(d / max_depth, 1.0)} ~
            atlas[out_y, out_x] = saturate(d / max_depth)} ~
            rgb = image[cam, py, px]
            {gray = 0.299 * rgb[0] + 0.587 * rgb[1] + 0.114 * rgb[2] ~ gray = (rgb[0] + rgb[1] + rgb[2]) / 3.0}
            atlas[out_y, out_x] = gray ~
            {?0.5 # nothing is hit
            if shape_hit[cam, py, px] < 0:
                color_atlas[out_y, out_x] = background
                return}
            color_atlas[out_y, out_x] = image[cam, py, px]}
            """,
            "tile_images tile_camera_images build_image_atlas",
            "Puts the images of all cameras side by side",
        ),
        (
            """
            index = (cam * height + {py ~ (height - 1 - py)}) * width + px
            rgb = image[cam, py, px]
            {?0.4 if shape_hit[cam, py, px] < 0:
                rgb = background}
            {# channels one behind the other, as networks take them
            plane = height * width
            for c in range(3):
                flat_color[(3 * cam + c) * plane + py * width + px] = SCALED ~
            for c in range(3):
                flat_color[3 * index + c] = SCALED ~
            flat_color[3 * index + 0] = rgb[0]
            flat_color[3 * index + 1] = rgb[1]
            flat_color[3 * index + 2] = rgb[2]}
            """,
            "pack_color_image pack_rgb write_color_buffer",
            "Writes the colours of images into a flat buffer",
        ),
    ),
}


def _draw_pixel(stream: Stream, target: str) -> KernelSpec:
    """A pixel of a camera's image, a thread for each."""
    cams, height, width = stream.child("sizes").choice(((2, 6, 8), (4, 4, 6), (2, 8, 8), (4, 6, 6)))
    text, titles, summary = stream.child("kernel").choice(_PIXEL[target])
    p = Program(
        stream, ("cam", "camera", "cam_id"), ("py", "y_id", "row"), ("px", "x_id", "col"), launch=(cams, height, width)
    )
    shape, shapes, total = (cams, height, width), 12, cams * height * width
    p.array("camera_pose", FRAME, (-1, 1), (cams,), ("camera_transforms", "camera_pose"), element="wp.transform")
    p.scalar("radius", INT, (1, 2), ("radius", "filter_radius", "half_width"))
    p.array("intrinsics", _MAT, (2, 6), (cams,), ("intrinsics", "camera_k"))
    p.array("fov", FLOAT, (0.8, 2), (cams,), ("camera_fov", "fov"))
    p.array("distortion", Type("float32", (2,)), (0.05, 0.3), (cams,), ("distortion", "lens_distortion"))
    p.array("palette", VEC, (0, 1), (21,), ("palette", "class_color"))
    p.array("depth", FLOAT, (-0.5, 2), shape, ("depth", "depth_image"))
    p.array("image", VEC, (0, 1), shape, ("image", "color_image"))
    p.array("normal_in", VEC, (-1, 1), shape, ("normal_image", "normals"))
    p.array("shape_hit", INT, (-1, shapes - 1), shape, ("shape_index", "hit_shape", "shape_ids"))
    p.array("shape_label", INT, (0, 20), (shapes,), ("shape_label", "semantic_id"))
    p.array("shape_body", INT, (-1, 7), (shapes,), ("shape_body",))
    p.array("body_label", INT, (0, 20), (8,), ("body_label", "body_class"))
    p.array("shape_color", VEC, (0, 1), (shapes,), ("shape_colors", "shape_color"))
    p.scalar("light_dir", VEC, (-1, 1), ("light_dir", "light_direction"))
    p.scalar("background", VEC, (0, 1), ("background", "clear_color"))
    p.number("focal", (2, 6), ("focal_length", "focal"), ("4.0",))
    p.number("ambient", (0.1, 0.4), ("ambient", "ambient_light"), ("0.2",))
    p.number("depth_jump", (0.3, 0.9), ("depth_threshold", "max_jump"), ("0.5",))
    p.number("blend", (0.3, 0.8), ("strength", "blend"), ("0.5",))
    p.number("fov_scale", (0.5, 2), ("fov_scale", "half_fov_tan", "tan_half_fov"), ("0.5", "1.0"))
    p.number("near", (0.05, 0.2), ("near", "near_plane"), ("0.1",))
    p.number("ortho_size", (0.5, 2), ("ortho_size", "half_height"), ("1.0",))
    p.number("fog_start", (0.2, 0.6), ("fog_start", "fog_near"), ("0.5",))
    p.number("scan_height", (0.2, 0.6), ("scan_slope", "vertical_slope"), ("0.3",))
    p.array("row_slope", FLOAT, (-0.5, 0.5), (height,), ("beam_slopes", "row_slope"))
    p.array("taps", FLOAT, (0.2, 1), (3,), ("filter_weights", "kernel_weights"))
    p.number("sigma_color", (0.3, 1), ("sigma_color", "sigma_range"), ("0.5",))
    p.scalar("mean_color", VEC, (0.3, 0.6), ("mean", "channel_mean"))
    p.scalar("std_color", VEC, (0.5, 1), ("std", "channel_std"))
    p.scalar("ground_color", VEC, (0, 1), ("ground_color",))
    p.number("max_depth", (1, 1.8), ("max_depth", "far"), ("1.5", "1.0"))
    p.sizes(width=width, height=height, tiles=2)
    for key, pool in (("ray_dir", ("ray_dirs", "out_rays")), ("ray_origin", ("ray_origins",)),
                      ("point_out", ("points_out", "points")), ("normal_out", ("normals_out", "normal_image")),
                      ("color_out", ("color_out", "out_pixels"))):  # fmt: skip
        p.output(key, VEC, shape, pool)
    p.output("label_out", INT, shape, ("label_out", "segmentation"))
    p.output("flat_depth", FLOAT, (total,), ("depth_out", "flat_depth"))
    p.output("flat_color", FLOAT, (3 * total,), ("color_out", "flat_color"))
    p.output("flat_label", INT, (total,), ("label_out", "flat_ids"))
    p.output("atlas", FLOAT, (cams // 2 * height, 2 * width), ("atlas", "tiled_image"))
    p.output("valid", INT, shape, ("valid", "valid_mask"))
    p.output("num_points", INT, (1,), ("num_points", "point_count"), (0, 2))
    p.output("cloud", VEC, (total // 2,), ("point_cloud", "points"), (-1, 1))
    p.output("cloud_color", VEC, (total // 2,), ("point_colors", "cloud_color"), (-1, 1))
    p.output("cloud_label", INT, (total // 2,), ("point_labels", "cloud_label"), (-1, 0))
    p.output("pixel_count", INT, (shapes,), ("shape_pixels", "pixel_count"), (0, 2))
    p.output("flat_normal", FLOAT, (3 * total,), ("normal_out", "flat_normal"))
    p.output("color_atlas", VEC, (cams // 2 * height, 2 * width), ("atlas", "tiled_image"))
    if p.choices.child("rays").chance(0.6):
        text = text.replace("wp.normalize(dir_c)", "safe_normalize(dir_c)")
    p.write(text.replace("SCALED", p.pick("rgb[c]", "rgb[c]", "(rgb[c] - mean_color[c]) / std_color[c]")))
    return p.done("voxels", "pixels", target, summary, tuple(titles.split()), (
        "Launched over (cameras, rows, columns).", "One thread per pixel.",
    ))  # fmt: skip


_POINT = {
    "find_cell": """
        {?0.2 if not point_mask[tid]:
            return}
        pos = points[tid]
        {cell = wp.vec3i(int(wp.floor(pos[0] * inv_width)), int(wp.floor(pos[1] * inv_width)), int(wp.floor(pos[2] \
                * inv_width))) ~
        ix = int(wp.floor(pos[0] * inv_width))
        iy = int(wp.floor(pos[1] * inv_width))
        iz = int(wp.floor(pos[2] * inv_width))
        cell = wp.vec3i(ix, iy, iz)}
        {{# outside of the grid
        if cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= GRID or cell[1] >= GRID or cell[2] >= GRID:
            cell_of[tid] = -1
            {wp.atomic_add(num_outside, 0, 1) ~}
            return ~
        for axis in range(3):
            cell[axis] = wp.clamp(cell[axis], 0, GRID - 1)}
        cell_of[tid] = (cell[0] * GRID + cell[1]) * GRID + cell[2]
        {?0.6 wp.atomic_add(cell_count, cell[0], cell[1], cell[2], 1)} ~
        cell_ijk[tid] = cell
        {# which of the eight parts of the cell
        code = int(0)
        for axis in range(3):
            if pos[axis] * inv_width - float(cell[axis]) > 0.5:
                code = code | (1 << axis)
        octant[tid] = code ~ # where in the cell
        local_out[tid] = pos * inv_width - wp.vec3(float(cell[0]), float(cell[1]), float(cell[2]))}}
    """,
    "splat": """
        {?0.2 if not point_mask[tid]:
            return}
        pos = points[tid] * inv_width
        {base = {cell_at(points[tid], inv_width) ~ \
                wp.vec3i(int(wp.floor(pos[0])), int(wp.floor(pos[1])), int(wp.floor(pos[2])))}
        fx = wp.vec3(pos[0] - float(base[0]), pos[1] - float(base[1]), pos[2] - float(base[2]))
        for i in range(2):
            for j in range(2):
                for k in range(2):
                    {node = wp.vec3i(base[0] + i, base[1] + j, base[2] + k)
                    if node[0] < 0 or node[1] < 0 or node[2] < 0 or node[0] >= GRID or node[1] >= GRID or node[2] \
                            >= GRID:
                        continue
                    ni = node[0]
                    nj = node[1]
                    nk = node[2] ~
                    ni = wp.clamp(base[0] + i, 0, GRID - 1)
                    nj = wp.clamp(base[1] + j, 0, GRID - 1)
                    nk = wp.clamp(base[2] + k, 0, GRID - 1)}
                    {# linear in each direction
                    ~}
                    {wx = fx[0] if i == 1 else 1.0 - fx[0]
                    wy = fx[1] if j == 1 else 1.0 - fx[1]
                    wz = fx[2] if k == 1 else 1.0 - fx[2] ~
                    wx = float(i) * fx[0] + float(1 - i) * (1.0 - fx[0])
                    wy = float(j) * fx[1] + float(1 - j) * (1.0 - fx[1])
                    wz = float(k) * fx[2] + float(1 - k) * (1.0 - fx[2])}
                    weight = wx * wy * wz
                    wp.atomic_add(grid_mass, ni, nj, nk, weight * mass[tid])
                    {wp.atomic_add(grid_v, ni, nj, nk, weight * mass[tid] * velocity_in[tid]) ~} ~
        {# all of it to the nearest node
        ~}
        base = wp.vec3i(int(wp.floor(pos[0] + 0.5)), int(wp.floor(pos[1] + 0.5)), int(wp.floor(pos[2] + 0.5)))
        for axis in range(3):
            base[axis] = wp.clamp(base[axis], 0, GRID - 1)
        wp.atomic_add(grid_mass, base[0], base[1], base[2], mass[tid])
        {?0.6 wp.atomic_add(grid_v, base[0], base[1], base[2], mass[tid] * velocity_in[tid])}
        {?0.4 wp.atomic_add(cell_count, base[0], base[1], base[2], 1)}}
    """,
    "sample_grid": """
        pos = points[tid] * inv_width
        cell = cell_at(points[tid], inv_width)
        {?0.6 if {cell[0] < 0 or cell[1] < 0 or cell[2] < 0 ~ not point_mask[tid] ~ \
                cell[0] < 0 or cell[1] < 0 or cell[2] < 0 or cell[0] >= GRID or cell[1] >= GRID or cell[2] >= GRID}:
            sampled[tid] = fill
            {wp.atomic_add(num_outside, 0, 1) ~}
            return}
        {for axis in range(3):
            cell[axis] = wp.clamp(cell[axis], 0, GRID - 2) ~
        cell = wp.vec3i(wp.clamp(cell[0], 0, GRID - 2), wp.clamp(cell[1], 0, GRID - 2), wp.clamp(cell[2], 0, GRID - 2))}
        {fx = saturate(pos[0] - float(cell[0]))
        fy = saturate(pos[1] - float(cell[1]))
        fz = saturate(pos[2] - float(cell[2]))
        {total = float(0.0)
        for c in range(8):
            di = c & 1
            dj = (c >> 1) & 1
            dk = c >> 2
            {w = float(di) * fx + float(1 - di) * (1.0 - fx)
            w *= float(dj) * fy + float(1 - dj) * (1.0 - fy)
            w *= float(dk) * fz + float(1 - dk) * (1.0 - fz) ~
            wx = fx if di == 1 else 1.0 - fx
            wy = fy if dj == 1 else 1.0 - fy
            wz = fz if dk == 1 else 1.0 - fz
            w = wx * wy * wz}
            total += w * grid[cell[0] + di, cell[1] + dj, cell[2] + dk]
        sampled[tid] = total ~
        total = float(0.0)
        for di in range(2):
            for dj in range(2):
                low = grid[cell[0] + di, cell[1] + dj, cell[2]]
                high = grid[cell[0] + di, cell[1] + dj, cell[2] + 1]
                wx = fx if di == 1 else 1.0 - fx
                wy = fy if dj == 1 else 1.0 - fy
                total += wx * wy * (low + fz * (high - low))
        sampled[tid] = total} ~
        {# the mean of the corners
        ~}
        total = float(0.0)
        for di in range(2):
            for dj in range(2):
                for dk in range(2):
                    total += grid[cell[0] + di, cell[1] + dj, cell[2] + dk]
        sampled[tid] = 0.125 * total ~
        sampled[tid] = grid[cell[0], cell[1], cell[2]]
        {# differences to the next nodes
        ~}
        gradient_out[tid] = inv_width * wp.vec3(grid[cell[0] + 1, cell[1], cell[2]] - grid[cell[0], cell[1], cell[2]], \
                grid[cell[0], cell[1] + 1, cell[2]] - grid[cell[0], cell[1], cell[2]], \
                grid[cell[0], cell[1], cell[2] + 1] - grid[cell[0], cell[1], cell[2]])}
    """,
}
_SORTED = (
    ("pick_cell_points cell_representatives downsample_points", """
        start = offsets[tid]
        count = cell_length[tid]
        {?0.4 if count == 0:
            cell_pick[tid] = -1
            return}
        {# the middle of the cell
        ~}
        middle = voxel * wp.vec3(
            float(tid // (GRID * GRID)) + 0.5, float((tid // GRID) % GRID) + 0.5, float(tid % GRID) + 0.5)
        best = float(HUGE)
        nearest = int(-1)
        for k in range(start, start + count):
            point = order[k]
            {?0.4 if not point_mask[point]:
                continue}
            {dist_sq = wp.length_sq(points[point] - middle) ~ d = points[point] - middle
            dist_sq = wp.dot(d, d)}
            if dist_sq < best:
                best = dist_sq
                nearest = point
        cell_pick[tid] = nearest
    """),
    ("first_cell_points cell_representatives pick_first_points", """
        start = offsets[tid]
        count = cell_length[tid]
        {?0.4 if count == 0:
            cell_first[tid] = -1
            return}
        {# the smallest number, in whatever order the points were sorted
        ~}
        first = int(-1)
        for k in range({count):
            point = order[start + k] ~ start, start + count):
            point = order[k]}
            {?0.6 if not point_mask[point]:
                continue}
            if first < 0 or point < first:
                first = point
        cell_first[tid] = first
    """),
    ("compute_cell_centers cell_centers reduce_cell_mass", """
        start = offsets[tid]
        count = cell_length[tid]
        moment = wp.vec3(0.0, 0.0, 0.0)
        total = float(0.0)
        for k in range({count):
            point = order[start + k] ~ start, start + count):
            point = order[k]}
            {?0.4 if not point_mask[point]:
                continue}
            moment += mass[point] * points[point]
            total += mass[point]
        {if total > 0.0:
            cell_center[tid] = moment / total
        else:
            cell_center[tid] = wp.vec3(0.0, 0.0, 0.0) ~ cell_center[tid] = moment / wp.max(total, TINY)}
        {?0.5 cell_mass[tid] = total}
    """),
    ("average_cell_velocity compute_cell_velocity mean_cell_velocity", """
        start = offsets[tid]
        count = cell_length[tid]
        {{# nothing moves in an empty cell
        ~}
        if count == 0:
            cell_velocity[tid] = wp.vec3(0.0, 0.0, 0.0)
            return
        v = wp.vec3(0.0, 0.0, 0.0)
        for k in range(start, start + count):
            v += velocity_in[order[k]]
        cell_velocity[tid] = v / float(count) ~
        v = wp.vec3(0.0, 0.0, 0.0)
        for k in range(start, start + count):
            v += velocity_in[order[k]]
        cell_velocity[tid] = v / float(wp.max(count, 1)) ~
        v = wp.vec3(0.0, 0.0, 0.0)
        num = int(0)
        for k in range(start, start + count):
            if point_mask[order[k]]:
                v += velocity_in[order[k]]
                num += 1
        {if num > 0:
            cell_velocity[tid] = v / float(num)
        else:
            cell_velocity[tid] = wp.vec3(0.0, 0.0, 0.0) ~ cell_velocity[tid] = v / float(wp.max(num, 1))} ~
        v = wp.vec3(0.0, 0.0, 0.0)
        total = float(0.0)
        for k in range(start, start + count):
            point = order[k]
            {# heavy ones count more
            ~}
            v += mass[point] * velocity_in[point]
            total += mass[point]
        cell_velocity[tid] = v / wp.max(total, TINY)
        {?0.5 cell_mass[tid] = total}}
    """),
)  # fmt: skip
"""What is made of the points of a cell, which stand together: what kernels are called that do it, and their lines."""


def _draw_point(stream: Stream, target: str) -> KernelSpec:
    """A point in a grid of cells, a thread for each."""
    by_cell = target == "sorted_cells"
    side = 4
    p = Program(
        stream,
        ("tid", "cell_id", "c") if by_cell else ("tid", "point_id", "i_point", "particle"),
        launch=(side * side * side,) if by_cell else None,
    )
    count = p.threads
    grid = (side, side, side)
    p.array("points", VEC, (-0.2, 4.2), (count,), ("points", "particle_q", "positions"))
    p.array("velocity_in", VEC, (-1, 1), (count,), ("velocities", "particle_qd", "particle_v"))
    p.array("mass", FLOAT, (0.1, 1), (count,), ("particle_mass", "mass", "weights"))
    p.array("point_mask", FLAG, (0, 1), (count,), ("point_mask", "active", "valid_mask"))
    p.array("grid", FLOAT, (-1, 1), grid, ("grid", "sdf", "field"))
    # where the cells of one world begin is not where those of another do
    p.starts("offsets", count, 5, 0, ("cell_start", "cell_offsets"))
    p.array("cell_length", INT, (0, 5), (count,), ("points_per_cell", "cell_num_points"))
    p.array("order", INT, (0, count - 1), (5 * count,), ("sorted_points", "order", "particle_ids"))
    p.scalar("inv_width", FLOAT, (0.8, 1.2), ("inv_voxel_size", "inv_dx", "inv_cell_size"))
    p.scalar("voxel", FLOAT, (0.8, 1.2), ("voxel_size", "cell_size"))
    p.number("fill", (0.5, 2), ("outside_value", "background", "fill_value"), ("1.0", "2.0"))
    p.constants({"GRID": side})
    p.function(
        """
        def cell_at(pos: wp.vec3, inv_width: float) -> wp.vec3i:
            {return wp.vec3i(
                int(wp.floor(pos[0] * inv_width)), int(wp.floor(pos[1] * inv_width)), int(wp.floor(pos[2] * \
                        inv_width))) ~
            p = pos * inv_width
            return wp.vec3i(int(wp.floor(p[0])), int(wp.floor(p[1])), int(wp.floor(p[2])))}
        """
    )
    p.output("cell_ijk", TRIPLE, (count,), ("cell_ijk", "ijk", "node_ijk"))
    for key, pool in (("cell_of", ("cell_ids", "point_cell")), ("octant", ("octants", "child_index")),
                      ("cell_first", ("first_point", "cell_owner")),
                      ("cell_pick", ("representative", "cell_point"))):  # fmt: skip
        p.output(key, INT, (count,), pool)
    p.output("local_out", VEC, (count,), ("local_pos", "cell_coords"))
    p.output("gradient_out", VEC, (count,), ("gradient", "grad_out"))
    p.output("cell_velocity", VEC, (count,), ("cell_velocity", "mean_velocity"))
    p.output("cell_mass", FLOAT, (count,), ("cell_mass", "cell_weight"))
    p.output("num_outside", INT, (1,), ("num_outside", "num_lost"), (0, 1))
    p.output("cell_count", INT, grid, ("cell_count", "grid_counts"), (0, 1))
    p.output("grid_mass", FLOAT, grid, ("grid_mass", "grid_m"), (0, 1))
    p.output("grid_v", VEC, grid, ("grid_v", "grid_momentum"), (-1, 1))
    p.output("sampled", FLOAT, (count,), ("sampled", "values_out"))
    p.output("cell_center", VEC, (count,), ("cell_center", "centroids"))
    p.guard_count("cell" if by_cell else "point")
    sorted_titles, sorted_text = p.choices.choice(_SORTED)
    p.write(_POINT.get(target, sorted_text))
    titles = {
        "find_cell": ("find_cells", "bin_points", "compute_cell_ids"),
        "splat": ("particles_to_grid", "splat_mass", "p2g"),
        "sample_grid": ("grid_to_particles", "sample_grid", "g2p"),
        "sorted_cells": tuple(sorted_titles.split()),
    }[target]
    return p.done("voxels", "points3d", target, "Points in a grid of cells", titles, (
        "One thread per cell." if by_cell else "One thread per point.", "Cells are counted row by row.",
    ))  # fmt: skip


_WEIGHTS = {"cell_downsample": 0.3, "cell_index": 0.5, "cell_flags": 0.4}
RECIPES = (
    Recipe(name="cells3d", category="voxels", targets=tuple(_CELL), draw=_draw_cell, target_weights=_WEIGHTS),
    Recipe(
        name="pixels", category="voxels", targets=tuple(_PIXEL), draw=_draw_pixel, target_weights={"tile_blur": 0.5}
    ),
    Recipe(
        name="points3d",
        category="voxels",
        targets=(*_POINT, "sorted_cells"),
        draw=_draw_point,
        target_weights={"splat": 0.4, "sample_grid": 0.5, "find_cell": 1.5},
    ),
)
