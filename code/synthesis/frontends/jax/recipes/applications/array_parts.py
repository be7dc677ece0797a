"""Numeric utilities of libraries: lookup tables, scaling of features, buffers, smoothing."""

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "array_parts", margin=4)

_BOUNDS = {
    "named": _BODIES["named"],
    "filled": "inside = (x >= low) & (x <= high)",
    "periodic": _BODIES["periodic"],
    "clipped": "{?0.5 # {the last value beyond the ends}}\nx = jnp.clip(x, low, high)",
}
_LOOKED_UP = _BODIES["looked_up"]
_METHODS = _BODIES["methods"]


def write_lookup(p: Program) -> Text:
    """Draw a function that interpolates between the values of a table."""
    n, points = p.size(64, 128, 256), p.choices.choice((8, 12, 16, 24))
    bounds = p.pick("named", "named", "filled", "periodic", "clipped")
    lines = placed(p.choose(_LOOKED_UP), "BOUNDS", p.choose(_BOUNDS[bounds]))
    lines = placed(lines, "METHOD", p.choose(_METHODS))
    sloped = "y = (1.0 - t) * left" in lines and "log_scale" not in lines and p.choices.chance(0.4)
    end = (
        p.choose("""
        {if with_slope:
            return y, (right - left) / spacing
        return y ~
        return y, (right - left) / spacing}
    """)
        if sloped
        else "return y"
    )
    lines = placed(lines, "END", end if bounds != "filled" else f"y = jnp.where(inside, y, fill_value)\n{end}")
    known = [each for each in ("nearest", "linear", "cubic", "previous", "smooth") if f"method == '{each}'" in lines]
    modes = ["'clip'", "'extrapolate'", *(["'wrap'"] if "'wrap'" in lines else [])]
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(Leaf((n,), 0.05, 0.95), "points at which the table is evaluated", ("x", "query", "xq")),
            "low": Option("float", "first grid point of the table", ("0.0", "0.1"), ("x_min", "start", "low")),
            "high": Option("float", "last grid point of the table", ("1.0", "0.8"), ("x_max", "stop", "high")),
            "values": Array(Leaf((points,), 0.5, 2), "tabulated values", ("values", "samples", "table")),
            "method": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['linear'])}'",),
                             ("method", "kind", "interpolation")),
            "outside": Option("str", "value outside the table", (p.choices.choice(modes),),
                              ("mode", "outside", "bounds")),
            "periodic": Option("bool", "whether the table is periodic", ("False", "True"), ("periodic",)),
            "log_scale": Option("bool", "whether to interpolate the logarithms of the values", ("False", "True"),
                                ("log_scale", "geometric")),
            "with_slope": Option("bool", "whether to return the slopes as well", ("False",),
                                 ("with_slope", "return_slope"),
                                 "True"),
            "fill_value": Option("float", "value outside the table", ("0.0", "-1.0"), ("fill_value",)),
        },
        result=(Leaf((n,)), Leaf((n,))) if sloped else (Leaf((n,)),),
        titles=("interpolate", "lookup", "interp_table", "interpolate_table"),
        summary=p.pick("Interpolates values of a table", "Looks up values in a table with interpolation"),
        returned="one value for each query",
    )  # fmt: skip


_SCALED = _BODIES["scaled"]


def write_scaled(p: Program) -> Text:
    """Draw a function that scales features."""
    rows, width = p.size(64, 128, 256), p.choices.choice((6, 8, 12))
    lines = p.choose(_SCALED)
    known = [each for each in ("standard", "minmax", "max_abs", "rms") if f"'{each}'" in lines]
    padded, both = p.choices.chance(0.5), p.choices.chance(0.6)
    one = Leaf((width,))
    last = lines.rstrip().split("\n")[-1]
    if "'offset'" in last:
        result: tuple[Tree, ...] = (Leaf((rows, width)), {"offset": one, "scale": one})
    elif "(offset, scale)" in last:
        result = (Leaf((rows, width)), (one, one)) if both else (Leaf((rows, width)),)
    else:
        result = (Leaf((rows, width)), one, one)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(Leaf((rows, width), -3, 3), "rows of features", ("x", "features", "data")),
            "valid_rows": Array(Leaf((rows,), 0, 1, "bool"), "mask of valid rows", ("mask", "valid"),
                                float(not padded)),
            "scheme": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['standard'])}'",),
                             ("scheme", "method", "kind")),
            "skip": Option("tuple[int, ...]", "features that are not normalized", ("()", "(0,)", "(0, 2)"),
                           ("skip", "passthrough", "categorical")),
            "limit": Option("float | None", "largest absolute value after scaling", ("None", "2.0", "1.5"),
                            ("clip", "limit")),
            "return_params": Option("bool", "whether to return the offsets and scales as well", ("True",),
                                    ("return_params", "return_stats"), str(both)),
            "eps": Constant("1e-6", "smallest spread that is divided by", ("eps",)),
        },
        result=result,
        titles=("scale_features", "normalize_columns", "standardize", "fit_and_scale"),
        summary=p.pick("Scales features to a common range", "Normalizes the columns of a table"),
        returned="the normalized features, and their offsets and scales",
    )  # fmt: skip


_BUFFERED = _BODIES["buffered"]


def write_buffer(p: Program) -> Text:
    """Draw a function that writes new transitions into a ring buffer."""
    capacity, new, width = p.size(64, 128, 256), p.choices.choice((4, 8, 16)), p.choices.choice((4, 8))
    shapes: dict[str, tuple[int, ...]] = {"obs": (width,), "action": (2,), "reward": (), "done": ()}
    if p.choices.chance(0.4):
        shapes |= {"next_obs": (width,)}
    names = [name for name in shapes if name == "reward" or p.choices.chance(0.8)]

    def rows(count: int) -> dict[str, Tree]:
        return {name: Leaf((count, *shapes[name]), 0.0 if name == "done" else -1.0, 1) for name in names}

    index = Leaf((), 0, capacity - 1, "int32")
    fields: list[tuple[str, Tree]] = [
        ("data", rows(capacity)), ("priority", Leaf((capacity,), 0.1, 2)), ("position", index), ("size", index)
    ]  # fmt: skip
    buffer = p.record(p.pick("ReplayBuffer", "BufferState"), fields, "Transitions, and where the next is written")
    lines = p.choose(_BUFFERED).replace("NAME", buffer.name)
    graded = p.choices.chance(0.6)
    both = "return buffer," in lines
    made = Record(buffer.name, (*fields[:2], *((name, Leaf((), dtype="int32")) for name in ("position", "size"))))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "buffer": Array(buffer, "the replay buffer", ("buffer", "state", "replay")),
            "batch": Array(rows(new), "new transitions, by name", ("batch", "transitions", "new")),
            "td_errors": Array(Leaf((new,), -2, 2), "temporal difference errors of the new transitions",
                               ("td_errors", "errors"),
                               float(not graded)),
            "alpha": Option("float", "exponent of the priorities", ("0.6", "0.7"), ("alpha", "priority_exponent")),
            "priority_of_new": Option("float", "priority of new transitions", ("1.0", "2.5"), ("initial_priority",)),
            "eps": Constant("1e-3", "smallest priority", ("eps",)),
        },
        result=(made, Leaf((capacity,))) if both else (made,),
        titles=("insert_batch", "add_transitions", "push_batch", "extend_buffer"),
        summary=p.pick("Writes transitions into a replay buffer", "Adds transitions to a ring buffer"),
        returned="the buffer" + (", and the replay probabilities" if both else ""),
    )  # fmt: skip


_SMOOTHED = _BODIES["smoothed"]


def write_smoothed(p: Program) -> Text:
    """Draw a function that smooths signals by a window."""
    length, width = p.size(100, 128, 256), p.choices.choice((3, 5, 7, 9))
    lead: tuple[int, ...] = p.choices.choice(((), (4,), (2, 3)))
    lines = p.choose(_SMOOTHED)
    if "'shrink'" not in lines:
        lines = lines.replace("counted = 1.0\n", "").replace(" / counted", "").replace("smooth = smooth\n", "")
    every = p.choices.choice((1, 2, 4))
    known = [each for each in ("box", "gaussian", "triangle", "hann", "epanechnikov") if f"kind == '{each}'" in lines]
    last = lines.rstrip().split("\n")[-1]
    whole = Leaf((*lead, length))
    thinned = Leaf((*lead, -(-length // every)))
    edges = p.pick("'reflect'", "'edge'", *(("'shrink'",) * 2 if "'shrink'" in lines else ("'wrap'",)))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(Leaf((*lead, length), -2, 2), "signals", ("x", "signal", "series")),
            "width": Option("int", "number of samples in the window", (str(width),),
                            ("width", "window", "kernel_size")),
            "kind": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['box'])}'",),
                           ("kind", "kernel", "window_type")),
            "sigma": Option("float", "standard deviation of the Gaussian window", ("1.0", "1.5", "2.0"),
                            ("sigma", "bandwidth")),
            "edges": Option("str", "value outside the table", (edges,), ("edges", "pad_mode", "boundary")),
            "residual": Option("bool", "whether to return the residual as well", ("False", "True"),
                               ("residual", "detrend")),
            "threshold": Option("float", "deviation from which a sample is an outlier", ("2.0", "1.5", "3.0"),
                                ("threshold",)),
            "every": Option("int", "stride of the samples that are kept", (str(every),),
                            ("every", "decimate", "stride")),
        },
        result=(thinned,) if "every > 1" in lines else (whole, whole) if ", x - smooth" in last else (whole,),
        titles=("smooth_signal", "smooth", "moving_average", "filter_signal"),
        summary=p.pick("Smooths signals with a window", "Computes a windowed moving average of signals"),
        returned="signals",
    )  # fmt: skip


_LOW_RANK = _BODIES["low_rank"]


def write_low_rank(p: Program) -> Text:
    """Draw a layer with a low-rank correction."""
    width, out, rank = p.size(32, 64), p.size(48, 96), p.choices.choice((2, 4, 8))
    lead: tuple[int, ...] = p.choices.choice(((8,), (4, 6)))
    lines = p.choose(_LOW_RANK)
    halved, sized, biased = (p.choices.chance(0.5) for _ in range(3))
    low = "dtype is not None" in lines and halved
    promoted = ("magnitude is not None" in lines and sized) or ("bias is not None" in lines and biased)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "x": Array(Leaf((*lead, width)), "features", ("x", "inputs")),
            "kernel": Array(weights(width, out), "pretrained weights", ("kernel", "weight")),
            "a": Array(weights(width, rank), "first low-rank factor", ("lora_a", "a", "down")),
            "b": Array(weights(rank, out), "second low-rank factor", ("lora_b", "b", "up")),
            "magnitude": Array(Leaf((out,), 0.5, 1.5), "magnitude of each column", ("magnitude",), float(not sized)),
            "bias": Array(Leaf((out,)), "bias", ("bias",), float(not biased)),
            "alpha": Option("float", "scale of the low-rank update", ("16.0", "8.0", "32.0"), ("alpha", "lora_alpha")),
            "rank_stabilized": Option("bool", "whether to divide by the square root of the rank", ("True", "False"),
                                      ("rank_stabilized", "use_rslora")),
            "merged": Option("bool", "whether to add the product of the factors to the weights first",
                             ("False", "True"), ("merged", "merge")),
            "adapters_only": Option("bool", "whether to stop gradients of the pretrained weights", ("True", "False"),
                                    ("freeze_kernel",)),
            "dtype": Option("str | None", "dtype of the products", ("None",), ("dtype", "compute_dtype"),
                            "'bfloat16'" if halved else "None"),
        },
        result=(Leaf((*lead, out), dtype="bfloat16" if low and not promoted else "float32"),),
        titles=("lora_dense", "low_rank_dense", "adapted_linear", "lora_forward"),
        summary=p.pick("Applies a linear layer with a low-rank adapter",
                       "Applies a linear layer with low-rank factors"),
        returned="features",
    )  # fmt: skip


WRITERS = {
    "table_lookup": write_lookup,
    "feature_scaling": write_scaled,
    "replay_buffer": write_buffer,
    "signal_smoothing": write_smoothed,
    "low_rank_layer": write_low_rank,
}
