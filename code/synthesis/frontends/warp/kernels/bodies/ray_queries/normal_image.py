"""Bodies of normal_image for ``recipes/applications/ray_queries.py``."""

import warp as wp

from synthesis.drawing.kernel_files.words import either


def render_normals(far, mesh, ray, start, normal, tid, depth):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    #| one of
    if not answer.result:
        normal[tid] = wp.vec3(0.0, 0.0, 0.0)
        return
    n = answer.normal
    #? towards the viewer
    if wp.dot(n, ray) > 0.0:
        n = -n
    normal[tid] = n
    #| one of
    depth[tid] = answer.t
    #| or
    #| end
    #| or
    #? from -1..1 to colors
    c = wp.vec3(0.0, 0.0, 0.0)
    if answer.result:
        c = 0.5 * answer.normal + wp.vec3(0.5, 0.5, 0.5)
    normal[tid] = c
    #| end


def render_mesh(far, mesh, ray, start, background, shade, tid, light, ambient, falloff, specular):
    answer = wp.mesh_query_ray(mesh, start, ray, far)
    if not answer.result:
        shade[tid] = either(0.0, background)
        return
    n = answer.normal
    #| one of
    lambert = wp.max(wp.dot(n, light), 0.0)
    shade[tid] = ambient + (1.0 - ambient) * lambert
    #| or
    lambert = wp.max(wp.dot(n, light), 0.0)
    #? nearer is brighter
    shade[tid] = (ambient + lambert) / (1.0 + falloff * answer.t * answer.t)
    #| or
    lambert = wp.max(wp.dot(n, light), 0.0)
    h = wp.normalize(light - ray)
    gloss = wp.pow(wp.max(wp.dot(n, h), 0.0), 8.0)
    shade[tid] = ambient + lambert + specular * gloss
    #| or
    #? a light at the camera
    facing = wp.abs(wp.dot(n, ray))
    fog = wp.clamp(answer.t / far, 0.0, 1.0)
    shade[tid] = (1.0 - fog) * facing + fog * background
    #| end
