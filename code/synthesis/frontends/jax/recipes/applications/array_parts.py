"""Numeric utilities of libraries: lookup tables, scaling of features, buffers, smoothing."""

from synthesis.frontends.jax.recipes.applications.modes import Array, Constant, Option
from synthesis.frontends.jax.recipes.applications.parts import placed, settled, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BOUNDS = {
    "named": """
        {if outside == 'clip':
            x = jnp.clip(x, low, high)
        elif outside == 'wrap':
            {?0.5 # {the table repeats}}
            x = low + jnp.mod(x - low, high - low)
        elif outside != 'extrapolate':
            raise ValueError(f'unknown mode <<outside>>') ~
        if outside not in ('clip', 'extrapolate'):
            raise ValueError(f'expected clip or extrapolate, got <<outside>>')
        if outside == 'clip':
            x = jnp.clip(x, low, high)}
    """,
    "filled": "inside = (x >= low) & (x <= high)",
    "periodic": """
        {if periodic:
            x = low + jnp.mod(x - low, high - low)
        else:
            x = jnp.clip(x, low, high) ~
        x = low + jnp.mod(x - low, high - low) if periodic else jnp.clip(x, low, high)}
    """,
    "clipped": "{?0.5 # {the last value beyond the ends}}\nx = jnp.clip(x, low, high)",
}
_LOOKED_UP = """
    {?0.35 if values.ndim != 1 or values.shape[0] < 2:
        raise ValueError(f'expected a table of at least two values, got <<values.shape>>')}
    {?0.25 if low >= high:
        raise ValueError(f'expected <<low>> to be below <<high>>')}
    n = {values.shape[0] ~ len(values)}
    BOUNDS
    spacing = (high - low) / (n - 1)
    {?0.4 # {points stand at equal distances}}
    position = {(x - low) / spacing ~ (x - low) / (high - low) * (n - 1)}
    {idx = jnp.clip({jnp.floor(position).astype(jnp.int32) ~ position.astype(jnp.int32)}, 0, n - 2)
    t = position - idx ~
    below = jnp.clip(jnp.floor(position), 0, n - 2)
    idx, t = below.astype(jnp.int32), position - below}
    METHOD
    END
"""
_METHODS = """
    {if method == 'nearest':
        y = values[jnp.where(t < 0.5, idx, idx + 1)]
    elif method == 'linear':
        y = {(1.0 - t) * values[idx] + t * values[idx + 1] ~ values[idx] + t * (values[idx + 1] - values[idx])}
    elif method == 'cubic':
        {?0.5 # {slopes from the neighbours on both sides}}
        slopes = jnp.gradient(values)
        h00, h10 = (1.0 + 2.0 * t) * (1.0 - t) ** 2, t * (1.0 - t) ** 2
        h01, h11 = t ** 2 * (3.0 - 2.0 * t), t ** 2 * (t - 1.0)
        y = h00 * values[idx] + h01 * values[idx + 1]
        y = y + h10 * slopes[idx] + h11 * slopes[idx + 1]
    else:
        raise ValueError(f'unknown method <<method>>') ~
    left, right = values[idx], values[idx + 1]
    if method == 'previous':
        y = left
    elif method == 'smooth':
        {?0.5 # {no kink where two pieces meet}}
        s = t ** 2 * (3.0 - 2.0 * t)
        y = left + s * (right - left)
    elif method == 'linear':
        y = left + t * (right - left)
    else:
        raise ValueError(f'expected previous, smooth or linear, got <<method>>') ~
    left, right = values[idx], values[idx + 1]
    {y = (1.0 - t) * left + t * right ~
    if log_scale:
        {?0.5 # {a straight line between logarithms}}
        y = jnp.exp((1.0 - t) * jnp.log(left) + t * jnp.log(right))
    else:
        y = (1.0 - t) * left + t * right} ~
    before, after = values[jnp.maximum(idx - 1, 0)], values[jnp.minimum(idx + 2, n - 1)]
    left, right = values[idx], values[idx + 1]
    {?0.5 # {Catmull and Rom}}
    y = 0.5 * (
        2.0 * left
        + (right - before) * t
        + (2.0 * before - 5.0 * left + 4.0 * right - after) * t ** 2
        + (3.0 * left - before - 3.0 * right + after) * t ** 3
    )}
"""


def write_lookup(p: Program) -> Text:
    """Draw the interpolation between values of a table."""
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
        lines=settled(lines),
        given={
            "x": Array(Leaf((n,), 0.05, 0.95), "where values are wanted", ("x", "query", "xq")),
            "low": Option("float", "where the table begins", ("0.0", "0.1"), ("x_min", "start", "low")),
            "high": Option("float", "where the table ends", ("1.0", "0.8"), ("x_max", "stop", "high")),
            "values": Array(Leaf((points,), 0.5, 2), "values at the points", ("values", "samples", "table")),
            "method": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['linear'])}'",),
                             ("method", "kind", "interpolation")),
            "outside": Option("str", "what is beyond the ends", (p.choices.choice(modes),),
                              ("mode", "outside", "bounds")),
            "periodic": Option("bool", "whether the table repeats", ("False", "True"), ("periodic",)),
            "log_scale": Option("bool", "whether lines are straight between logarithms", ("False", "True"),
                                ("log_scale", "geometric")),
            "with_slope": Option("bool", "whether slopes are wanted too", ("False",), ("with_slope", "return_slope"),
                                 "True"),
            "fill_value": Option("float", "what is beyond the ends", ("0.0", "-1.0"), ("fill_value",)),
        },
        result=(Leaf((n,)), Leaf((n,))) if sloped else (Leaf((n,)),),
        titles=("interpolate", "lookup", "interp_table", "interpolate_table"),
        summary=p.pick("Values between those of a table", "Looks up a table and interpolates"),
        returned="one value for each query",
    )  # fmt: skip


_SCALED = """
    {?0.3 if x.ndim != 2:
        raise ValueError(f'expected rows of features, got <<x.shape>>')}
    {if valid_rows is None:
        count, weight = x.shape[0], {jnp.ones((x.shape[0], 1), x.dtype) ~ jnp.ones_like(x[:, :1])}
    else:
        {?0.4 if valid_rows.shape != x.shape[:1]:
            raise ValueError(f'expected a flag for each row, got <<valid_rows.shape>>')}
        {?0.5 # {padding must not count}}
        weight = valid_rows[:, None].astype(x.dtype)
        count = jnp.maximum(jnp.sum(weight), 1.0) ~
    weight = {jnp.ones((len(x), 1), x.dtype) ~ jnp.ones_like(x[:, :1])} \
            if valid_rows is None else valid_rows.astype(x.dtype)[:, None]
    count = jnp.maximum(jnp.sum(weight), 1.0)}
    {if scheme == 'standard':
        offset = jnp.sum(weight * x, axis=0) / count
        scale = jnp.sqrt(jnp.sum(weight * (x - offset) ** 2, axis=0) / count)
    elif scheme == 'minmax':
        high = jnp.max(jnp.where(weight > 0, x, -jnp.inf), axis=0)
        offset = jnp.min(jnp.where(weight > 0, x, jnp.inf), axis=0)
        scale = high - offset
    {elif scheme == 'max_abs':
        {?0.5 # {zeros stay zeros}}
        offset = {jnp.zeros(x.shape[1], x.dtype) ~ jnp.zeros_like(x[0])}
        scale = jnp.max(jnp.abs(weight * x), axis=0) ~
    elif scheme == 'rms':
        offset = jnp.zeros(x.shape[1], x.dtype)
        scale = jnp.sqrt(jnp.sum(weight * x ** 2, axis=0) / count) ~}
    else:
        raise ValueError(f'unknown scheme <<scheme>>') ~
    if scheme not in ('standard', 'minmax'):
        raise ValueError(f'expected standard or minmax, got <<scheme>>')
    if scheme == 'standard':
        offset = jnp.sum(weight * x, axis=0) / count
        variance = jnp.sum(weight * (x - offset) ** 2, axis=0) / count
        scale = jnp.sqrt(variance)
    else:
        offset = jnp.min(jnp.where(weight > 0, x, jnp.inf), axis=0)
        scale = jnp.max(jnp.where(weight > 0, x, -jnp.inf), axis=0) - offset ~
    offset = jnp.sum(weight * x, axis=0) / count
    spread = jnp.sum(weight * jnp.abs(x - offset), axis=0) / count
    {?0.5 # {less moved by outliers than the deviation}}
    scale = {1.2533 * spread ~ spread}}
    {?0.5 # {features that are the same everywhere stay as they are}}
    scale = {jnp.where(scale > eps, scale, 1.0) ~ jnp.maximum(scale, eps)}
    {?0.4 {{?0.5 # {flags and counts are no measurements}}
    for i in skip:
        offset, scale = offset.at[i].set(0.0), scale.at[i].set(1.0) ~
    if skip:
        kept = jnp.zeros(x.shape[1], dtype=bool)
        for i in skip:
            kept = kept.at[i].set(True)
        offset, scale = jnp.where(kept, 0.0, offset), jnp.where(kept, 1.0, scale)}}
    scaled = (x - offset) / scale
    {?0.4 if limit is not None:
        scaled = jnp.clip(scaled, -limit, limit)}
    {?0.5 if valid_rows is not None:
        scaled = weight * scaled}
    {return scaled, offset, scale ~
    return scaled, <<'offset': offset, 'scale': scale>> ~
    if not return_params:
        return scaled
    return scaled, (offset, scale)}
"""


def write_scaled(p: Program) -> Text:
    """Draw the scaling of features."""
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
        lines=settled(lines),
        given={
            "x": Array(Leaf((rows, width), -3, 3), "rows of features", ("x", "features", "data")),
            "valid_rows": Array(Leaf((rows,), 0, 1, "bool"), "rows that count", ("mask", "valid"), float(not padded)),
            "scheme": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['standard'])}'",),
                             ("scheme", "method", "kind")),
            "skip": Option("tuple[int, ...]", "features that stay as they are", ("()", "(0,)", "(0, 2)"),
                           ("skip", "passthrough", "categorical")),
            "limit": Option("float | None", "largest magnitude", ("None", "2.0", "1.5"), ("clip", "limit")),
            "return_params": Option("bool", "whether offsets and scales are wanted too", ("True",),
                                    ("return_params", "return_stats"), str(both)),
            "eps": Constant("1e-6", "what counts as no spread", ("eps",)),
        },
        result=result,
        titles=("scale_features", "normalize_columns", "standardize", "fit_and_scale"),
        summary=p.pick("Brings features to one scale", "Scales the columns of a table"),
        returned="the features, and what was taken off",
    )  # fmt: skip


_BUFFERED = """
    {capacity = buffer.data['reward'].shape[0] ~ capacity = jax.tree.leaves(buffer.data)[0].shape[0] ~
    capacity, *_ = buffer.data['reward'].shape}
    num_new = {jax.tree.leaves(batch)[0].shape[0] ~ batch['reward'].shape[0]}
    {?0.5 if num_new > capacity:
        raise ValueError(f'<<num_new>> transitions do not fit a buffer of <<capacity>>')}
    {?0.35 unknown = sorted(set(batch) - set(buffer.data))
    if unknown:
        raise ValueError(f'the buffer has no <<unknown>>')}
    {?0.4 # {the oldest are overwritten ~ around the end of the ring}}
    rows = (buffer.position + jnp.arange(num_new)) % capacity
    {data = jax.tree.map(lambda old, x: old.at[rows].set(x), buffer.data, batch) ~
    data = <<name: old.at[rows].set(batch[name]) for name, old in buffer.data.items()>> ~
    data = <<>>
    for name, old in buffer.data.items():
        {?0.6 if batch[name].shape[1:] != old.shape[1:]:
            raise ValueError(f'expected <<name>> of shape <<old.shape[1:]>>, got <<batch[name].shape[1:]>>')}
        data[name] = old.at[rows].set(batch[name].astype(old.dtype)) ~
    def write(old, x):
        {?0.5 if x.dtype != old.dtype:
            x = x.astype(old.dtype)}
        return old.at[rows].set(x)

    data = jax.tree.map(write, buffer.data, batch)}
    {priority = buffer.priority.at[rows].set({jnp.max(buffer.priority) ~ priority_of_new}) ~
    if td_errors is None:
        {?0.5 # {what nobody has seen is replayed soon}}
        new_priority = jnp.full(num_new, jnp.max(buffer.priority))
    else:
        new_priority = (jnp.abs(td_errors) + eps) ** alpha
    priority = buffer.priority.at[rows].set(new_priority)}
    position = (buffer.position + num_new) % capacity
    size = jnp.minimum(buffer.size + num_new, capacity)
    {return NAME(data, priority, position, size) ~ return NAME(data=data, priority=priority, position=position, size=size) ~
    buffer = NAME(data=data, priority=priority, position=position, size=size)
    {?0.5 # {chances of being replayed}}
    {filled = jnp.arange(capacity) < size
    weights = jnp.where(filled, priority, 0.0)
    return buffer, weights / jnp.sum(weights) ~
    weights = jnp.where(jnp.arange(capacity) < size, priority, 0.0)
    return buffer, weights / jnp.sum(weights)}}
"""  # noqa: E501


def write_buffer(p: Program) -> Text:
    """Draw a ring buffer of transitions into which new ones are written."""
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
        lines=settled(lines),
        given={
            "buffer": Array(buffer, "the transitions so far", ("buffer", "state", "replay")),
            "batch": Array(rows(new), "new transitions, by name", ("batch", "transitions", "new")),
            "td_errors": Array(Leaf((new,), -2, 2), "how surprising they are", ("td_errors", "errors"),
                               float(not graded)),
            "alpha": Option("float", "how much surprises count", ("0.6", "0.7"), ("alpha", "priority_exponent")),
            "priority_of_new": Option("float", "how soon new ones are replayed", ("1.0", "2.5"), ("initial_priority",)),
            "eps": Constant("1e-3", "least surprise", ("eps",)),
        },
        result=(made, Leaf((capacity,))) if both else (made,),
        titles=("insert_batch", "add_transitions", "push_batch", "extend_buffer"),
        summary=p.pick("Writes transitions into a replay buffer", "Adds transitions to a ring buffer"),
        returned="the buffer" + (", and chances of being replayed" if both else ""),
    )  # fmt: skip


_SMOOTHED = """
    {?0.35 if width < 1 or width % 2 == 0:
        raise ValueError(f'expected an odd width, got <<width>>')}
    {half = width // 2
    offsets = jnp.arange(-half, half + 1) ~ half = (width - 1) // 2
    offsets = jnp.arange(width) - half}
    {if kind == 'box':
        taps = {jnp.ones(width, x.dtype) ~ jnp.ones(width)}
    elif kind == 'gaussian':
        taps = jnp.exp(-0.5 * (offsets / sigma) ** 2)
    {elif kind == 'triangle':
        taps = 1.0 - jnp.abs(offsets) / (half + 1) ~
    elif kind == 'hann':
        {?0.5 # {falls to nothing just beyond the ends}}
        taps = 0.5 + 0.5 * jnp.cos(jnp.pi * offsets / (half + 1)) ~
    elif kind == 'epanechnikov':
        taps = 1.0 - (offsets / (half + 1)) ** 2}
    else:
        raise ValueError(f'unknown kernel <<kind>>') ~
    taps = {jnp.exp(-0.5 * (offsets / sigma) ** 2) ~ 1.0 - jnp.abs(offsets) / (half + 1)}}
    taps = taps / jnp.sum(taps)
    {rows = x.reshape(-1, x.shape[-1]) ~ *lead, length = x.shape
    rows = x.reshape(-1, length)}
    {if edges == 'shrink':
        {?0.5 # {fewer samples count near the ends}}
        {padded = jnp.pad(rows, [(0, 0), (half, half)]) ~
        ends = jnp.zeros((rows.shape[0], half), rows.dtype)
        padded = jnp.concatenate([ends, rows, ends], axis=1)}
        counted = jnp.convolve(jnp.ones(x.shape[-1]), taps, mode='same')
    else:
        padded = jnp.pad(rows, [(0, 0), (half, half)], mode=edges)
        counted = 1.0 ~
    padded = jnp.pad(rows, {[(0, 0), (half, half)] ~ ((0, 0), (half, half))}, mode=edges)
    counted = 1.0 ~
    first, last = rows[:, :1], rows[:, -1:]
    padded = jnp.concatenate([jnp.repeat(first, half, axis=1), rows, jnp.repeat(last, half, axis=1)], axis=1)
    counted = 1.0}
    {convolve_row = functools.partial(jnp.convolve, v=taps, mode='valid')
    smooth = jax.vmap(convolve_row)(padded) / counted ~
    smooth = jax.vmap(lambda row: jnp.convolve(row, taps, mode='valid'))(padded) / counted ~
    smooth = jnp.zeros_like(rows)
    for i in range(width):
        smooth = smooth + taps[i] * padded[:, i:i + x.shape[-1]]
    smooth = smooth / counted}
    {smooth = smooth.reshape(x.shape)
    {return smooth ~
    if residual:
        {?0.5 # {what is faster than the window}}
        return x - smooth
    return smooth ~
    return smooth, x - smooth ~
    {?0.5 # {spikes are replaced, all else is left alone}}
    spread = jnp.mean(jnp.abs(x - smooth), axis=-1, keepdims=True)
    return jnp.where(jnp.abs(x - smooth) > threshold * spread, smooth, x)} ~
    if every > 1:
        {?0.5 # {slow enough now to be sampled less often}}
        smooth = smooth[:, ::every]
    return smooth.reshape(*x.shape[:-1], -1)}
"""


def write_smoothed(p: Program) -> Text:
    """Draw the smoothing of signals by a window."""
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
        lines=settled(lines),
        given={
            "x": Array(Leaf((*lead, length), -2, 2), "signals", ("x", "signal", "series")),
            "width": Option("int", "samples of the window", (str(width),), ("width", "window", "kernel_size")),
            "kind": Option("str", f"one of {', '.join(known)}", (f"'{p.choices.choice(known or ['box'])}'",),
                           ("kind", "kernel", "window_type")),
            "sigma": Option("float", "width of the bell", ("1.0", "1.5", "2.0"), ("sigma", "bandwidth")),
            "edges": Option("str", "what is beyond the ends", (edges,), ("edges", "pad_mode", "boundary")),
            "residual": Option("bool", "whether what is taken off is wanted", ("False", "True"),
                               ("residual", "detrend")),
            "threshold": Option("float", "how far off a spike is", ("2.0", "1.5", "3.0"), ("threshold",)),
            "every": Option("int", "samples between two that are kept", (str(every),), ("every", "decimate", "stride")),
        },
        result=(thinned,) if "every > 1" in lines else (whole, whole) if ", x - smooth" in last else (whole,),
        titles=("smooth_signal", "smooth", "moving_average", "filter_signal"),
        summary=p.pick("Smooths signals by a window", "Weighted means of neighbouring samples"),
        returned="signals",
    )  # fmt: skip


_LOW_RANK = """
    {?0.35 if a.shape[-1] != b.shape[0]:
        raise ValueError(f'expected factors of one rank, got <<a.shape>> and <<b.shape>>')}
    rank = {a.shape[-1] ~ b.shape[0]}
    scaling = {alpha / rank ~ alpha / math.sqrt(rank) ~
        alpha / math.sqrt(rank) if rank_stabilized else alpha / rank}
    {?0.35 if dtype is not None:
        {?0.5 # {multiply in the type that is asked for}}
        x, kernel, a, b = (each.astype(dtype) for each in (x, kernel, a, b))}
    {?0.4 if adapters_only:
        {?0.5 # {what was trained before stays}}
        kernel = jax.lax.stop_gradient(kernel)}
    {if merged:
        {?0.5 # {one product, as for inference}}
        y = x @ (kernel + scaling * a @ b)
    else:
        y = x @ kernel + scaling * (x @ a) @ b ~
    {?0.5 # {two thin products are cheaper than one whole}}
    y = x @ kernel + scaling * ((x @ a) @ b) ~
    {flat = x.reshape(-1, x.shape[-1]) ~ *lead, width = x.shape
    flat = x.reshape(-1, width)}
    low_rank = jnp.dot(jnp.dot(flat, a), b)
    y = (jnp.dot(flat, kernel) + scaling * low_rank).reshape(*x.shape[:-1], kernel.shape[-1])}
    {?0.5 if magnitude is not None:
        {?0.6 if magnitude.shape != kernel.shape[1:]:
            raise ValueError(f'expected a magnitude for each output, got <<magnitude.shape>>')}
        {?0.5 # {directions are adapted, and lengths apart from them}}
        length = jnp.linalg.norm(kernel + scaling * a @ b, axis=0)
        y = y * magnitude / jnp.maximum(length, 1e-6)}
    {?0.6 if bias is not None:
        y = y + bias}
    return y
"""


def write_low_rank(p: Program) -> Text:
    """Draw a layer with a low-rank correction."""
    width, out, rank = p.size(32, 64), p.size(48, 96), p.choices.choice((2, 4, 8))
    lead: tuple[int, ...] = p.choices.choice(((8,), (4, 6)))
    lines = p.choose(_LOW_RANK)
    halved, sized, biased = (p.choices.chance(0.5) for _ in range(3))
    low = "dtype is not None" in lines and halved
    promoted = ("magnitude is not None" in lines and sized) or ("bias is not None" in lines and biased)
    return Text(
        lines=settled(lines),
        given={
            "x": Array(Leaf((*lead, width)), "features", ("x", "inputs")),
            "kernel": Array(weights(width, out), "weights that were trained before", ("kernel", "weight")),
            "a": Array(weights(width, rank), "first factor of the correction", ("lora_a", "a", "down")),
            "b": Array(weights(rank, out), "second factor of the correction", ("lora_b", "b", "up")),
            "magnitude": Array(Leaf((out,), 0.5, 1.5), "length of each column", ("magnitude",), float(not sized)),
            "bias": Array(Leaf((out,)), "bias", ("bias",), float(not biased)),
            "alpha": Option("float", "weight of the correction", ("16.0", "8.0", "32.0"), ("alpha", "lora_alpha")),
            "rank_stabilized": Option("bool", "whether to divide by the root of the rank", ("True", "False"),
                                      ("rank_stabilized", "use_rslora")),
            "merged": Option("bool", "whether factors are multiplied first", ("False", "True"), ("merged", "merge")),
            "adapters_only": Option("bool", "whether only factors learn", ("True", "False"), ("freeze_kernel",)),
            "dtype": Option("str | None", "type of the products", ("None",), ("dtype", "compute_dtype"),
                            "'bfloat16'" if halved else "None"),
        },
        result=(Leaf((*lead, out), dtype="bfloat16" if low and not promoted else "float32"),),
        titles=("lora_dense", "low_rank_dense", "adapted_linear", "lora_forward"),
        summary=p.pick("A linear layer with a correction of low rank", "Applies a layer that two factors adapt"),
        returned="features",
    )  # fmt: skip


WRITERS = {
    "table_lookup": write_lookup,
    "feature_scaling": write_scaled,
    "replay_buffer": write_buffer,
    "signal_smoothing": write_smoothed,
    "low_rank_layer": write_low_rank,
}
