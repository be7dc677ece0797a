"""Fields on grids: transport, pressure, boundaries, heights, and transfers between particles and a grid."""

from synthesis.core.records import KernelSpec
from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.drawing.streams import Stream
from synthesis.drawing.types import Type
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import FLOAT, INT, Program

_BODIES = read_bodies("warp", "fields", margin=12)
_ARGUMENTS = read_arguments("warp", "fields")

_PLANAR = Type("float32", (2,))

_EDGE = "{if x == 0 or y == 0 or x == nx - 1 or y == ny - 1: ~ " \
    "if x < 1 or x > nx - 2 or y < 1 or y > ny - 2: ~ if x == 0 or x == nx - 1 or y == 0 or y == ny - 1:}"  # fmt: skip


def _with_edge(text: str) -> str:
    """Return a template for testing whether a cell is at the edge of the grid."""
    return text.replace("{EDGE", "{" + _EDGE)


_NEIGHBORS = _BODIES["neighbors"]
"""Lines that compute the sum of the differences between the four neighbouring cells and a cell."""


def _with_neighbors(text: str) -> str:
    """Return a template for NEIGHBORS, the sum of differences from the neighbouring cells."""
    return text.replace("NEIGHBORS", _NEIGHBORS)


_PLANE = {
    "advect": (
        (
            _BODIES["advect.advect"],
            "advect advect_field semi_lagrangian",
            "Advects a field by one semi-Lagrangian step",
        ),
        (
            _BODIES["advect.advect_upwind"],
            "advect_upwind upwind_step transport_upwind",
            "Advects a field by one upwind step",
        ),
    ),
    "divergence": (
        (
            _with_edge("""
            {EDGE
                out[x, y] = 0.0
                return
            {ur = float(u[x + 1, y])
            ul = float(u[x - 1, y])
            vt = float(v[x, y + 1])
            vb = float(v[x, y - 1])
            # no flow through walls
            if cell_type[x + 1, y] == SOLID:
                ur = 0.0
            if cell_type[x - 1, y] == SOLID:
                ul = 0.0
            if cell_type[x, y + 1] == SOLID:
                vt = 0.0
            if cell_type[x, y - 1] == SOLID:
                vb = 0.0
            div = (ur - ul + vt - vb) / (2.0 * h) ~
            div = {(u[x + 1, y] - u[x - 1, y] + v[x, y + 1] - v[x, y - 1]) / (2.0 * h) ~ \\
                    (u[x + 1, y] - u[x - 1, y]) / (2.0 * h) + (v[x, y + 1] - v[x, y - 1]) / (2.0 * h)}} ~
            # the other side follows on the last cell
            ur = u[(x + 1) % nx, y]
            ul = u[(x + nx - 1) % nx, y]
            vt = v[x, (y + 1) % ny]
            vb = v[x, (y + ny - 1) % ny]
            div = (ur - ul + vt - vb) / (2.0 * h)}
            {?0.3 {wp.atomic_max(worst, 0, wp.abs(div)) ~ wp.atomic_add(residual, 0, div * div)}}
            out[x, y] = RESULT
            """),
            "",
            "Computes the divergence of a cell-centred velocity field",
        ),
        (
            _BODIES["divergence"],
            "",
            "Computes the divergence of a staggered velocity field",
        ),
    ),
    "relax": (
        (
            _with_edge("""
            {EDGE
                out[x, y] = {q[x, y] ~ boundary_value}
                return
            {?0.4 if cell_type[x, y] == SOLID:
                out[x, y] = q[x, y]
                return}
            total = q[x - 1, y] + q[x + 1, y] + q[x, y - 1] + q[x, y + 1]
            new = 0.25 * (total - h * h * source[x, y]) ~
            total = q[(x + 1) % nx, y] + q[(x + nx - 1) % nx, y]
            total += q[x, (y + 1) % ny] + q[x, (y + ny - 1) % ny]
            new = 0.25 * (total - h * h * source[x, y])}
            out[x, y] = {new ~ q[x, y] + omega * (new - q[x, y]) ~ (1.0 - omega) * q[x, y] + omega * new}
            {?0.4 change = wp.abs(new - q[x, y])
            {wp.atomic_max(worst, 0, change) ~ wp.atomic_add(residual, 0, change * change)}}
            """),
            "jacobi_step jacobi_iteration relax_pressure",
            "Performs a Jacobi iteration of the pressure Poisson equation",
        ),
        (
            _BODIES["relax"],
            "pressure_jacobi solve_pressure_jacobi pressure_iteration",
            "Performs a Jacobi iteration of the pressure Poisson equation with walls",
        ),
        (
            _with_edge("""
            # cells of the other colour are done in the next launch
            {if (x + y) % 2 != color:
                return ~ if (x + y + color) % 2 == 1:
                return}
            {EDGE
                return
            total = q_io[x - 1, y] + q_io[x + 1, y] + q_io[x, y - 1] + q_io[x, y + 1]
            new = 0.25 * (total - h * h * source[x, y]) ~
            left = q_io[wp.max(x - 1, 0), y]
            right = q_io[wp.min(x + 1, nx - 1), y]
            low = q_io[x, wp.max(y - 1, 0)]
            high = q_io[x, wp.min(y + 1, ny - 1)]
            new = 0.25 * (left + right + low + high - h * h * source[x, y])}
            {?0.4 wp.atomic_max(worst, 0, wp.abs(new - q_io[x, y]))}
            q_io[x, y] = {new ~ q_io[x, y] + omega * (new - q_io[x, y])}
            """),
            "gauss_seidel_color red_black_step sor_step",
            "Relaxes the cells of one colour in place by Gauss-Seidel",
        ),
    ),
    "heights": (
        (
            _with_neighbors(_BODIES["heights.heights"]),
            "wave_step update_heights step_waves",
            "Performs a time step of the wave equation for a height field",
        ),
        (
            _BODIES["heights.update_shallow_water_velocity"],
            "update_shallow_water_velocity accelerate_shallow_water shallow_water_velocity",
            "Updates shallow water velocities by the surface slope",
        ),
        (
            _BODIES["heights.update_water_depth"],
            "update_water_depth shallow_water_continuity advance_water_depth",
            "Updates the depth of shallow water from face fluxes",
        ),
    ),
    "heat": (
        (
            _with_neighbors(_BODIES["heat.heat"]),
            "heat_step diffuse_heat conduct",
            "Performs an explicit step of heat conduction",
        ),
        (
            _BODIES["heat.heat_step_materials"],
            "heat_step_materials conduct_variable diffuse_heat_materials",
            "Performs an explicit step of heat conduction with variable conductivity",
        ),
    ),
}


def _declare_results(p: Program, target: str, nx: int, ny: int, quantity: tuple[str, ...], subject: int) -> bool:
    """Declare the outputs, and return whether the divergence is scaled to a right-hand side."""
    scaled = p.choices.chance(0.4)
    results = {
        "advect": ("density_out", "smoke_out", "concentration_out", "phi_out", "temperature_out"),
        "divergence": ("rhs", "rhs_out", "pressure_rhs") if scaled else ("divergence_out", "div"),
        "relax": ("pressure_out", "p_new", "phi_new"),
        "heights": ("height_out", "eta_new", "water_height_out"),
        "heat": ("temperature_out", "heat_out"),
    }[target]
    largest = ("max_divergence", "worst_divergence") if target == "divergence" else ("max_change", "largest_change")
    summed = ("divergence_sq", "divergence_norm_sq") if target == "divergence" else ("change_sq", "error_sq")
    declare(
        p,
        _ARGUMENTS["plane_outputs"],
        {"nx": nx, "ny": ny},
        {
            "out": results if target == "divergence" else (results[subject],),
            "q_io": quantity,
            "worst": largest,
            "residual": summed,
        },
    )
    return scaled


def _draw_plane(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel on a 2-D grid, with one thread for each cell."""
    nx, ny = stream.child("sizes").choice(((8, 8), (10, 8), (8, 12), (12, 12), (16, 8)))
    text, titles, summary = stream.child("kernel").choice(_PLANE[target])
    p = Program(stream, ("x", "i", "ix"), ("y", "j", "iy"), launch=(nx, ny))
    shape = (nx, ny)
    along, up = p.choices.choice((("u", "v"), ("vel_x", "vel_y"), ("velocity_x", "velocity_y")))
    p.array("u", FLOAT, (-1, 1), shape, (along,))
    p.array("v", FLOAT, (-1, 1), shape, (up,))
    quantity = {
        "advect": ("density", "smoke", "concentration", "phi", "temperature"),
        "divergence": ("q",),
        "relax": ("pressure", "p", "phi"),
        "heights": ("height", "eta", "water_height"),
        "heat": ("temperature", "heat"),
    }[target]
    # the read and the written array hold the same quantity
    subject = p.choices.child("subject").choice(range(len(quantity)))
    quantity = (quantity[subject],)
    p.array("q", FLOAT, (-1, 1), shape, quantity)
    declare(
        p,
        _ARGUMENTS["cells"],
        {"nx": nx, "ny": ny},
        {"source": ("divergence", "rhs") if target == "relax" else ("source", "emission", "inflow_rate")},
    )
    p.number("dt", (0.2, 1), ("dt", "time_step"), ("0.5", "0.1"))
    # an explicit step of heat conduction is stable only on coarse grids
    coarse = target == "heat"
    p.number("h", (0.8, 2), ("dx", "h", "cell_size"), ("1.0",) if coarse else ("1.0", "0.5"))
    p.number("inv_h", (0.8, 2), ("inv_dx", "inv_h", "inv_cell_size"), ("1.0",) if coarse else ("1.0", "2.0"))
    losses = {"heights": ("damping", "bottom_friction"), "heat": ("cooling_rate", "heat_loss")}
    declare(p, _ARGUMENTS["rates"], {}, {"decay": losses.get(target, ("dissipation", "decay"))})
    across, over = p.choices.choice((("u", "v"), ("vel_x", "vel_y"), ("face_vel_x", "face_vel_y")))
    outside = ("ambient", "ambient_temperature") if target == "heat" else ("boundary_value", "boundary_pressure")
    declare(p, _ARGUMENTS["waters"], {"nx": nx, "ny": ny}, {"uf": (across,), "vf": (over,), "boundary_value": outside})
    p.constants({"FLUID": 0, "SOLID": 1, "INFLOW": 2, "FIXED": 1})
    scaled = _declare_results(p, target, nx, ny, quantity, subject)
    if p.maybe(0.25):
        p.write("# the launch may be larger than the grid\nif x >= nx or y >= ny:\n    return")
    result = p.pick("-div / dt", "div / dt", "density * div / dt") if scaled else "div"
    p.write(text.replace("RESULT", result))
    if target == "divergence":
        titles = "pressure_rhs build_rhs projection_rhs" if scaled else "compute_divergence divergence"
        summary = "Computes the right-hand side of the pressure Poisson equation" if scaled else summary
    return p.done("field", "planes", target, summary, tuple(titles.split()), (
        "One thread per cell.",
        "Explicit update; stable for small time steps only." if target in ("heights", "heat") else "",
    ))  # fmt: skip


_TRANSFER = {
    "to_grid": _BODIES["to_grid"],
    "from_grid": """
        x = points[tid]
        {?0.4 {# bodies at rest keep their velocity
        ~}
        if active[tid] == 0:
            STAY
            v_out[tid] = velocities[tid]
            return}
        {gx = wp.clamp(int((x[0] - LOW_X) * inv_h), 0, grid_size - 2)
        gy = wp.clamp(int((x[1] - LOW_Y) * inv_h), 0, grid_size - 2) ~
        gx = int(wp.clamp((x[0] - LOW_X) * inv_h, 0.0, float(grid_size - 2)))
        gy = int(wp.clamp((x[1] - LOW_Y) * inv_h, 0.0, float(grid_size - 2)))}
        {fx = saturate((x[0] - LOW_X) * inv_h - float(gx))
        fy = saturate((x[1] - LOW_Y) * inv_h - float(gy)) ~
        fx = wp.min(wp.max((x[0] - LOW_X) * inv_h - float(gx), 0.0), 1.0)
        fy = wp.min(wp.max((x[1] - LOW_Y) * inv_h - float(gy), 0.0), 1.0)}
        {vel = wp.vec2(0.0, 0.0)
        for dx in range(2):
            for dy in range(2):
                {?0.4 if mass_of[gx + dx, gy + dy] <= threshold:
                    continue}
                {w = (1.0 - fx + float(dx) * (2.0 * fx - 1.0)) * (1.0 - fy + float(dy) * (2.0 * fy - 1.0)) ~
                wx = fx if dx == 1 else 1.0 - fx
                wy = fy if dy == 1 else 1.0 - fy
                w = wx * wy}
                vel += grid_of[gx + dx, gy + dy] * w ~
        a = grid_of[gx, gy] * (1.0 - fx) + grid_of[gx + 1, gy] * fx
        b = grid_of[gx, gy + 1] * (1.0 - fx) + grid_of[gx + 1, gy + 1] * fx
        vel = a * (1.0 - fy) + b * fy}
        {?0.6 vel += gravity * dt}
        {?0.5 {# drag of the air
        ~}
        vel *= wp.max(1.0 - drag * dt, 0.0)}
        {?0.5 speed = wp.length(vel)
        if speed > v_max:
            vel *= v_max / speed}
        {?0.4 if x[1] < floor and vel[1] < 0.0:
            vel = wp.vec2(vel[0], {0.0 ~ -restitution * vel[1]})}
        MOVE
        v_out[tid] = vel
    """,
    "bin_points": _BODIES["bin_points"],
}


def _draw_transfer(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that transfers data between particles and a grid, or sorts particles into cells."""
    p = Program(stream, ("tid", "particle", "i"))
    count, n = p.threads, p.choices.choice((6, 8, 10))
    p.array("points", _PLANAR, (-1, 1), (count,), ("particle_q", "points", "x", "positions"))
    p.array("velocities", _PLANAR, (-1, 1), (count,), ("particle_qd", "velocities", "v"))
    p.array("masses", FLOAT, (0.5, 2), (count,), ("mass", "particle_mass", "masses"))
    p.array("volumes", FLOAT, (0.2, 1), (count,), ("volumes", "particle_volume"))
    p.array("material", INT, (0, 2), (count,), ("material", "phase", "particle_type"))
    p.array("active", INT, (0, 1), (count,), ("active", "alive", "particle_flags"))
    p.array("scale", FLOAT, (0.5, 2), (3,), ("material_density", "density_of", "rest_density"))
    p.array("grid_of", _PLANAR, (-1, 1), (n, n), ("grid_v", "node_velocity", "grid_vel"))
    p.array("mass_of", FLOAT, (0, 1), (n, n), ("grid_m", "node_mass"))
    p.scalar("origin", _PLANAR, (-1.1, -0.9), ("origin", "grid_origin", "lower"))
    p.scalar("gravity", _PLANAR, (-10, 10), ("gravity", "g"))
    p.number("low", (-1, -0.8), ("grid_lo", "low", "min_coord"), ("-1.0",))
    p.number("inv_h", (n / 2.4, n / 2.1), ("inv_dx", "inv_h"), (f"{n / 2}",))
    p.number("dt", (0.05, 0.2), ("dt", "sim_dt"), ("0.1",))
    p.number("drag", (0.5, 2), ("drag", "air_drag", "damping"), ("0.5", "1.0"))
    p.number("restitution", (0.2, 0.8), ("restitution", "bounce"), ("0.5",))
    p.number("floor", (-0.3, 0.3), ("ground_height", "floor_z"), ("0.0",))
    p.number("v_max", (0.3, 0.8), ("max_velocity", "v_max"), ("0.5",))
    p.number("threshold", (0.2, 0.5), ("mass_threshold", "min_mass"), ("0.25",))
    p.scalar("max_per_cell", INT, (1, 4), ("max_per_cell", "cell_capacity"))
    p.sizes(grid_size=n, num_cells=n * n)
    p.constants({"EMPTY": 0, "WATER": 1, "SAND": 2})
    p.output("grid_m", FLOAT, (n, n), ("grid_m", "node_mass", "grid_mass"), (0, 0.1))
    p.output("grid_v", _PLANAR, (n, n), ("grid_v", "node_momentum", "grid_mv"), (0, 0.1))
    p.output("cell_count", INT, (n, n), ("cell_count", "num_in_cell"), (0, 1))
    p.output("num_full", INT, (1,), ("num_full", "overflow"), (0, 1))
    p.output("cell_points", INT, (n, n, 4), ("cell_particles", "cell_points"), (-1, 0))
    p.output("cell_mass", FLOAT, (n, n), ("cell_mass", "mass_in_cell"), (0, 0.1))
    p.output("num_lost", INT, (1,), ("num_lost", "num_outside"), (0, 1))
    p.output("cell_of", INT, (count,), ("cell_of", "cell_ids", "cell_index"))
    p.output("x_out", _PLANAR, (count,), ("x_out", "particle_q_out", "points_out"))
    p.output("v_out", _PLANAR, (count,), ("v_out", "particle_qd_out", "new_velocities"), (0, 1))
    p.guard_count("particle")
    low_x, low_y = p.choices.choice((("origin[0]", "origin[1]"), ("low", "low")))
    number, place = p.choices.choice(
        (
            ("cx * grid_size + cy", "cx, cy"),
            ("cy * grid_size + cx", "cy, cx"),
            ("cx + grid_size * cy", "cy, cx"),
        )
    )
    text = _TRANSFER[target].replace("NUMBER", number).replace("PLACE", place)
    moves = p.choices.chance(0.5)
    text = text.replace("            STAY\n", "            x_out[tid] = x\n" if moves else "")
    text = text.replace("        MOVE\n", "        x_out[tid] = x + vel * dt\n" if moves else "")
    p.write(text.replace("LOW_X", low_x).replace("LOW_Y", low_y))
    titles = {
        "to_grid": ("p2g", "scatter_to_grid", "deposit_mass", "splat_particles"),
        "from_grid": ("g2p", "gather_from_grid", "update_particles", "sample_grid"),
        "bin_points": ("bin_particles", "compute_cell_ids", "assign_cells"),
    }[target]
    return p.done("field", "transfers", target, _TRANSFER_SUMMARIES[target], titles, (
        "One thread per particle.", "Linear weights on the four nodes of a particle's cell." if target != "bin_points"
        else "Index of the cell that contains each particle.",
    ))  # fmt: skip


_TRANSFER_SUMMARIES = {
    "to_grid": "Transfers particle quantities to grid nodes",
    "from_grid": "Transfers grid quantities to particles",
    "bin_points": "Assigns particles to grid cells",
}
RECIPES = (
    Recipe(name="planes", category="field", targets=tuple(_PLANE), draw=_draw_plane, target_weights={"relax": 0.5}),
    Recipe(
        name="transfers",
        category="field",
        targets=tuple(_TRANSFER),
        draw=_draw_transfer,
        target_weights={"from_grid": 0.5},
    ),
)
