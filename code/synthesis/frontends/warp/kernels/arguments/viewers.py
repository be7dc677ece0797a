"""Arguments of the kernels of ``recipes/applications/viewers.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import Array


def colors(
    palette: Array[wp.vec3, segments],  #: 0..1, named palette segment_colors shape_colors material_color
    light_dir: Array[wp.vec3, 3],  #: -1..1, named light_direction light_dirs lights_dir
    light_color: Array[wp.vec3, 3],  #: 0..1, named light_color light_intensity lights_rgb
    light_on: Array[bool, 3],  #: 0..1, named light_active lights_enabled light_on
    background: wp.vec3,  #: 0..1, named background background_color sky_color clear_color
    ground_color: wp.vec3,  #: 0..1, named ground_color horizon_color floor_color
    highlight: wp.vec3,  #: 0..1, named highlight_color outline_color edge_color
    near_color: wp.vec3,  #: 0..1
    mid_color: wp.vec3,  #: 0..1
    far_color: wp.vec3,  #: 0..1
    ambient: wp.vec3,  #: 0..0.4, named ambient ambient_color
    sun_dir: wp.vec3,  #: -1..1, named sun_dir sun_direction light_direction
    sun_color: wp.vec3,  #: 0.5..1, named sun_color light_color
): ...


def counts(
    hidden_id: int,  #: 0..2, named hidden_id ignore_id robot_id
    max_samples: int,  #: 1..4, named max_samples num_samples
    selected_id: int,  #: 0..segments - 1, named selected_id highlight_id picked_shape
    selected_view: int,  #: 0..1, named selected_view active_camera
    seed: int,  #: 0..999, named seed noise_seed rng_seed
    frame: int,  #: 0..99, named frame frame_index step
    clear_value: wp.uint32,  #: 0..16777215, named clear_value clear_color background_packed
    num_lights: int,  #: 1..3, named num_lights light_count lights_size
    aspect: float,  #: 1..2, named aspect aspect_ratio
): ...


def filters(
    factor: int,  #: is 2
    radius: int,  #: 1..2, named radius filter_radius half_size
    spread: int,  #: 1..2, named step_width stride
    min_count: int,  #: 2..4, named min_count min_neighbors
    invert: bool,  #: 0..1, named invert near_is_dark
    negative: bool,  #: 0..1, named invert negative
    mirrored: bool,  #: 0..1, named mirror random_flip
    blur_rows: bool,  #: 0..1, named horizontal along_rows
    count_dark: bool,  #: 0..1, named count_dark include_black
    blur_weight: Array[float, 5],  #: 0.1..0.5, named blur_weight kernel_weights gauss
    channel_mean: Array[float, 3],  #: 0.3..0.6, named channel_mean rgb_mean
    channel_std: Array[float, 3],  #: 0.2..0.5, named channel_std rgb_std
): ...


def ranges(
    near: float,  #: 0.1..0.5, usually 0.1 0.5, named near near_plane min_range z_near
    far: float,  #: 6..8, usually 8.0 10.0, named far far_plane max_range max_distance
    exposure: float,  #: 0.5..2, usually 1.0 2.0, named exposure exposure_scale
    falloff: float,  #: 0.1..0.5, usually 0.5 0.25, named falloff spatial_falloff
    gradient_limit: float,  #: 0.1..0.4, usually 0.25 0.2, named edge_threshold min_gradient
    contrast_range: float,  #: 0.1..0.4, usually 0.2, named contrast_range max_contrast
    brightness_range: float,  #: 0.05..0.2, usually 0.1, named brightness_range max_brightness
    min_luma: float,  #: 0.01..0.1, usually 0.05, named min_luminance luma_floor
    gray_mean: float,  #: 0.3..0.6, usually 0.5
    gray_std: float,  #: 0.2..0.5, usually 0.25
    view_size: float,  #: 1..3, usually 2.0, named view_size half_height
    pixel_size: float,  #: 0.1..0.5, usually 0.25, named pixel_size meters_per_pixel
    min_elevation: float,  #: -0.6..-0.2, usually -0.4, named min_elevation lower_elevation
    max_elevation: float,  #: 0.1..0.4, usually 0.2, named max_elevation upper_elevation
    crease: float,  #: 0.2..0.8, usually 0.5, named crease_cos normal_threshold
    clamp_width: float,  #: 0.1..0.5, usually 0.25, named clamp_width max_change
    overlay_alpha: float,  #: 0.2..0.8, usually 0.5, named overlay_alpha mask_opacity
    baseline_focal: float,  #: 4..8, usually 5.0, named baseline_focal disparity_scale
    focal: float,  #: 3..6, usually 4.0 5.0, named focal focal_length focal_px
    center_x: float,  #: 2..4, usually 4.0 3.0, named center_x principal_x cx
    center_y: float,  #: 2..3, usually 2.0 3.0, named center_y principal_y cy
    floor_height: float,  #: -2..0, usually 0.0 -1.0, named floor_height ground_level min_height
    ceiling: float,  #: 2..5, usually 2.0 4.0, named ceiling max_height height_limit
    depth_jump: float,  #: 0.5..2, usually 0.5 1.0, named depth_jump depth_threshold edge_threshold
    new_share: float,  #: 0.1..0.5, usually 0.1 0.2, named alpha blend blend_factor
    dropout: float,  #: 0.1..0.4, usually 0.1 0.2, named dropout dropout_rate miss_probability
    noise_level: float,  #: 0.05..0.2, usually 0.1 0.05, named noise_level noise_std depth_noise
    noise_slope: float,  #: 0.01..0.1, usually 0.05 0.01, named noise_slope noise_per_meter
    depth_step: float,  #: 0.1..0.3, usually 0.25 0.125, named depth_step quantization depth_resolution
): ...
