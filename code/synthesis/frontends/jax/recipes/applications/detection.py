"""Boxes and feature levels: training targets of anchors, decoding of boxes, and merging of levels."""

from collections.abc import Callable

from synthesis.drawing.kernel_files.bodies import read_bodies
from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import truth, weights, with_escaped_braces
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_BODIES = read_bodies("jax", "detection", margin=4)

_OVERLAP = _BODIES["overlap"]
_CORNERS = _BODIES["corners"]
_ENCODED = _BODIES["encoded"]
_ASSIGNED = _BODIES["assigned"]


def _assigned(p: Program) -> Text:
    """Draw a function that computes the training target of each anchor from the boxes of an image."""
    rows, count, boxes, classes = p.size(2, 4), p.size(24, 32, 48), p.choices.choice((3, 5)), p.choices.choice((4, 10))
    lines = p.choose(_ASSIGNED)
    single = "boxes.ndim == 2" in lines and p.choices.chance(0.35)
    head: tuple[int, ...] = () if single else (rows,)
    parts: list[tuple[str, Tree]] = [
        ("labels", Leaf((*head, count), dtype="int32")), ("offsets", Leaf((*head, count, 4))),
    ]  # fmt: skip
    if "return labels, offsets, weight" in lines:
        parts.append(("weights", Leaf((*head, count))))
    by_name = "('labels', 'offsets', 'weights')" in lines
    if by_name and len(parts) == 2:
        lines = lines.replace("('labels', 'offsets', 'weights')", "('labels', 'offsets')")
    box = Leaf((*head, boxes, 4), 0.2, 0.7)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "anchors": Array(Leaf((count, 4), 0.2, 0.7), "centers and sizes of the anchors", ("anchors", "priors")),
            "boxes": Array(box, "centers and sizes of the boxes", ("boxes", "gt_boxes")),
            "classes": Array(Leaf((*head, boxes), 0, classes - 1, "int32"), "class of each box",
                             ("classes", "gt_classes")),
            "valid": Array(truth(*head, boxes), "mask of valid boxes", ("valid", "box_mask"), 0.4),
            "high_iou": Option("float", "smallest overlap of a positive anchor", ("0.5", "0.6", "0.7"),
                               ("high_iou", "positive_iou", "match_threshold")),
            "low_iou": Option("float", "largest overlap of a background anchor", ("0.4", "0.3"),
                              ("low_iou", "negative_iou")),
            "variances": Option("tuple[float, float] | None", "scale of the offsets", ("None", "(0.1, 0.2)"),
                                ("variances", "box_variance")),
            "force_match": Option("bool", "whether to assign at least one anchor to each box", ("True", "False"),
                                  ("force_match", "match_all_boxes")),
            "ignore_between": Option("bool", "whether to ignore anchors between the two limits", ("True", "False"),
                                     ("ignore_between", "ignore_ambiguous")),
            "soft_weights": Option("bool", "whether to weight anchors by their overlap", ("True", "False"),
                                   ("soft_weights", "weight_by_iou")),
            "centered": Option("bool", "whether to weight anchors by their distance to the centre", ("True", "False"),
                               ("center_weights",)),
        },
        result=(dict(parts),) if by_name else tuple(leaf for _, leaf in parts),
        helpers=(_OVERLAP, _CORNERS, _ENCODED),
        titles=("assign_anchors", "anchor_targets", "match_anchors", "detection_targets"),
        summary=p.pick("Computes the training targets of anchors", "Assigns ground-truth boxes to anchors"),
        returned="class and box offsets of each anchor",
    )  # fmt: skip


_GRID = _BODIES["grid"]
_DECODED = _BODIES["decoded"]


def _decoded(p: Program) -> Text:
    """Draw a function that decodes boxes from the levels of a detector."""
    rows, classes = p.size(2, 4), p.choices.choice((3, 5))
    lines = p.choose(_DECODED)
    lists = ("all_boxes", "all_scores") if "all_boxes" in lines else ("boxes", "scores")
    lines = lines.replace("BOXES", lists[0]).replace("SCORES", lists[1])
    sides, strides = p.choices.choice((((16, 8), "(8, 16)"), ((8, 4), "(8, 16)"), ((8, 4, 2), "(8, 16, 32)")))
    rated = "'centerness' in level" in lines and p.choices.chance(0.6)
    outputs: list[Tree] = [
        {
            "boxes": Leaf((rows, side, side, 4)), "scores": Leaf((rows, side, side, classes), -3, 2),
            **({"centerness": Leaf((rows, side, side, 1), -2, 2)} if rated else {}),
        }
        for side in sides
    ]  # fmt: skip
    total = sum(side * side for side in sides)
    always = "max_boxes is None" not in lines
    kept = p.choices.choice((5, 10) if always else (5, 10, 0))
    count = kept or total
    boxes, best, labels = Leaf((rows, count, 4)), Leaf((rows, count)), Leaf((rows, count), dtype="int32")
    by_name = "'classes': " in lines
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "outputs": Array(outputs, "outputs of the detection heads by level", ("outputs", "levels", "head_outputs")),
            "strides": Option("tuple[int, ...]", "stride of each level in pixels", (strides,), ("strides",)),
            "kind": Option("str", "box format: distance or center", ("'distance'", "'center'"), ("box_format", "kind")),
            "anchor_scale": Option("float", "anchor size in cells", ("4.0", "2.0"), ("anchor_scale",)),
            "max_log_size": Option("float", "largest logarithm of a box size", ("4.0", "3.0"), ("max_log_size",)),
            "image_size": Option("int | None", "side length of the image in pixels", ("None", "64", "32"),
                                 ("image_size",)),
            "min_score": Option("float", "smallest score of a box", ("0.0", "0.05", "0.3"),
                                ("min_score", "score_threshold")),
            "max_boxes": Option("int" if always else "int | None", "number of boxes to keep", (str(kept or None),),
                                ("max_boxes", "max_detections", "top_k")),
        },
        result=({"boxes": boxes, "scores": best, "classes": labels},) if by_name else (boxes, best, labels),
        helpers=(_GRID,),
        titles=("decode_detections", "decode_boxes", "postprocess_detections"),
        summary=p.pick("Decodes the boxes, scores and classes of a detector",
                       "Decodes the outputs of detection heads into boxes"),
        returned="boxes in pixels, their scores and their classes",
    )  # fmt: skip


_UP = _BODIES["up"]
_HALVED = _BODIES["halved"]
_SMOOTHED = _BODIES["smoothed"]
_PYRAMID = _BODIES["pyramid"]
_MERGES = (
    "merged[fine] = laterals[fine] + above",
    "merged[fine] = laterals[fine] + above",
    "if mode == 'sum':\nMARGIN    merged[fine] = laterals[fine] + above\n"
    "MARGINelif mode == 'mean':\nMARGIN    merged[fine] = 0.5 * (laterals[fine] + above)\n"
    "MARGINelse:\nMARGIN    raise ValueError(f'expected sum or mean, got <<mode>>')",
    "share = jax.nn.softmax(params['fuse'])\nMARGINmerged[fine] = share[0] * laterals[fine] + share[1] * above",
)


def _pyramid(p: Program) -> Text:
    """Draw a feature pyramid: levels of features of equal width, to which coarser levels are added."""
    rows, width, levels = p.choices.choice((1, 2)), p.size(8, 16), p.choices.choice((2, 3))
    merge = p.choices.choice(_MERGES)
    text = _PYRAMID.replace("            MERGE\n", "            " + merge.replace("MARGIN", " " * 12) + "\n")
    text = text.replace("        MERGE ~", "        " + merge.replace("MARGIN", " " * 8) + " ~")
    lines = p.choose(text)
    numbered = "num_extra" in lines
    first = 2 if numbered or p.choices.chance(0.5) else 3
    names = [f"p{place}" for place in range(first, first + levels)] if numbered or p.choices.chance(0.5) else [
        f"c{place}" for place in range(first, first + levels)]  # fmt: skip
    sides = [8 // 2**place for place in range(levels)]
    channels = [4 * 2**place for place in range(levels)]
    features: dict[str, Tree] = {
        name: Leaf((rows, side, side, depth)) for name, side, depth in zip(names, sides, channels, strict=True)
    }
    skipped = p.pick("()", f"('{names[-1]}',)")
    rough = names[-1:] if "skip_smooth" in lines and skipped != "()" else []
    params: dict[str, Tree] = {
        "lateral": {name: weights(depth, width) for name, depth in zip(names, channels, strict=True)},
        "smooth": {
            name: {"kernel": weights(3, 3, width, width), "bias": weights(width)} for name in names if name not in rough
        },
        **({"fuse": weights(2)} if "params['fuse']" in lines else {}),
    }
    made: dict[str, Tree] = {name: Leaf((rows, side, side, width)) for name, side in zip(names, sides, strict=True)}
    extra = p.choices.integer(0, 1)
    side = sides[-1] // 2
    if numbered and extra:
        made[f"p{levels + 2}"] = Leaf((rows, side, side, width))
    elif "if extra_level" in lines and extra:
        made["extra"] = Leaf((rows, side, side, width))
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "params": Array(params, "parameters of the pyramid", ("params", "weights")),
            "features": Array(features, "feature maps by level", ("features", "inputs", "backbone_features")),
            "activate_lateral": Option("bool", "whether to apply the activation to the lateral maps", ("False", "True"),
                                       ("activate_lateral",)),
            "mode": Option("str", "how levels are merged: sum or mean", ("'sum'", "'mean'"), ("fusion", "merge_mode")),
            "bottom_up": Option("bool", "whether to add a bottom-up path", ("False", "True"),
                                ("bottom_up", "use_bottom_up")),
            "pool": Option("str", "downsampling: max or stride", ("'max'", "'stride'"), ("pool", "downsample")),
            "skip_smooth": Option("tuple[str, ...]", "number of levels without smoothing", ("()",),
                                  ("skip_smooth", "unsmoothed"), skipped),
            "num_extra": Option("int", "number of extra coarse levels", ("1",), ("num_extra", "extra_levels"),
                                str(extra)),
            "extra_level": Option("bool", "whether to add a coarser level", ("False",), ("extra_level",),
                                  str(bool(extra))),
        },
        result=(made,),
        helpers=(_UP, _HALVED, _SMOOTHED),
        titles=("feature_pyramid", "fpn", "merge_levels"),
        summary=p.pick("Merges coarse features into finer levels", "Builds a feature pyramid of equal width"),
        returned="features by level",
    )  # fmt: skip


_WINDOWS = _BODIES["windows"]
_CALENDAR = _BODIES["calendar"]
_FORECAST = _BODIES["forecast"]


def _forecast(p: Program) -> Text:
    """Draw a function that cuts time series into windows for training forecasting models."""
    rows, past, horizon, width = p.size(4, 8), p.choices.choice((12, 16)), p.choices.choice((4, 6)), p.size(3, 8)
    length = p.choices.choice((40, 48))
    lines = p.choose(_FORECAST)
    known = [each for each in ("mean", "std", "last", "none") if f"scaling == '{each}'" in lines]
    if "scaling == 'mean'" not in lines:
        known = ["std", "none"] if "'std'" in known else ["none", "max"]
    asked = p.choices.choice(known)
    lags = p.pick("(24,)", "(7,)", "(7, 14)", "()")
    many = 0 if lags == "()" else lags.count(",") + 1 - lags.count(",)")
    lagged = "in lags" in lines
    times = p.pick("(24.0,)", "(24.0, 168.0)", "()")
    waves = 0 if times == "()" else 2 * (times.count(",") + 1 - times.count(",)"))
    # The shape of a scale depends on how it is computed.
    thin = 1 if asked == "mean" and "scaling == 'mean'" in lines else width
    shift = Leaf((rows, 1, thin))
    scale = Leaf((rows, 1, width))
    if "scaling == 'mean'" in lines:
        scale = Leaf((rows, 1, 1 if asked == "last" else width))
    elif asked == "none" and "jnp.ones_like(shift)" not in lines:
        lines = lines.replace("scale = 1.0 if scaling", "scale = jnp.ones_like(shift) if scaling")
    lines = lines.replace("scale = 1.0 if scaling", "scale = jnp.ones_like(shift) if scaling")
    made: dict[str, Tree] = {
        "past": Leaf((rows, past, width * (1 + (many if lagged else 0)))), "future": Leaf((rows, horizon, width)),
    }  # fmt: skip
    if "if periods:" in lines and waves:
        if "windows['time']" in lines:
            made["time"] = Leaf((rows, past + horizon, waves))
        else:
            made |= {"past_time": Leaf((rows, past, waves)), "future_time": Leaf((rows, horizon, waves))}
    apart = "return windows, (shift, scale)" in lines
    result: tuple[Tree, ...] = (made, (shift, scale)) if apart else (made | {"shift": shift, "scale": scale},)
    return Text(
        lines=with_escaped_braces(lines),
        given={
            "series": Array(Leaf((rows, length, width), -3, 3), "series of shape (batch, time, features)",
                            ("series", "values")),
            "starts": Array(Leaf((rows,), 0, length - past - horizon, "int32"), "first step of each window",
                            ("starts", "offsets", "t0")),
            "observed": Array(truth(rows, length), "mask of observed steps", ("observed", "observed_mask"), 0.4),
            "past": Option("int", "number of input steps", (str(past),), ("context_length", "past", "input_len")),
            "horizon": Option("int", "number of forecast steps", (str(horizon),), ("horizon", "prediction_length")),
            "decay": Option("float", "decay rate of older steps", ("1.0", "0.9", "0.95"), ("decay",)),
            "scaling": Option("str", f"one of {', '.join(sorted(known))}", (f"'{known[0]}'",),
                              ("scaling", "normalization"), f"'{asked}'"),
            "lags": Option("tuple[int, ...]", "lags of additional inputs", ("()",), ("lags",), lags),
            "periods": Option("tuple[float, ...]", "periods of the seasonal features", ("()",),
                              ("periods", "seasons"), times),
        },
        result=result,
        helpers=(_WINDOWS, _CALENDAR),
        titles=("forecast_batch", "make_forecast_windows", "training_windows"),
        summary=p.pick("Extracts windows of series on a common scale",
                       "Splits series into past and future windows for forecasting"),
        returned="inputs and targets by name, and the offset and scale",
    )  # fmt: skip


BATCHES: dict[str, Callable[[Program], Text]] = {"anchor_targets": _assigned, "forecast_windows": _forecast}
"""Maps each target to the function that draws it. The targets prepare a batch for a training step."""
VISION: dict[str, Callable[[Program], Text]] = {"decoded_boxes": _decoded, "feature_pyramid": _pyramid}
"""Maps each target to the function that draws it. The targets are parts of a detector."""
