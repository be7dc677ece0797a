"""Lists of the particles near each other: buffers of cells, and pairs of lists."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import positive, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.spaces import SIDE, WITHIN, box, side_of_box
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "neighbor_lists", margin=4)

_FILL = _BODIES["fill"]
_FILL_ENDS = _BODIES["fill_ends"]


def write_cell_buffers(p: Program) -> Text:
    """Draw a function that lists the particles in each cell of a grid, up to a maximum per cell."""
    n, side_cells, capacity = p.size(32, 48, 64), p.choices.choice((3, 4)), p.choices.choice((8, 12, 16))
    dim = p.choices.choice((2, 3))
    lines = p.choose(_FILL + _FILL_ENDS)
    flat = "num_cells, capacity, *" in lines
    head = (side_cells**dim, capacity) if flat else (*(side_cells,) * dim, capacity)
    some = {"mass": positive(n), "velocity": Leaf((n, dim), -1, 1)}
    if p.choices.chance(0.5):
        some = {"charge": Leaf((n,), -1, 1)}
    given: dict[str, Array | Constant | Option] = {
        "R": Array(Leaf((n, dim), *WITHIN), f"positions of shape (n, {dim})", ("R", "positions", "pos")),
        "side": Option("float", "side length of the box", (f"{SIDE}",), ("box_size", "side")),
        "per_side": Option(
            "int", "number of cells along each side", (str(side_cells),), ("cells_per_side", "grid_size"), needed=True
        ),
        "capacity": Option(
            "int", "largest number of particles in a cell", (str(capacity),), ("capacity", "cell_capacity")
        ),
        "attributes": Array(some, "further attributes of the particles, by name", ("attributes", "extra", "features")),
    }
    place, ids = Leaf((*head, dim)), Leaf(head, dtype="int32")
    kept = {name: Leaf((*head, *leaf.shape[1:])) for name, leaf in some.items()}
    last = lines.split("\n")[-1].strip()
    if last.startswith("return buffers"):
        made: Tree = {"R": place, "id": ids, **kept}
        result: tuple[Tree, ...] = (made, Leaf((), dtype="bool")) if "," in last else (made,)
    elif last.startswith("return ids"):
        result = (ids, Leaf((), dtype="bool"))
    else:
        result = (place, ids)
    return Text(
        lines=with_escaped_braces(lines),
        given=given,
        result=result,
        titles=("fill_cells", "build_cell_list", "cell_list", "scatter_to_cells"),
        summary=p.pick("Sorts particles into the cells of a grid", "Builds a cell list with fixed capacity"),
        returned="buffers of equal length, one for each cell",
    )


_SPARSE = _BODIES["sparse"]
_SPARSE_ENDS = _BODIES["sparse_ends"]


def write_pairs_of_lists(p: Program) -> Text:
    """Draw a function that converts neighbour lists to pairs of senders and receivers."""
    n, width = p.size(16, 24, 32), p.choices.choice((6, 8, 12))
    lines = p.choose(_SPARSE + _SPARSE_ENDS)
    capacity = p.pick("None", str(n * width // 2), str(n * width // 4)) if "capacity is not" in lines else "None"
    size = n * width if capacity == "None" else int(capacity)
    one = Leaf((size,), dtype="int32")
    last = lines.split("\n")[-1]
    if "'senders'" in last:
        result: tuple[Tree, ...] = ({"senders": one, "receivers": one, "n_edge": Leaf((), dtype="int32")},)
    elif "stack" in last:
        result = (Leaf((2, size), dtype="int32"),)
    else:
        result = (one, one, *([Leaf((), dtype="int32")] if "sum" in last else []))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "idx": Array(Leaf((n, width), 0, n, "int32"), "neighbours of each particle, n for none",
                         ("idx", "neighbor_idx", "neighbors")),
            "R": Array(box(n), "positions of shape (n, 3)", ("R", "positions", "pos")),
            "side": side_of_box(p),
            "cutoff": Option("float", "cutoff distance", ("1.5", "1.8", "1.2"), ("cutoff", "r_cut")),
            "capacity": Option("int | None", "largest number of pairs", ("None",), ("capacity", "max_edges"), capacity),
            "layout": Option("str", "layout of the list: sparse or ordered", ("'sparse'", "'ordered'"),
                             ("layout", "list_format")),
            "ordered": Option("bool", "whether to list each pair once", ("False", "True"), ("ordered", "half")),
            "include_self": Option("bool", "whether to include each particle itself", ("False", "True"),
                                   ("include_self", "self_edges")),
        },
        result=result,
        titles=("to_edges", "dense_to_sparse", "neighbor_pairs", "to_jraph"),
        summary=p.pick("Builds neighbour pairs as senders and receivers", "Converts neighbour lists into pairs"),
        returned="indices of both particles of each pair",
    )  # fmt: skip
