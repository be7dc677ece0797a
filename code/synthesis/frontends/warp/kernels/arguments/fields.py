"""Arguments of the kernels of ``recipes/applications/fields.py``."""

from synthesis.drawing.kernel_files.words import Array


def plane_outputs(
    out: Array[float, nx, ny],  #: output
    q_io: Array[float, nx, ny],  #: -1..1, inout
    u_io: Array[float, nx, ny],  #: -1..1, inout, named u vel_x
    v_io: Array[float, nx, ny],  #: -1..1, inout, named v vel_y
    depth_out: Array[float, nx, ny],  #: output, named depth_out water_depth_out
    rate: Array[float, nx, ny],  #: output, named rate_out eta_dot_new velocity_out
    worst: Array[float, 1],  #: 0..3, inout
    residual: Array[float, 1],  #: 0..1, inout
): ...


def waters(
    uf: Array[float, nx + 1, ny],  #: -1..1
    vf: Array[float, nx, ny + 1],  #: -1..1
    depth: Array[float, nx, ny],  #: 0.5..2, named depth water_depth
    conduct: Array[float, nx, ny],  #: 0.1..0.5, named conductivity diffusivity
    capacity: Array[float, nx, ny],  #: 0.5..2, named heat_capacity rho_c
    omega: float,  #: 0.3..0.9, usually 0.5 0.8, named omega relaxation relax
    weight: float,  #: 0.1..0.5, usually 0.25 0.2, named diffusivity conductivity alpha
    inflow: float,  #: 0.5..2, usually 1.0, named inflow_value inflow
    boundary_value: float,  #: -1..1, usually 0.0
    nx: int,  #: is nx
    ny: int,  #: is ny
): ...


def rates(
    density: float,  #: 0.5..2, usually 1.0, named density rho
    wave_speed: float,  #: 0.3..1, usually 0.5, named wave_speed c
    c2: float,  #: 0.1..1, usually 0.25, named c_squared wave_speed_sq
    decay: float,  #: 0.1..0.5, usually 0.1 0.5
    gravity: float,  #: 1..5, usually 9.81, named gravity g
    color: int,  #: 0..1, named color parity
): ...


def cells(
    rate_in: Array[float, nx, ny],  #: -1..1, named height_rate eta_dot vertical_velocity
    source: Array[float, nx, ny],  #: -1..1, named source emission inflow_rate
    cell_type: Array[int, nx, ny],  #: 0..2, named cell_type flags boundary cell_flags
): ...
