"""Bodies of functions for ``recipes/applications/images.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either, helper


@helper
def pack_color(c: wp.vec3, alpha: float) -> wp.uint32:
    #| one of
    red = wp.uint32(255.0 * wp.clamp(c[0], 0.0, 1.0))
    green = wp.uint32(255.0 * wp.clamp(c[1], 0.0, 1.0))
    blue = wp.uint32(255.0 * wp.clamp(c[2], 0.0, 1.0))
    a = wp.uint32(255.0 * wp.clamp(alpha, 0.0, 1.0))
    return red | (green << wp.uint32(8)) | (blue << wp.uint32(16)) | (a << wp.uint32(24))
    #| or
    packed = wp.uint32(255.0 * wp.clamp(alpha, 0.0, 1.0))
    for k in range(3):
        packed = (packed << wp.uint32(8)) | wp.uint32(255.0 * wp.clamp(c[2 - k], 0.0, 1.0))
    return packed
    #| end


@helper
def unpack_color(packed: wp.uint32) -> wp.vec3:
    #| one of
    red = float(packed & wp.uint32(255))
    green = float((packed >> wp.uint32(8)) & wp.uint32(255))
    blue = float((packed >> wp.uint32(16)) & wp.uint32(255))
    return wp.vec3(red, green, blue) / 255.0
    #| or
    c = wp.vec3(0.0, 0.0, 0.0)
    for k in range(3):
        c[k] = float((packed >> wp.uint32(8 * k)) & wp.uint32(255)) / 255.0
    return c
    #| end


@helper
def linear_to_srgb(linear: float) -> float:
    #| one of
    if linear <= 0.0031308:
        return 12.92 * linear
    return 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
    #| or
    if linear > 0.0031308:
        return 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
    return 12.92 * linear
    #| or
    encoded = 12.92 * linear
    if linear > 0.0031308:
        encoded = 1.055 * wp.pow(linear, 1.0 / 2.4) - 0.055
    return encoded
    #| end


@helper
def pixel_ray(x: int, y: int, f: float, cx: float, cy: float) -> wp.vec3:
    #| one of
    return wp.vec3((float(x) + 0.5 - cx) / f, (float(y) + 0.5 - cy) / f, 1.0)
    #| or
    u = (float(x) + 0.5 - cx) / f
    v = (float(y) + 0.5 - cy) / f
    return wp.vec3(u, v, 1.0)
    #| end


@helper
def lens_ray(x: int, y: int, k: wp.vec4) -> wp.vec3:
    #? focal lengths come first, then the centre
    #| one of
    return wp.vec3((float(x) + 0.5 - k[2]) / k[0], (float(y) + 0.5 - k[3]) / k[1], 1.0)
    #| or
    u = (float(x) + 0.5 - k[2]) / k[0]
    v = (float(y) + 0.5 - k[3]) / k[1]
    return wp.vec3(u, v, 1.0)
    #| end


@helper
def in_depth_range(z: float, near: float, far: float) -> bool:
    #| one of
    return z > near and z < far
    #| or
    if z <= near or z >= far:
        return False
    return True
    #| end


@helper
def in_image(px: int, py: int, width: int, height: int) -> bool:
    #| one of
    return px >= 0 and py >= 0 and px < width and py < height
    #| or
    return px >= 0 and px < width and py >= 0 and                 py < height
    #| or
    if px < 0 or py < 0:
        return False
    return px < width and py < height
    #| end


@helper
def id_color(segment: int) -> wp.vec3:
    key = either(wp.uint32(segment + 1) * wp.uint32(2654435761), wp.uint32(segment) * wp.uint32(747796405) +                 wp.uint32(2891336453))
    #| 0.5
    key = key ^ (key >> wp.uint32(15))
    #| end
    red = float((key >> wp.uint32(24)) & wp.uint32(255))
    green = float((key >> wp.uint32(16)) & wp.uint32(255))
    blue = float((key >> wp.uint32(8)) & wp.uint32(255))
    return wp.vec3(red, green, blue) / 255.0


@helper
def tone_map(c: wp.vec3, exposure: float) -> wp.vec3:
    s = exposure * c
    #| one of
    # Reinhard
    return wp.vec3(s[0] / (1.0 + s[0]), s[1] / (1.0 + s[1]), s[2] / (1.0 + s[2]))
    #| or
    out = wp.vec3(0.0, 0.0, 0.0)
    for k in range(3):
        out[k] = s[k] / (1.0 + s[k])
    return out
    #| or
    out = wp.vec3(0.0, 0.0, 0.0)
    for k in range(3):
        x = s[k]
        # the filmic curve of ACES
        out[k] = wp.clamp(x * (2.51 * x + 0.03) / (x * (2.43 * x + 0.59) + 0.14), 0.0, 1.0)
    return out
    #| or
    return wp.vec3(1.0 - wp.exp(-s[0]), 1.0 - wp.exp(-s[1]), 1.0 - wp.exp(-s[2]))
    #| end


@helper
def same_surface(z: float, z_beside: float, n: wp.vec3, n_beside: wp.vec3, jump: float, crease: float) -> bool:
    #| one of
    if z_beside <= 0.0 or wp.abs(z - z_beside) > jump:
        return False
    return wp.dot(n, n_beside) > crease
    #| or
    return z_beside > 0.0 and wp.abs(z - z_beside) <= jump and wp.dot(n, n_beside) > crease
    #| end


@helper
def depth_shade(z: float, near: float, far: float) -> float:
    #| one of
    return wp.clamp((far - z) / (far - near), 0.0, 1.0)
    #| or
    t = (z - near) / (far - near)
    return 1.0 - wp.clamp(t, 0.0, 1.0)
    #| or
    #? inverse depth, for more contrast nearby
    t = (1.0 / wp.max(z, near) - 1.0 / far) / (1.0 / near - 1.0 / far)
    return wp.clamp(t, 0.0, 1.0)
    #| end


@helper
def lambert(n: wp.vec3, light_dir: wp.vec3) -> float:
    #| one of
    return wp.max(-wp.dot(n, light_dir), 0.0)
    #| or
    facing = -wp.dot(n, light_dir)
    if facing < 0.0:
        return 0.0
    return facing
    #| or
    #? wraps around, so that no side is black
    return 0.5 - 0.5 * wp.dot(n, light_dir)
    #| end


@helper
def is_background(segment: int, hidden: int) -> bool:
    return segment < 0 or segment == hidden


@helper
def clamp_to_image(i: int, size: int) -> int:
    #| one of
    return wp.clamp(i, 0, size - 1)
    #| or
    return wp.min(wp.max(i, 0), size - 1)
    #| end


@helper
def rgb_to_luminance(c: wp.vec3) -> float:
    #| one of
    return 0.2126 * c[0] + 0.7152 * c[1] + 0.0722 * c[2]
    #| or
    return 0.299 * c[0] + 0.587 * c[1] + 0.114 * c[2]
    #| or
    return wp.dot(c, wp.vec3(0.2126, 0.7152, 0.0722))
    #| end


@helper
def to_byte(value: float) -> wp.uint8:
    #| one of
    return wp.uint8(255.0 * wp.clamp(value, 0.0, 1.0))
    #| or
    return wp.uint8(wp.clamp(value, 0.0, 1.0) * 255.0)
    #| or
    return wp.uint8(wp.clamp(255.0 * value + 0.5, 0.0, 255.0))
    #| end
