"""Arguments of kernels of one thread, and functions that these kernels call."""

from synthesis.drawing.kernel_files.arguments import read_arguments
from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.warp.recipes.applications.declaring import declare
from synthesis.frontends.warp.recipes.applications.program import INT, Program

_BODIES = read_bodies("warp", "single_arguments", margin=8)
_ARGUMENTS = read_arguments("warp", "single_arguments")


def declare_given(p: Program, blocks: int) -> None:
    """Declare the partial results of thread blocks, and the parameters of a step."""
    sizes = {"blocks": blocks}
    for part in ("block_results", "step_inputs", "tolerances"):
        declare(p, _ARGUMENTS[part], sizes)
    p.sizes(num_blocks=blocks, num_trials=blocks, tile_size=p.choices.choice((2, 4)), cells_along=8)
    for each in _FUNCTIONS:
        p.function(each)
    sizes = {"blocks": blocks}
    for part in ("modes", "schedules"):
        declare(p, _ARGUMENTS[part], sizes)
    p.constants({"RUNNING": 0, "CONVERGED": 1, "STALLED": 2, "DIVERGED": 3})


def declare_kept(p: Program, blocks: int, most_contacts: int) -> None:
    """Declare the state that is kept between launches, and the outputs."""
    sizes = {"most_contacts": most_contacts, "blocks": blocks}
    for part in ("counters", "flags", "sums", "norms"):
        declare(p, _ARGUMENTS[part], sizes)
    for key, names in (
        ("tile_start", ("tile_start", "tile_offsets")), ("tile_count", ("tile_count",)),
        ("row_start", ("row_start", "efc_start")), ("row_count", ("row_count", "efc_count")),
    ):  # fmt: skip
        p.output(key, INT, (blocks + (key == "tile_start"),), names)
    p.output("offsets", INT, (blocks + 1,), ("offsets", "starts"))
    p.output("cursor", INT, (blocks,), ("bin_count", "bin_cursor"), (0, 5))


_FUNCTIONS = (
    _BODIES["functions"],
    """
    def decreases_enough(cost: float, trial: float, c1: float, alpha: float, slope: float) -> bool:
        return trial <= cost + c1 * alpha * slope
    """,
    """
    def gain_ratio(cost: float, trial: float, predicted: float) -> float:
        {return (cost - trial) / wp.max(predicted, 1.0e-6) ~ gained = cost - trial
        return gained / wp.max(predicted, 1.0e-6)}
    """,
)
"""Functions that some of the kernels call."""
