"""Layers of images: convolutions with normalization and a way around, patches, pooling."""

from synthesis.frontends.base import Recipe
from synthesis.frontends.jax.recipes.applications.parts import activate, expect, guard, normalise, positive, weights
from synthesis.frontends.jax.recipes.applications.program import Program, block, join
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.grammar.streams import Stream
from synthesis.records import KernelSpec


def _draw_images(stream: Stream, target: str) -> KernelSpec:
    """A block of convolutions over a batch of images."""
    p = Program(stream)
    rows, side, into = p.size(1, 2, 4), p.size(8, 14, 16, 28, 32), p.size(1, 3, 4, 8)
    out = p.size(8, 16, 32)
    if side > 16:
        rows, out = min(rows, 2), min(out, 16)
    residual = target == "residual_block"
    into = out if residual else into
    low = p.maybe(0.25)
    dtype = "bfloat16" if low else "float32"
    first = p.choices.chance(0.3)  # channels before the sides
    size = (
        p.size(4, 7)
        if target == "patch_embedding" and side in (14, 28)
        else p.size(4, 8)
        if target == "patch_embedding"
        else p.size(1, 3, 3, 5)
    )
    if target == "patch_embedding" and side % size:
        size = 7 if side % 7 == 0 else 4
    if residual:
        size = 3
    stride = size if target == "patch_embedding" else p.size(1, 1, 2) if target == "conv_block" else 1
    groups = into if target == "depthwise_block" else 1
    padding = (
        "VALID"
        if target == "patch_embedding"
        else p.pick("SAME", "SAME", "VALID")
        if target == "conv_block"
        else "SAME"
    )
    kernel = Leaf(
        (
            out if first else size,
            into // groups if first else size,
            size if first else into // groups,
            size if first else out,
        ),
        -0.2,
        0.2,
        dtype,
    )
    if groups > 1:
        wide = into * p.size(1, 2)
        kernel = Leaf((wide, 1, size, size) if first else (size, size, 1, wide), -0.3, 0.3, dtype)
    channels = kernel.shape[0] if first else kernel.shape[3]
    second = Leaf((out, out, 3, 3) if first else (3, 3, out, out), -0.1, 0.1, dtype)
    point = weights(channels, out, dtype=dtype)
    fields: list[tuple[str, Tree]] = [("kernel", kernel), ("bias", weights(channels, dtype=dtype))]
    fields += [("kernel2", second)] if residual else [("pointwise", point)] if groups > 1 else []
    if p.choices.chance(0.4):
        tree: Tree = p.record("ConvParams", fields, "Filters of the block")
        at = {name: f"params.{name}" for name, _ in fields}
    else:
        tree, at = dict(fields), {name: f"params['{name}']" for name, _ in fields}
    p.tree("params", tree, "filters of the block", ("params", "weights"))
    shape = (rows, into, side, side) if first else (rows, side, side, into)
    p.tensor(
        "x",
        Leaf(shape, -1, 1, dtype),
        f"images of shape {'(batch, channels, height, width)' if first else '(batch, height, width, channels)'}",
        ("x", "images", "inputs"),
    )
    p.tensor("scale", positive(out if groups > 1 else channels), "scale of each channel", ("scale", "gamma"))
    p.tensor("shift", weights(out if groups > 1 else channels), "offset of each channel", ("shift", "beta", "offset"))
    p.tensor(
        "running_mean", weights(out if groups > 1 else channels), "mean of each channel", ("running_mean", "mean_ema")
    )
    p.tensor(
        "running_var", positive(out if groups > 1 else channels), "variance of each channel", ("running_var", "var_ema")
    )
    p.number("eps", "1e-5", "small number that keeps the division safe")
    p.option("strides", None, "int", "distance of two windows", str(stride), ("stride", "strides"))
    p.option("padding", f"'{padding}'", "str", "what is beyond the edge", None, ("padding",))
    p.option(
        "pool",
        p.pick("None", "'max'"),
        "str | None",
        "how neighbours are brought together",
        p.pick("'max'", "'mean'", "None"),
        ("pool", "pooling"),
    )
    layout = p.pick("('NCHW', 'OIHW', 'NCHW')") if first else p.pick("('NHWC', 'HWIO', 'NHWC')")
    named = p.choices.chance(0.3)
    window = f"({stride}, {stride})" if p.choices.chance(0.5) or stride == 1 else "(strides, strides)"
    how = p.pick("padding", f"'{padding}'")
    grouped = (
        f", feature_group_count={p.pick(str(groups), 'x.shape[1]' if first else 'x.shape[-1]')}" if groups > 1 else ""
    )
    wide = ", preferred_element_type=jnp.float32" if low else ""
    conv = p.pick("lax.conv_general_dilated", "jax.lax.conv_general_dilated")
    if named:
        p.add(f"dims = lax.conv_dimension_numbers(x.shape, {at['kernel']}.shape, {layout})")
    numbers = "dims" if named else layout
    axis = "1" if first else "-1"
    p.add(
        guard(p, "x.ndim != 4", "expected a batch of images, got {x.shape}", 0.35),
        expect(p, f"x.shape[{axis}] == {into}"),
    )
    p.add(f"h = {conv}(x, {at['kernel']}, {window}, {how}, dimension_numbers={numbers}{grouped}{wide})")
    new = side if padding == "SAME" else side - size + 1
    new = -(-new // stride) if padding == "SAME" else (side - size) // stride + 1
    spread = "VALUE[:, None, None]" if first else "VALUE"
    if target == "conv_block" or p.choices.chance(0.5):
        p.add(
            f"h = h + {spread.replace('VALUE', at['bias'])}"
            if p.choices.chance(0.7)
            else f"h += {at['bias']}.reshape({'1, -1, 1, 1' if first else '1, 1, 1, -1'})"
        )
    fixed = activate(p, "h")
    if groups > 1:
        p.add(f"h = {fixed}" if p.choices.chance(0.5) else "")
        p.add(
            p.pick(
                f"h = jnp.einsum('{'bchw,co->bohw' if first else 'bhwc,co->bhwo'}', h, {at['pointwise']}{wide})",
                f"h = jnp.tensordot(h, {at['pointwise']}, axes=(({axis},), (0,)))"
                if not first
                else f"h = jnp.einsum('bihw,io->bohw', h, {at['pointwise']}{wide})",
            )
        )
        channels = out
    p.add(_normed(p, first, spread))
    if residual:
        p.add(
            f"h = {fixed}",
            f"h = {conv}(h{'.astype(x.dtype)' if low else ''}, {at['kernel2']}, (1, 1), 'SAME', dimension_numbers={layout})",
            p.pick("h = h + x", "h = x + h"),
            p.pick(f"h = {activate(p, 'h')}", ""),
        )
    elif p.maybe(0.75):
        p.add(f"h = {fixed}")
    flat = target == "patch_embedding"
    shape_out = (rows, channels, new, new) if first else (rows, new, new, channels)
    kind = "float32" if low and not residual else dtype
    if flat:
        merged = (
            "h.reshape(h.shape[0], h.shape[1], -1).transpose(0, 2, 1)"
            if first
            else p.pick("h.reshape(h.shape[0], -1, h.shape[-1])", "jnp.reshape(h, (h.shape[0], -1, h.shape[3]))")
        )
        p.add(f"h = {merged}")
        shape_out = (rows, new * new, channels)
    elif p.maybe(0.3):
        sides = "(2, 3)" if first else "(1, 2)"
        p.add(p.pick(f"h = h.mean(axis={sides})", f"h = jnp.mean(h, axis={sides})", f"h = jnp.max(h, axis={sides})"))
        shape_out = (rows, channels)
    elif p.maybe(0.25) and new % 2 == 0:
        box = "(1, 1, 2, 2)" if first else "(1, 2, 2, 1)"
        p.add(
            p.pick(
                f"h = lax.reduce_window(h, -jnp.inf, lax.max, {box}, {box}, 'VALID')",
                f"h = lax.reduce_window(h, 0.0, lax.add, {box}, {box}, 'VALID') / 4.0",
            )
            if not low
            else f"h = lax.reduce_window(h.astype(jnp.float32), -jnp.inf, lax.max, {box}, {box}, 'VALID')"
        )
        kind = "float32"
        shape_out = tuple(
            each // 2 if each == new and place in ((2, 3) if first else (1, 2)) else each
            for place, each in enumerate(shape_out)
        )
    p.add(f"return h.astype({'x.dtype' if p.choices.chance(0.5) else 'jnp.bfloat16'})" if low else "return h")
    kind = "bfloat16" if low else kind
    p.gives(Leaf(shape_out, dtype=kind))
    titles = {
        "conv_block": ("conv_block", "conv_layer", "convolve"),
        "residual_block": ("residual_block", "resnet_block"),
        "depthwise_block": ("depthwise_separable_conv", "depthwise_block"),
        "patch_embedding": ("patch_embed", "patchify", "embed_patches"),
    }[target]
    return p.done(
        "layers",
        "image_block",
        target,
        titles,
        {
            "conv_block": "Convolution with normalization and an activation",
            "residual_block": "Two convolutions with a way around them",
            "depthwise_block": "Convolution of each channel, then a mix of channels",
            "patch_embedding": "Cuts images into patches and embeds them",
        }[target],
        "features of the images",
    )


def _normed(p: Program, first: bool, spread: str) -> str:
    """Normalization over channels, over sides, or by running statistics; nothing in some blocks."""
    scale, shift = spread.replace("VALUE", "scale"), spread.replace("VALUE", "shift")
    form = p.pick("none", "channels", "instance", "running", "affine")
    match form:
        case "channels":
            return normalise(p, "h", "h", scale, p.pick("", shift), p.pick("layer", "rms"), "1" if first else "-1")
        case "instance":
            return normalise(p, "h", "h", scale, p.pick("", shift), "layer", "(2, 3)" if first else "(1, 2)")
        case "running":
            mean, var = spread.replace("VALUE", "running_mean"), spread.replace("VALUE", "running_var")
            return join(
                p.pick(f"h = (h - {mean}) / jnp.sqrt({var} + eps)", f"h = (h - {mean}) * jax.lax.rsqrt({var} + eps)"),
                p.pick(f"h = h * {scale} + {shift}", f"h = {scale} * h"),
            )
        case "affine":
            return p.pick(f"h = h * {scale} + {shift}", f"h = {scale} * h + {shift}")
        case _:
            return ""


_CELLS = {"lstm": ("h", "c"), "gru": ("h",), "rnn": ("h",), "linear_recurrence": ("h",)}


def _draw_recurrent(stream: Stream, target: str) -> KernelSpec:
    """A cell over a sequence, its parameters in a tree and its state carried along."""
    p = Program(stream)
    rows, length, into, hidden = p.size(4, 8, 16, 32), p.size(8, 16, 32), p.size(16, 32, 64), p.size(16, 32, 64)
    gates = {"lstm": 4, "gru": 3, "rnn": 1, "linear_recurrence": 1}[target]
    fields: list[tuple[str, Tree]] = [
        ("w_x", weights(into, gates * hidden)),
        ("w_h", weights(hidden, gates * hidden)),
        ("b", weights(gates * hidden)),
    ]
    if target == "linear_recurrence":
        fields = [("w_x", weights(into, hidden)), ("log_decay", Leaf((hidden,), -2, 0)), ("b", weights(hidden))]
    read = p.maybe(0.35)
    fields += [("w_out", weights(hidden, into))] if read else []
    if p.choices.chance(0.4):
        tree: Tree = p.record(f"{target.title().replace('_', '')}Params", fields, "Weights of the cell")
        at = {name: f"params.{name}" for name, _ in fields}
    else:
        tree, at = dict(fields), {name: f"params['{name}']" for name, _ in fields}
    p.tree("params", tree, "weights of the cell", ("params", "weights"))
    late = p.choices.chance(0.5)  # time first
    p.tensor(
        "xs",
        Leaf((length, rows, into) if late else (rows, length, into), -2, 2),
        f"inputs of shape {'(time, batch, features)' if late else '(batch, time, features)'}",
        ("xs", "inputs", "x"),
    )
    state = _CELLS[target]
    given = p.choices.chance(0.6)
    record = None
    if target == "lstm" and p.choices.chance(0.5):
        record = p.record(
            "LSTMState", [(name, Leaf((rows, hidden))) for name in state], "What the cell carries along", plain=True
        )
    if given and record is not None:
        p.tree("carry0", record, "state before the first step", ("init", "initial_state", "carry0"))
    elif given and len(state) > 1:
        p.tree(
            "carry0",
            tuple(Leaf((rows, hidden)) for _ in state),
            "state before the first step",
            ("init", "initial_state"),
        )
    else:
        p.tensor("carry0", Leaf((rows, hidden)), "state before the first step", ("h0", "initial_state", "init"))
    p.tensor(
        "lengths",
        Leaf((rows,), 1, length, "int32"),
        "length of each sequence",
        ("lengths", "seq_lengths"),
        given=p.maybe(0.3),
        optional=True,
    )
    p.number("bias", "1.0", "what the gate of forgetting begins with", None, ("forget_bias",))
    p.option(
        "reverse",
        "False",
        "bool",
        "whether the last step comes first",
        p.pick("True", "False"),
        ("reverse", "go_backwards"),
    )
    packed = f"{record.name}(h, c)" if record is not None else "(h, c)" if len(state) > 1 else "h"
    backwards = p.maybe(0.3)
    masked = p.maybe(0.35)
    p.add(guard(p, "xs.ndim != 3", "expected sequences of features, got {xs.shape}", 0.35))
    p.add(
        "xs = jnp.swapaxes(xs, 0, 1)"
        if not late and p.choices.chance(0.5)
        else "xs = xs.transpose(1, 0, 2)"
        if not late
        else ""
    )
    if not given:
        p.add(
            p.pick("h = jnp.zeros((xs.shape[1], SIZE))", "h = jnp.zeros((xs.shape[1], SIZE), dtype=xs.dtype)").replace(
                "SIZE", str(hidden)
            )
        )
        p.add(f"start = {packed.replace('c)', 'jnp.zeros_like(h))')}")
    else:
        p.add("start = carry0")
    unpack = f"{', '.join(state)} = carry" if len(state) > 1 else "h = carry"
    mask = join("old_h = h") if masked else ""
    keep = join("alive = (t < lengths)[:, None]", "h = jnp.where(alive, h, old_h)") if masked else ""
    body = _cell(p, target, at, hidden)
    out = f"h @ {at['w_out']}" if read and p.choices.chance(0.5) else "h"
    head = "x, t = inputs" if masked else ""
    after = read and out == "h"
    p.add(
        block(
            f"def step(carry, {'inputs' if masked else 'x'}):",
            head,
            unpack,
            mask,
            *body,
            keep,
            f"return {packed}, {out}",
        )
    )
    over = "(xs, jnp.arange(xs.shape[0]))" if masked else "xs"
    turned = ", reverse=reverse" if backwards else ""
    p.add(
        p.pick(
            f"last, hs = lax.scan(step, start, {over}{turned})", f"last, hs = jax.lax.scan(step, start, {over}{turned})"
        )
    )
    width = into if read else hidden
    p.add(f"hs = hs @ {at['w_out']}" if after else "")
    shape = (length, rows, width)
    if p.choices.chance(0.4):
        p.add(p.pick("hs = jnp.swapaxes(hs, 0, 1)", "hs = hs.transpose(1, 0, 2)"))
        shape = (rows, length, width)
    carry: Tree = (
        record
        if record is not None
        else tuple(Leaf((rows, hidden)) for _ in state)
        if len(state) > 1
        else Leaf((rows, hidden))
    )
    form = p.pick("both", "both", "outputs")
    p.add("return hs, last" if form == "both" else "return hs")
    p.gives(*([Leaf(shape), carry] if form == "both" else [Leaf(shape)]))
    titles = {
        "lstm": ("lstm", "run_lstm", "lstm_layer"),
        "gru": ("gru", "run_gru", "gru_layer"),
        "rnn": ("rnn", "elman_rnn", "simple_rnn"),
        "linear_recurrence": ("linear_recurrence", "diagonal_ssm", "gated_linear_unit_scan"),
    }[target]
    return p.done(
        "layers",
        "recurrent_layer",
        target,
        titles,
        p.pick("Runs the cell over a batch of sequences", "Carries a hidden state along the sequence"),
        "outputs of every step and the last state",
    )


def _cell(p: Program, target: str, at: dict[str, str], hidden: int) -> list[str]:
    """Statements that bring the state a step on."""
    both = p.pick(
        f"x @ {at['w_x']} + h @ {at.get('w_h', '')} + {at['b']}",
        f"jnp.dot(x, {at['w_x']}) + jnp.dot(h, {at.get('w_h', '')}) + {at['b']}",
    )
    match target:
        case "lstm":
            return [
                f"z = {both}",
                p.pick(
                    "i, f, g, o = jnp.split(z, 4, axis=-1)",
                    f"i, f, g, o = (z[..., k * {hidden}:(k + 1) * {hidden}] for k in range(4))",
                ),
                p.pick(
                    "c = jax.nn.sigmoid(f + bias) * c + jax.nn.sigmoid(i) * jnp.tanh(g)",
                    "c = jax.nn.sigmoid(f) * c + jax.nn.sigmoid(i) * jnp.tanh(g)",
                ),
                p.pick("h = jax.nn.sigmoid(o) * jnp.tanh(c)", "h = jnp.tanh(c) * jax.nn.sigmoid(o)"),
            ]
        case "gru":
            return [
                f"zx = x @ {at['w_x']} + {at['b']}",
                f"zh = h @ {at['w_h']}",
                "rx, ux, nx = jnp.split(zx, 3, axis=-1)",
                "rh, uh, nh = jnp.split(zh, 3, axis=-1)",
                "r = jax.nn.sigmoid(rx + rh)",
                "u = jax.nn.sigmoid(ux + uh)",
                p.pick("n = jnp.tanh(nx + r * nh)", "n = jnp.tanh(r * nh + nx)"),
                p.pick("h = (1.0 - u) * n + u * h", "h = n + u * (h - n)"),
            ]
        case "rnn":
            return [
                p.pick(
                    f"h = jnp.tanh({both})", f"h = jax.nn.relu({both})", f"z = {both}\nh = 0.5 * h + 0.5 * jnp.tanh(z)"
                )
            ]
        case _:
            return [
                p.pick(f"decay = jnp.exp(-jnp.exp({at['log_decay']}))", f"decay = jax.nn.sigmoid({at['log_decay']})"),
                f"z = x @ {at['w_x']} + {at['b']}",
                p.pick(
                    "h = decay * h + (1.0 - decay) * z",
                    "h = decay * h + jnp.sqrt(1.0 - decay ** 2) * z",
                    "h = decay * h + z * jax.nn.silu(z)",
                ),
            ]


RECIPES = (
    Recipe(
        name="image_block",
        category="layers",
        targets=("conv_block", "residual_block", "depthwise_block", "patch_embedding"),
        draw=_draw_images,
    ),
    Recipe(name="recurrent_layer", category="layers", targets=tuple(_CELLS), draw=_draw_recurrent),
)
