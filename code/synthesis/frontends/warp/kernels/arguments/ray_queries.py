"""Arguments of the kernels of ``recipes/applications/ray_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def rays(
    starts: Array[wp.vec3, count],  #: 1.0..1.8, named ray_origin ray_start
    targets: Array[wp.vec3, count],  #: -1.6..1.4, named points target_pos
    dirs: Array[wp.vec3, count],  #: -1.0..-0.2, named ray_dir ray_direction
    headings: Array[wp.vec3, count],  #: -0.9..0.3, named heading facing
    normals_in: Array[wp.vec3, count],  #: -1..1, named normals surface_normals
    eye: wp.vec3,  #: 0.8..2.0, named eye eye_pos
    light: wp.vec3,  #: -0.6..1.0, named light_dir sun_dir
    light_pos: wp.vec3,  #: 0.8..2.0, named light_pos lamp_pos
    sensor_vel: wp.vec3,  #: -0.5..0.5, named sensor_vel ego_velocity
): ...


def numbers(
    ambient: float,  #: 0.1..0.4, usually 0.25 0.3
    background: float,  #: 0.1..0.9, usually 0.5
    falloff: float,  #: 0.1..0.5, usually 0.2
    specular: float,  #: 0.2..0.8, usually 0.5
    blind_range: float,  #: 0.6..1.3, usually 1.0, named blind_range min_range
    warn_range: float,  #: 1..2.4, usually 1.25
    view_range: float,  #: 2..3.5, usually 3.0, named view_range max_range
    clearance: float,  #: 0.1..0.3, usually 0.2, named clearance safety_margin
    light_power: float,  #: 0.5..3, usually 2.0, named light_power intensity
    fov_cos: float,  #: -0.3..0.4, usually 0.0, named fov_cos cos_half_fov
    min_rate: float,  #: 0.1..0.4, usually 0.2, named min_rate rate_threshold
    latency: float,  #: 0.2..0.8, usually 0.5
    wavelength: float,  #: 0.1..0.5, usually 0.25
): ...


def outputs(
    depth: Array[float, count],  #: output, named ranges hit_dist
    shade: Array[float, count],  #: output, named image pixels
    return_power: Array[float, count],  #: output, named return_power intensity_out
    range_rate: Array[float, count],  #: output, named range_rate radial_velocity
    doppler_shift: Array[float, count],  #: output, named doppler_shift frequency_shift
    visible_share: Array[float, count],  #: output, named visible_share free_share
    irradiance: Array[float, count],  #: output, named irradiance light_out
    normal: Array[wp.vec3, count],  #: output, named normals normal_image
    velocity_out: Array[wp.vec3, count],  #: output, named hit_velocity surface_velocity
    points: Array[wp.vec3, count],  #: output, named hit_points points
    hit_mask: Array[int, count],  #: output, named hit_mask hits
    visible: Array[int, count],  #: output, named visible is_visible
    blocked: Array[int, count],  #: output, named blocked is_blocked
    in_shadow: Array[int, count],  #: output, named in_shadow shadow_mask
    count: Array[int, 1],  #: 0..3, inout
): ...
