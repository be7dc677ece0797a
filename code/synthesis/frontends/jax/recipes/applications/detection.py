"""Boxes and feature levels: training targets of anchors, decoding of boxes, and merging of levels."""

from collections.abc import Callable

from synthesis.frontends.jax.recipes.applications.modes import Array, Option
from synthesis.frontends.jax.recipes.applications.parts import settled, truth, weights
from synthesis.frontends.jax.recipes.applications.program import Program
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Tree
from synthesis.frontends.jax.recipes.applications.written import Text

_OVERLAP = '''
    def box_iou(a: Array, b: Array) -> Array:
        {?0.5 """{Overlap of every box with every other ~ Shared area of two sets of boxes, as a part of both}."""}
        {low = jnp.maximum(a[:, None, :2], b[None, :, :2])
        high = jnp.minimum(a[:, None, 2:], b[None, :, 2:])
        inter = jnp.prod(jnp.clip(high - low, 0.0, None), axis=-1) ~
        low = jnp.maximum(a[:, None, :2], b[:, :2])
        high = jnp.minimum(a[:, None, 2:], b[:, 2:])
        size = jnp.clip(high - low, 0.0, None)
        inter = size[..., 0] * size[..., 1]}
        area_a, area_b = {((box[:, 2] - box[:, 0]) * (box[:, 3] - box[:, 1]) for box in (a, b)) ~
            jnp.prod(a[:, 2:] - a[:, :2], axis=-1), jnp.prod(b[:, 2:] - b[:, :2], axis=-1)}
        return inter / {(area_a[:, None] + area_b[None, :] - inter + 1e-8) ~
            jnp.maximum(area_a[:, None] + area_b - inter, 1e-8)}
'''
_CORNERS = '''
    def to_corners(boxes: Array) -> Array:
        {?0.5 """{From centers and sizes to two corners ~ Corners of boxes that are given by their centers}."""}
        {center, size = boxes[..., :2], boxes[..., 2:]
        return jnp.concatenate([center - 0.5 * size, center + 0.5 * size], axis=-1) ~
        center, size = jnp.split(boxes, 2, axis=-1)
        half = 0.5 * size
        return jnp.concatenate([center - half, center + half], axis=-1)}
'''
_ENCODED = '''
    def encode_boxes(boxes: Array, anchors: Array, variances) -> Array:
        {?0.5 """{Boxes as seen from anchors ~ Offsets in units of an anchor's size}."""}
        {shift = (boxes[:, :2] - anchors[:, :2]) / anchors[:, 2:]
        stretch = jnp.log(jnp.maximum(boxes[:, 2:], 1e-6) / anchors[:, 2:])
        if variances is not None:
            shift, stretch = shift / variances[0], stretch / variances[1]
        return jnp.concatenate([shift, stretch], axis=-1) ~
        center_scale, size_scale = (1.0, 1.0) if variances is None else variances
        shift = (boxes[:, :2] - anchors[:, :2]) / (center_scale * anchors[:, 2:])
        stretch = jnp.log(boxes[:, 2:] / anchors[:, 2:]) / size_scale
        return jnp.concatenate([shift, stretch], axis=-1)}
'''
_ASSIGNED = """
    {?0.5 {if anchors.shape[-1] != 4 or boxes.shape[-1] != 4:
        raise ValueError('boxes have four numbers') ~ if not low_iou <= high_iou:
        raise ValueError(f'<<low_iou>> is above <<high_iou>>')}}
    {?0.4 num_boxes = boxes.shape[-2]}
    def assign(boxes, classes, valid):
        iou = box_iou(to_corners(anchors), to_corners(boxes))
        {if valid is not None:
            {?0.5 # {padding overlaps with nothing}}
            iou = jnp.where(valid, iou, 0.0) ~ iou = iou if valid is None else jnp.where(valid, iou, 0.0)}
        best = jnp.argmax(iou, axis=1)
        {best_iou = jnp.max(iou, axis=1) ~ best_iou = jnp.take_along_axis(iou, best[:, None], axis=1)[:, 0]}
        positive = best_iou >= high_iou
        {if force_match:
            {?0.5 # {no box is left without an anchor}}
            is_best = (iou == jnp.max(iou, axis=0)) & (iou > 0.0)
            best = jnp.where(jnp.any(is_best, axis=1), jnp.argmax(is_best, axis=1), best)
            positive = positive | jnp.any(is_best, axis=1) ~
        {?0.5 # {no box is left without an anchor}}
        is_best = (iou == jnp.max(iou, axis=0)) & (iou > 0.0)
        forced = jnp.any(is_best, axis=1)
        best = jnp.where(forced, jnp.argmax(is_best, axis=1), best)
        positive = jnp.logical_or(positive, forced)}
        {labels = jnp.where(positive, classes[best] + 1, 0) ~ labels = jnp.where(positive, classes[best] + 1, 0)
        if ignore_between:
            {?0.5 # {neither a box nor background}}
            labels = jnp.where(jnp.logical_not(positive) & (best_iou >= low_iou), -1, labels)}
        offsets = encode_boxes(boxes[best], anchors, variances)
        {offsets = jnp.where(positive[:, None], offsets, 0.0) ~ offsets = offsets * positive[:, None]}
        {?0.5 {if centered:
            {?0.5 # {anchors at the rim of a box count less}}
            distance = jnp.linalg.norm(offsets[:, :2], axis=-1)
            weight = jnp.where(positive, jnp.exp(-distance), 1.0)
        else:
            weight = jnp.ones_like(best_iou) ~
        if soft_weights:
            {?0.5 # {anchors that fit badly count less}}
            weight = jnp.where(positive, {best_iou ~ best_iou ** 2}, 1.0)
        else:
            weight = jnp.ones_like(best_iou)}
        return labels, offsets, weight
    ~ return labels, offsets}

    {if boxes.ndim == 2:
        return assign(boxes, classes, valid)
    {?0.4 # {the anchors are the same for every image}}
    in_axes = (0, 0, None if valid is None else 0)
    return jax.vmap(assign, in_axes=in_axes)(boxes, classes, valid) ~
    assign_batch = jax.vmap(assign, in_axes=(0, 0, None if valid is None else 0))
    targets = assign_batch(boxes, classes, valid)
    {return dict(zip(('labels', 'offsets', 'weights'), targets)) ~
    return targets}}
"""


def _assigned(p: Program) -> Text:
    """Draw the training target of each anchor for the boxes of an image."""
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
        lines=settled(lines),
        given={
            "anchors": Array(Leaf((count, 4), 0.2, 0.7), "centers and sizes of the anchors", ("anchors", "priors")),
            "boxes": Array(box, "centers and sizes of the boxes", ("boxes", "gt_boxes")),
            "classes": Array(Leaf((*head, boxes), 0, classes - 1, "int32"), "class of each box",
                             ("classes", "gt_classes")),
            "valid": Array(truth(*head, boxes), "boxes that are no padding", ("valid", "box_mask"), 0.4),
            "high_iou": Option("float", "least overlap with a box", ("0.5", "0.6", "0.7"),
                               ("high_iou", "positive_iou", "match_threshold")),
            "low_iou": Option("float", "largest overlap of background", ("0.4", "0.3"), ("low_iou", "negative_iou")),
            "variances": Option("tuple[float, float] | None", "units of offsets", ("None", "(0.1, 0.2)"),
                                ("variances", "box_variance")),
            "force_match": Option("bool", "whether each box gets an anchor", ("True", "False"),
                                  ("force_match", "match_all_boxes")),
            "ignore_between": Option("bool", "whether there is a class of neither", ("True", "False"),
                                     ("ignore_between", "ignore_ambiguous")),
            "soft_weights": Option("bool", "whether overlaps are weights", ("True", "False"),
                                   ("soft_weights", "weight_by_iou")),
            "centered": Option("bool", "whether the middle counts more", ("True", "False"), ("center_weights",)),
        },
        result=(dict(parts),) if by_name else tuple(leaf for _, leaf in parts),
        helpers=(_OVERLAP, _CORNERS, _ENCODED),
        titles=("assign_anchors", "anchor_targets", "match_anchors", "detection_targets"),
        summary=p.pick("What anchors are to tell of the boxes of an image", "Matches boxes with anchors"),
        returned="class and offsets of every anchor",
    )  # fmt: skip


_GRID = '''
    def grid_centers(height: int, width: int, stride: int) -> Array:
        {?0.5 """{Middle of each cell, in pixels ~ Where cells of a level lie in the image}."""}
        {rows = (jnp.arange(height) + 0.5) * stride
        cols = (jnp.arange(width) + 0.5) * stride
        y, x = jnp.meshgrid(rows, cols, indexing='ij')
        return jnp.stack([x, y], axis=-1).reshape(-1, 2) ~
        x = jnp.broadcast_to((jnp.arange(width) + 0.5) * stride, (height, width))
        y = jnp.broadcast_to(((jnp.arange(height) + 0.5) * stride)[:, None], (height, width))
        return jnp.stack([x, y], axis=-1).reshape(height * width, 2)}
'''
_DECODED = """
    {?0.5 {if len(outputs) != len(strides):
        raise ValueError(f'<<len(outputs)>> levels but <<len(strides)>> strides') ~ if not outputs:
        raise ValueError('there are no levels')}}
    {boxes, scores = [], [] ~ all_boxes, all_scores = [], []}
    for level, stride in zip(outputs, strides):
        {{batch, height, width, _ = level['boxes'].shape ~ batch, height, width = level['boxes'].shape[:3]}
        deltas = level['boxes'].reshape(batch, height * width, 4)
        logits = level['scores'].reshape(batch, height * width, -1) ~
        height, width = level['boxes'].shape[1:3]
        deltas = level['boxes'].reshape(level['boxes'].shape[0], -1, 4)
        logits = level['scores'].reshape(deltas.shape[0], deltas.shape[1], -1)}
        centers = grid_centers(height, width, stride)
        {if kind == 'distance':
            {?0.5 # {to the four sides}}
            {sides = stride * {jnp.exp(jnp.minimum(deltas, 4.0)) ~ jax.nn.softplus(deltas)}
            low, high = centers - sides[..., :2], centers + sides[..., 2:] ~
            sides = stride * jax.nn.softplus(deltas)
            low = centers - sides[..., :2]
            high = centers + sides[..., 2:]}
        elif kind == 'center':
            {middle = centers + stride * deltas[..., :2] ~ middle = centers + stride * jnp.tanh(deltas[..., :2])}
            {?0.4 # {sizes grow by powers, but not without end}}
            half = 0.5 * {anchor_scale ~ anchor_scale ~ 4} * stride * jnp.exp(jnp.clip(deltas[..., 2:], None, 4.0))
            low, high = middle - half, middle + half
        else:
            raise ValueError(f'unknown kind <<kind>>') ~
        middle = centers + stride * deltas[..., :2]
        size = anchor_scale * stride * jnp.exp(jnp.minimum(deltas[..., 2:], {4.0 ~ max_log_size}))
        low, high = middle - 0.5 * size, middle + 0.5 * size}
        corners = jnp.concatenate([low, high], axis=-1)
        {?0.6 if image_size is not None:
            {?0.5 # {nothing lies outside of the image}}
            {corners = jnp.clip(corners, 0.0, image_size) ~ corners = jnp.clip(corners, 0.0, float(image_size))}}
        probs = {jax.nn.sigmoid(logits) ~ jax.nn.softmax(logits, axis=-1)[..., 1:] ~ jax.nn.sigmoid(logits)}
        {?0.5 if 'centerness' in level:
            quality = jax.nn.sigmoid(level['centerness'].reshape(probs.shape[:2]))
            {probs = jnp.sqrt(probs * quality[..., None]) ~ probs = probs * quality[..., None]}}
        BOXES.append(corners)
        SCORES.append(probs)
    boxes = jnp.concatenate(BOXES, axis=1)
    scores = jnp.concatenate(SCORES, axis=1)
    {?0.6 if min_score > 0.0:
        scores = jnp.where(scores < min_score, 0.0, scores)}
    {labels, best = jnp.argmax(scores, axis=-1), jnp.max(scores, axis=-1) ~ labels = jnp.argmax(scores, axis=-1)
    best = jnp.max(scores, axis=-1)}
    {if max_boxes is None:
        return boxes, best, labels
    {?0.4 # {the surest first}}
    best, index = jax.lax.top_k(best, max_boxes)
    boxes = jnp.take_along_axis(boxes, index[..., None], axis=1)
    return boxes, best, jnp.take_along_axis(labels, index, axis=1) ~
    best, index = jax.lax.top_k(best, max_boxes)
    {take = jax.vmap(lambda rows, chosen: rows[chosen])
    return <<'boxes': take(boxes, index), 'scores': best, 'classes': take(labels, index)>> ~
    boxes = jnp.take_along_axis(boxes, index[..., None], axis=1)
    labels = jnp.take_along_axis(labels, index, axis=1)
    return <<'boxes': boxes, 'scores': best, 'classes': labels>>}}
"""


def _decoded(p: Program) -> Text:
    """Draw the decoding of boxes from the levels of a detector."""
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
        lines=settled(lines),
        given={
            "outputs": Array(outputs, "what the heads of each level tell", ("outputs", "levels", "head_outputs")),
            "strides": Option("tuple[int, ...]", "pixels between cells of each level", (strides,), ("strides",)),
            "kind": Option("str", "distance or center", ("'distance'", "'center'"), ("box_format", "kind")),
            "anchor_scale": Option("float", "size of an anchor in cells", ("4.0", "2.0"), ("anchor_scale",)),
            "max_log_size": Option("float", "logarithm of the largest size", ("4.0", "3.0"), ("max_log_size",)),
            "image_size": Option("int | None", "pixels of a side", ("None", "64", "32"), ("image_size",)),
            "min_score": Option("float", "least score", ("0.0", "0.05", "0.3"), ("min_score", "score_threshold")),
            "max_boxes": Option("int" if always else "int | None", "boxes that are kept", (str(kept or None),),
                                ("max_boxes", "max_detections", "top_k")),
        },
        result=({"boxes": boxes, "scores": best, "classes": labels},) if by_name else (boxes, best, labels),
        helpers=(_GRID,),
        titles=("decode_detections", "decode_boxes", "postprocess_detections"),
        summary=p.pick("Boxes, scores and classes that a detector tells", "Turns the outputs of heads into boxes"),
        returned="boxes in pixels, their scores and their classes",
    )  # fmt: skip


_UP = '''
    def upsample(x: Array, size) -> Array:
        {?0.5 """{Each pixel twice in both directions ~ Nearest neighbours, cut to the size of the finer level}."""}
        {height, width = size
        x = jnp.repeat(jnp.repeat(x, 2, axis=1), 2, axis=2)
        return x[:, :height, :width] ~
        batch, height, width, channels = x.shape
        x = jnp.broadcast_to(x[:, :, None, :, None], (batch, height, 2, width, 2, channels))
        x = x.reshape(batch, 2 * height, 2 * width, channels)
        return x[:, :size[0], :size[1]]}
'''
_HALVED = '''
    def halve(x: Array, how: str) -> Array:
        {?0.5 """Half as many pixels in both directions."""}
        if how == 'stride':
            return x[:, ::2, ::2]
        {window = (1, 2, 2, 1)
        return jax.lax.reduce_window(x, -jnp.inf, jax.lax.max, window, window, 'VALID') ~
        batch, height, width, channels = x.shape
        return x.reshape(batch, height // 2, 2, width // 2, 2, channels).max(axis=(2, 4))}
'''
_SMOOTHED = '''
    def smooth(layer, x: Array) -> Array:
        {?0.5 """A convolution against the edges of repeated pixels."""}
        x = jax.lax.conv_general_dilated(x, layer['kernel'], (1, 1), 'SAME', dimension_numbers=('NHWC', 'HWIO', 'NHWC'))
        {return x + layer['bias'] ~ return x if 'bias' not in layer else x + layer['bias']}
'''
_PYRAMID = """
    {?0.5 {missing = [name for name in features if name not in params['lateral']]
    if missing:
        raise ValueError(f'no weights for the levels <<missing>>') ~ if len(features) < 2:
        raise ValueError('a pyramid has two levels or more')}}
    {names = sorted(features) ~ names = sorted(features.keys())}
    {?0.4 # {all levels get the same number of channels}}
    {laterals = <<name: features[name] @ params['lateral'][name] for name in names>> ~
    laterals = <<name: jnp.einsum('bhwc,cd->bhwd', features[name], params['lateral'][name]) for name in names>> ~
    laterals = <<>>
    for name in names:
        laterals[name] = features[name] @ params['lateral'][name]
        {?0.6 if activate_lateral:
            laterals[name] = jax.nn.relu(laterals[name])}}
    {?0.4 # {from the coarsest level down}}
    {merged = <<>>
    merged[names[-1]] = laterals[names[-1]]
    for fine, coarse in zip(reversed(names[:-1]), reversed(names[1:])):
        above = upsample(merged[coarse], laterals[fine].shape[1:3])
        MERGE ~
    merged, above = <<>>, None
    for fine in reversed(names):
        if above is None:
            merged[fine] = laterals[fine]
        else:
            above = upsample(above, laterals[fine].shape[1:3])
            MERGE
        above = merged[fine]}
    {?0.35 if bottom_up:
        {?0.5 # {and up again}}
        for fine, coarse in zip(names[:-1], names[1:]):
            below = halve(merged[fine], pool)
            merged[coarse] = merged[coarse] + below}
    {outs = <<name: smooth(params['smooth'][name], merged[name]) for name in names>> ~
    outs = <<name: smooth(params['smooth'][name], level) for name, level in merged.items()>> ~
    outs = <<>>
    for name in names:
        {if name in skip_smooth:
            outs[name] = merged[name]
            continue
        outs[name] = smooth(params['smooth'][name], merged[name]) ~
        outs[name] = merged[name] if name in skip_smooth else smooth(params['smooth'][name], merged[name])}}
    {for i in range(num_extra):
        {?0.5 # {levels for large things}}
        last = outs[f'p<<len(names) + i + 1>>']
        outs[f'p<<len(names) + i + 2>>'] = halve(last, pool) ~
    if extra_level:
        outs['extra'] = halve(outs[names[-1]], pool) ~}
    return outs
"""
_MERGES = (
    "merged[fine] = laterals[fine] + above",
    "merged[fine] = laterals[fine] + above",
    "if mode == 'sum':\nMARGIN    merged[fine] = laterals[fine] + above\n"
    "MARGINelif mode == 'mean':\nMARGIN    merged[fine] = 0.5 * (laterals[fine] + above)\n"
    "MARGINelse:\nMARGIN    raise ValueError(f'expected sum or mean, got <<mode>>')",
    "share = jax.nn.softmax(params['fuse'])\nMARGINmerged[fine] = share[0] * laterals[fine] + share[1] * above",
)


def _pyramid(p: Program) -> Text:
    """Draw levels of features with equal width."""
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
        lines=settled(lines),
        given={
            "params": Array(params, "weights of the pyramid", ("params", "weights")),
            "features": Array(features, "maps of features by level", ("features", "inputs", "backbone_features")),
            "activate_lateral": Option("bool", "whether levels are activated first", ("False", "True"),
                                       ("activate_lateral",)),
            "mode": Option("str", "sum or mean", ("'sum'", "'mean'"), ("fusion", "merge_mode")),
            "bottom_up": Option("bool", "whether fine levels reach coarse ones", ("False", "True"),
                                ("bottom_up", "use_bottom_up")),
            "pool": Option("str", "max or stride", ("'max'", "'stride'"), ("pool", "downsample")),
            "skip_smooth": Option("tuple[str, ...]", "levels that are not smoothed", ("()",),
                                  ("skip_smooth", "unsmoothed"), skipped),
            "num_extra": Option("int", "levels above the last", ("1",), ("num_extra", "extra_levels"), str(extra)),
            "extra_level": Option("bool", "whether there is a coarser level", ("False",), ("extra_level",),
                                  str(bool(extra))),
        },
        result=(made,),
        helpers=(_UP, _HALVED, _SMOOTHED),
        titles=("feature_pyramid", "fpn", "merge_levels"),
        summary=p.pick("Brings coarse features down to fine levels", "A pyramid of features of one width"),
        returned="features by level",
    )  # fmt: skip


_WINDOWS = '''
    def gather_windows(series: Array, starts: Array, length: int) -> Array:
        {?0.5 """{A stretch of each series ~ Steps of each series from its start on}."""}
        {index = starts[:, None] + jnp.arange(length)
        return jnp.take_along_axis(series, index[..., None], axis=1) ~
        def cut(rows, start):
            return jax.lax.dynamic_slice_in_dim(rows, start, length)

        return jax.vmap(cut)(series, starts)}
'''
_CALENDAR = '''
    def phase_features(steps: Array, periods) -> Array:
        {?0.5 """{Where steps lie in days and weeks ~ Sine and cosine of each period}."""}
        {phase = jnp.stack([steps / period for period in periods], axis=-1)
        return jnp.concatenate([jnp.sin(2.0 * jnp.pi * phase), jnp.cos(2.0 * jnp.pi * phase)], axis=-1) ~
        features = []
        for period in periods:
            angle = 2.0 * jnp.pi * steps / period
            features += [jnp.sin(angle), jnp.cos(angle)]
        return jnp.stack(features, axis=-1)}
'''
_FORECAST = """
    {?0.5 {if past + horizon > series.shape[1]:
        raise ValueError(f'<<past + horizon>> steps do not fit series of <<series.shape[1]>>') ~ if series.ndim != 3:
        raise ValueError('expected series of shape (batch, time, features)')}}
    window = gather_windows(series, starts, past + horizon)
    {context, future = window[:, :past], window[:, past:] ~ context = window[:, :past]
    future = window[:, past:]}
    {if observed is None:
        weight = {jnp.ones(context.shape[:2], context.dtype) ~ jnp.ones_like(context[..., 0])}
    else:
        weight = gather_windows(observed[..., None], starts, past)[..., 0].astype(context.dtype)
        {?0.5 # {gaps are filled with nothing}}
        context = jnp.where(weight[..., None] > 0, context, 0.0)
    count = jnp.maximum(jnp.sum(weight, axis=1), 1.0)[:, None, None] ~
    weight = {jnp.ones(context.shape[:2], context.dtype) ~ jnp.ones_like(context[..., 0])}
    {?0.6 if decay < 1.0:
        {?0.5 # {old steps say less about the level}}
        weight = weight * decay ** jnp.arange(past)[::-1]}
    count = jnp.sum(weight, axis=1)[:, None, None]}
    {if scaling == 'mean':
        {?0.5 # {series of one shape and any size}}
        shift = jnp.zeros_like(count)
        scale = jnp.sum(weight[..., None] * jnp.abs(context), axis=1, keepdims=True) / count + {1e-6 ~ 1e-3}
    elif scaling == 'std':
        shift = jnp.sum(weight[..., None] * context, axis=1, keepdims=True) / count
        spread = jnp.sum(weight[..., None] * (context - shift) ** 2, axis=1, keepdims=True) / count
        scale = jnp.sqrt(spread + 1e-6)
    {elif scaling == 'last':
        shift, scale = context[:, -1:], jnp.ones_like(count) ~}
    else:
        raise ValueError(f'unknown scaling <<scaling>>') ~
    shift = jnp.sum(weight[..., None] * context, axis=1, keepdims=True) / count
    {scale = jnp.ones_like(shift)
    if scaling == 'std':
        scale = jnp.sqrt(jnp.sum(weight[..., None] * (context - shift) ** 2, axis=1, keepdims=True) / count + 1e-6) ~
    scale = 1.0 if scaling == 'none' else jnp.max(jnp.abs(context - shift), axis=1, keepdims=True) + 1e-6}}
    context, future = (context - shift) / scale, (future - shift) / scale
    {?0.6 {inputs = [context]
    for lag in lags:
        {?0.5 # {the same hour of an earlier day}}
        earlier = gather_windows(series, jnp.maximum(starts - lag, 0), past)
        inputs.append((earlier - shift) / scale)
    context = jnp.concatenate(inputs, axis=-1) ~
    lagged = [(gather_windows(series, jnp.maximum(starts - lag, 0), past) - shift) / scale for lag in lags]
    context = jnp.concatenate([context, *lagged], axis=-1)}}
    windows = <<'past': context, 'future': future>>
    {?0.6 {if periods:
        steps = starts[:, None] + jnp.arange(past + horizon)
        {times = phase_features(steps, periods)
        windows['past_time'], windows['future_time'] = times[:, :past], times[:, past:] ~
        windows['time'] = phase_features(steps, periods)}}}
    {return windows, (shift, scale) ~ windows['shift'], windows['scale'] = shift, scale
    return windows}
"""


def _forecast(p: Program) -> Text:
    """Draw windows of time series, as forecasting models are trained on them."""
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
    # What is left of a scale depends on how it is computed.
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
        lines=settled(lines),
        given={
            "series": Array(Leaf((rows, length, width), -3, 3), "series of shape (batch, time, features)",
                            ("series", "values")),
            "starts": Array(Leaf((rows,), 0, length - past - horizon, "int32"), "first step of each window",
                            ("starts", "offsets", "t0")),
            "observed": Array(truth(rows, length), "steps that were measured", ("observed", "observed_mask"), 0.4),
            "past": Option("int", "steps that are seen", (str(past),), ("context_length", "past", "input_len")),
            "horizon": Option("int", "steps that are told", (str(horizon),), ("horizon", "prediction_length")),
            "decay": Option("float", "how fast old steps are forgotten", ("1.0", "0.9", "0.95"), ("decay",)),
            "scaling": Option("str", f"one of {', '.join(sorted(known))}", (f"'{known[0]}'",),
                              ("scaling", "normalization"), f"'{asked}'"),
            "lags": Option("tuple[int, ...]", "how much earlier steps are seen too", ("()",), ("lags",), lags),
            "periods": Option("tuple[float, ...]", "steps of a day, of a week", ("()",), ("periods", "seasons"), times),
        },
        result=result,
        helpers=(_WINDOWS, _CALENDAR),
        titles=("forecast_batch", "make_forecast_windows", "training_windows"),
        summary=p.pick("Windows of series, on a common scale", "Past and future of series, as forecasters see them"),
        returned="inputs and targets by name, and what undoes the scale",
    )  # fmt: skip


BATCHES: dict[str, Callable[[Program], Text]] = {"anchor_targets": _assigned, "forecast_windows": _forecast}
"""The function that draws each target with a batch before a training step."""
VISION: dict[str, Callable[[Program], Text]] = {"decoded_boxes": _decoded, "feature_pyramid": _pyramid}
"""The function that draws each target with a part of a detector."""
