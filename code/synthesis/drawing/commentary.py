"""Writes comments and docstrings as people do.

They do not change what a kernel means, and the canonical forms omit them. A comment describes the statement below it,
and names its operands if they are short.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from synthesis.core.signatures import Argument
from synthesis.drawing.rendering import render
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Comment,
    Evaluate,
    Expression,
    For,
    If,
    Infix,
    Name,
    Return,
    Statement,
    Subscript,
    While,
)

# Maximum length of an operand that is repeated in a comment.
_SHORT = 14

_BY_FUNCTION: dict[str, tuple[str, ...]] = {
    "tid": ("thread index", "one thread per element", "index of this thread", "which element this thread handles"),
    "sqrt": ("square root of {a}", "undo the square", "back to a length"),
    "exp": ("exponential of {a}", "always positive", "exponential weight"),
    "log": ("log of {a}", "continue in log space", "compress the range"),
    "tanh": ("squash {a} to (-1, 1)", "saturate large values", "soft limit"),
    "sigmoid": ("squash {a} to (0, 1)", "gate"),
    "sin": ("oscillating part", "sine of {a}", "periodic in {a}"),
    "cos": ("oscillating part", "cosine of {a}", "in quadrature"),
    "abs": ("absolute value of {a}", "drop the sign", "magnitude"),
    "min": ("at most {b}", "limit from above", "the smaller of {a} and {b}"),
    "max": ("at least {b}", "limit from below", "the larger of {a} and {b}"),
    "minimum": ("at most {b}", "limit from above", "the smaller of {a} and {b}"),
    "maximum": ("at least {b}", "limit from below", "the larger of {a} and {b}"),
    "clamp": ("keep {a} in range", "limit {a}", "stay inside the bounds"),
    "clip": ("keep {a} in range", "limit {a}", "stay inside the bounds"),
    "pow": ("power of {a}", "raise {a}"),
    "square": ("square of {a}", "squared magnitude"),
    "dot": ("inner product", "{a} along {b}", "project {a} on {b}"),
    "matmul": ("matrix product", "apply {a} to {b}"),
    "einsum": ("contract the shared axes", "sum over the repeated index"),
    "cross": ("perpendicular to both", "normal of {a} and {b}"),
    "length": ("norm of {a}", "length of {a}", "distance"),
    "length_sq": ("squared norm", "squared distance"),
    "norm": ("norm of {a}", "overall magnitude"),
    "normalize": ("unit vector", "direction of {a}", "only the direction matters"),
    "where": ("choose per element", "pick by the condition", "branchless selection"),
    "select": ("choose per element", "pick by the condition"),
    "lerp": ("blend {a} and {b}", "part of the way to {b}", "linear interpolation"),
    "erf": ("error function of {a}", "smooth step"),
    "floor": ("round down", "integer part of {a}"),
    "round": ("nearest integer",),
    "rand_init": ("one generator per thread", "seed this thread's generator", "independent random stream"),
    "randf": ("uniform sample", "random number in range"),
    "randn": ("normal sample", "Gaussian noise"),
    "normal": ("normal samples", "Gaussian noise"),
    "uniform": ("uniform samples",),
    "split": ("a fresh key for each use", "never use a key twice"),
    "PRNGKey": ("random key", "seed the generator"),
    "key": ("random key", "seed the generator"),
    "tile_load": ("load this block", "bring {a} into a tile", "read the block's data"),
    "tile_store": ("write the tile back", "store this block", "results of the block"),
    "tile_sum": ("reduce over the block", "block-wide sum"),
    "tile_map": ("apply to every element of the tile",),
    "tile_matmul": ("multiply the tiles", "product of two blocks"),
    "tile_atomic_add": ("accumulate across blocks", "blocks may write to the same place"),
    "atomic_add": ("accumulate into {a}", "several threads may add here", "must be atomic"),
    "atomic_max": ("running maximum over threads", "must be atomic"),
    "atomic_min": ("running minimum over threads", "must be atomic"),
    "quat_rotate": ("rotate into the other frame", "apply the rotation"),
    "transform_point": ("move to the other frame", "to world space"),
    "transform_vector": ("rotate, but do not translate",),
    "quat_from_axis_angle": ("rotation about the axis",),
    "transpose": ("swap the axes",),
    "inverse": ("invert the map",),
    "determinant": ("volume change",),
    "trace": ("sum of the diagonal",),
    "outer": ("outer product", "rank-one matrix"),
    "noise": ("smooth noise", "procedural texture"),
    "sum": ("reduce over the axis", "total of {a}", "sum of {a}"),
    "mean": ("average of {a}", "mean over the axis", "centre of {a}"),
    "var": ("spread of {a}", "variance over the axis"),
    "std": ("spread of {a}", "standard deviation"),
    "prod": ("product over the axis",),
    "cumsum": ("running total", "prefix sum of {a}"),
    "sort": ("in ascending order", "sort {a}"),
    "argsort": ("sorting permutation",),
    "argmax": ("where {a} is largest",),
    "argmin": ("where {a} is smallest",),
    "reshape": ("same data, another shape", "regroup the axes"),
    "concatenate": ("join the parts", "put the parts together"),
    "stack": ("along a new axis", "collect the parts"),
    "pad": ("pad the borders",),
    "take": ("gather by index", "pick the entries"),
    "broadcast_to": ("repeat along the new axis",),
    "expand_dims": ("add an axis",),
    "softmax": ("normalise to probabilities", "weights that sum to one"),
    "log_softmax": ("log probabilities",),
    "logsumexp": ("stable log of a sum of exponentials",),
    "relu": ("keep the positive part",),
    "gelu": ("smooth gate",),
    "scan": ("carry the state along", "one step at a time", "sequential pass"),
    "fori_loop": ("repeat a fixed number of times", "iterate"),
    "while_loop": ("repeat until the condition fails", "iterate to convergence"),
    "cond": ("only one branch runs", "depends on the data"),
    "switch": ("one of several branches",),
    "vmap": ("over the batch", "vectorise over the leading axis"),
    "grad": ("gradient", "derivative of the scalar"),
    "jvp": ("directional derivative", "push the tangent through"),
    "solve": ("solve the linear system",),
    "cholesky": ("triangular factor", "factor of a positive matrix"),
    "qr": ("orthogonal basis", "orthogonalise the columns"),
    "svd": ("singular values", "principal directions"),
    "eigh": ("spectrum of a symmetric matrix",),
    "fft": ("to the frequency domain",),
    "ifft": ("back from the frequency domain",),
}
_BY_OPERATOR: dict[str, tuple[str, ...]] = {
    "+": ("add {b}", "sum of both parts", "{a} plus {b}"),
    "-": ("offset from {b}", "difference of {a} and {b}", "subtract from {a}"),
    "*": ("scale by {b}", "weighted", "{a} times {b}"),
    "/": ("relative to {b}", "per unit of {b}", "normalise by {b}"),
    "@": ("matrix product", "apply {a}"),
    "%": ("wrap around", "remainder by {b}"),
    "//": ("floor division",),
    "&": ("mask the bits",),
    "^": ("mix the bits",),
    ">>": ("drop the low bits",),
    "<<": ("shift up",),
}
_READ = ("read {a} once", "local copy", "value at this index", "from {array}")
_CHANGE = ("update {name}", "accumulate", "add this term", "running value")
_STORE = ("write the result", "store the result", "result of this thread", "write to {array}")
_LOOP = ("loop over {variable}", "accumulate over {variable}", "iterate over all entries", "sum over {variable}")
_SKIP = ("nothing to do here", "skip the rest", "out of range", "done early")
_BRANCH = ("two cases", "only if {test}", "case distinction", "when {test}", "depends on the data")
_REPEAT = ("loop until the condition fails", "repeat while the condition holds", "bounded number of iterations")


@dataclass(frozen=True, slots=True)
class Habits:
    """Shares of kernels with comments and docstrings.

    Args:
        comments: share of kernels with comments.
        docstring: share of kernels with a docstring.
        listed: share of docstrings that list arguments and results.
    """

    comments: float
    docstring: float
    listed: float


def add_comments(stream: Stream, body: tuple[Statement, ...], habits: Habits) -> tuple[Statement, ...]:
    """Return a body with comments above some of its statements, or unchanged for a kernel without comments.

    The maximum number of comments grows with the length of the body.
    """
    if not stream.chance(habits.comments):
        return body
    places = [(path, phrases) for path, statement in _walk(body) if (phrases := list(_phrases(statement)))]
    most = min(len(places), 2 + len(body) // 8)
    if not most:
        return body
    chosen = stream.shuffled(places)[: stream.integer(1, most)]
    form = stream.weighted([(str.lower, 0.45), (str.capitalize, 0.4), (_sentence, 0.15)])
    remarks = {path: Comment(_change_case(form, stream.pick(phrases))) for path, phrases in chosen}
    return _insert_remarks(body, (), remarks)


def _change_case(form: Callable[[str], str], phrase: str) -> str:
    """Apply ``form`` to the first letter of a phrase, and return the phrase.

    Further characters of the result of ``form``, such as a full stop, are appended to the phrase.
    """
    first = form(phrase[:1])
    return first[:1] + phrase[1:] + first[1:]


def _sentence(first: str) -> str:
    return first.upper() + "."


Path = tuple[int, ...]


def _walk(body: Sequence[Statement], above: Path = ()) -> Iterator[tuple[Path, Statement]]:
    for place, statement in enumerate(body):
        if isinstance(statement, Comment) or (place and isinstance(body[place - 1], Comment)):
            continue
        yield (*above, place), statement
        if isinstance(statement, For | While | If):
            yield from _walk(statement.body, (*above, place))


def _insert_remarks(body: tuple[Statement, ...], above: Path, remarks: dict[Path, Comment]) -> tuple[Statement, ...]:
    made: list[Statement] = []
    for place, statement in enumerate(body):
        path = (*above, place)
        if path in remarks:
            made.append(remarks[path])
        if isinstance(statement, For | While | If):
            statement = replace(statement, body=_insert_remarks(statement.body, path, remarks))
        made.append(statement)
    return tuple(made)


def _phrases(statement: Statement) -> Iterator[str]:
    """Yield possible comments on a statement."""
    match statement:
        case Assign(target, value, operator):
            if operator:
                yield from _fill_in(_CHANGE, name=target)
            elif isinstance(target, Subscript):
                yield from _fill_in(_STORE, array=target.base)
            yield from _of_value(value)
        case Evaluate(value):
            yield from _of_value(value)
        case For(variable, _, _):
            yield from _fill_in(_LOOP, variable=Name(variable))
        case While():
            yield from _REPEAT
        case If(test, body, _):
            yield from _SKIP if isinstance(body[0], Return) else _fill_in(_BRANCH, test=test)
        case _:
            pass


def _of_value(value: Expression) -> Iterator[str]:
    match value:
        case Call(function, arguments):
            inner = function.function if isinstance(function, Call) else function  # such as jax.vmap(f)(x)
            name = render(inner).rpartition(".")[2]
            a, b = (*arguments, None, None)[:2]
            yield from _fill_in(_BY_FUNCTION.get(name, ()), a=a, b=b)
        case Infix(operator, left, right):
            yield from _fill_in(_BY_OPERATOR.get(operator, ()), a=left, b=right)
        case Subscript(base, _):
            yield from _fill_in(_READ, a=value, array=base)
        case _:
            pass


def _fill_in(phrases: Sequence[str], **operands: Expression | None) -> Iterator[str]:
    """Yield phrases with their operands filled in, if these are short and not plain numbers."""
    texts = {name: render(node) for name, node in operands.items() if node is not None}
    known = {name: text for name, text in texts.items() if len(text) <= _SHORT and text[-1:].isidentifier()}
    known |= {name: text for name, text in texts.items() if len(text) <= _SHORT and text.endswith("]")}
    if len(texts.get("test", "")) > 2 * _SHORT:
        known.pop("test", None)
    elif "test" in texts:
        known["test"] = texts["test"]
    for phrase in phrases:
        try:
            yield phrase.format(**known)
        except KeyError:
            continue


# Docstrings

_MEANINGS: dict[str, str] = {
    "positions": "positions", "pos": "positions", "points": "points", "velocities": "velocities", "vel": "velocities",
    "forces": "forces", "normals": "unit normals", "directions": "directions", "mass": "masses", "dt": "time step",
    "weights": "weights", "values": "values", "data": "input data", "samples": "samples", "field": "field values",
    "signal": "input signal", "density": "densities", "pressure": "pressures", "energy": "energies",
    "temps": "temperatures", "scores": "scores", "depth": "depths", "heights": "heights", "radii": "radii",
    "charge": "charges", "coeffs": "coefficients", "inputs": "inputs", "bias": "additive bias",
    "scale": "factor", "gain": "amplification", "rate": "rate", "alpha": "first coefficient",
    "beta": "second coefficient", "gamma": "exponent or factor", "damping": "damping factor",
    "stiffness": "stiffness", "omega": "frequency", "mu": "viscosity or mean", "tau": "time constant",
    "seed": "seed of the random numbers", "mask": "mask of the active elements", "labels": "class of each element",
    "indices": "indices to gather by", "bins": "bin of each element", "keys": "keys", "offsets": "offsets",
    "frames": "frames", "rotations": "rotations", "jacobians": "Jacobian matrices", "inertia": "inertia tensors",
    "n": "number of elements", "count": "number of elements", "size": "number of elements",
    "lhs": "left operand", "rhs": "right operand", "a": "first operand", "b": "second operand", "x": "input",
    "y": "second input", "u": "field values", "v": "field values", "out": "output", "result": "output",
    "output": "output", "dst": "output", "res": "output", "target": "output", "y_out": "output",
    "results": "outputs", "logits": "unnormalised scores", "queries": "queries", "hidden": "hidden state",
    "params": "parameters", "steps": "number of steps", "level": "level", "k": "coefficient", "A": "matrix",
    "B": "second matrix", "m": "matrices", "lr": "learning rate", "learning_rate": "learning rate",
    "weight_decay": "weight decay", "momentum": "momentum", "grad": "gradients", "grads": "gradients",
    "gradients": "gradients", "theta": "parameters", "nu": "second moments", "second_moment": "second moments",
    "eps": "small constant against division by zero", "temperature": "softmax temperature", "kernel": "filter weights",
    "image": "image", "img": "image", "query": "queries", "key": "keys", "value": "values", "centers": "centres",
    "widths": "widths", "rest": "rest lengths", "tris": "corners of each triangle", "faces": "corners of each face",
    "edges": "ends of each edge", "colors": "colours", "wind": "wind velocity", "gravity": "gravity",
    "drag": "drag coefficient", "limit": "bound", "fallback": "fallback value", "shift": "offset",
    "flags": "flags of the active elements", "active": "mask of the active elements", "kappa": "curvature or stiffness",
}  # fmt: skip


def write_docstring(
    stream: Stream, summary: str, arguments: Sequence[Argument], results: Sequence[str], habits: Habits
) -> str:
    """Return a kernel's docstring, possibly with its arguments and results; empty for a kernel without one.

    Args:
        stream: the random choices.
        summary: what the kernel does.
        arguments: its arguments.
        results: descriptions of its results.
        habits: how much is written.
    """
    if not stream.chance(habits.docstring):
        return ""
    if not stream.chance(habits.listed):
        return f"{summary}."
    lines = [f"{summary}.", ""]
    upper = stream.chance(0.6)
    entries = [
        (argument.name, _change_case(str.upper if upper else str.lower, _meaning(argument))) for argument in arguments
    ]
    if stream.chance(0.75):
        lines += ["Args:", *(f"    {name}: {text}." for name, text in entries)]
        lines += ["", "Returns:", *(f"    {_change_case(str.upper, each)}." for each in results)] if results else []
    else:
        lines += ["Parameters", "----------"]
        for name, text in entries:
            lines += [name, f"    {text}."]
        lines += ["", "Returns", "-------", *results] if results else []
    return "\n".join(lines)


def _meaning(argument: Argument) -> str:
    """Return a description of an argument."""
    name = argument.name.rstrip("0123456789_")
    known = _MEANINGS.get(name, "")
    if _stem(known) == _stem(name):
        known = ""  # it would only repeat the name
    shape = argument.shape or ()
    if argument.fields and not shape:
        return known or f"struct of {', '.join(each.name for each in argument.fields)}"
    if not shape:
        usual = "integer" if np.dtype(argument.dtype).kind in "iu" else "number"
        return known or usual if not argument.element else f"{known or 'vector'}, {len(argument.element)}-D"
    sizes = ", ".join(map(str, shape)) + ("," if len(shape) == 1 else "")
    return f"{known}, shape ({sizes})" if known else f"array of shape ({sizes})"


def _stem(words: str) -> str:
    """Return a word in the singular, for comparisons."""
    for ending, singular in (("sses", "ss"), ("ies", "y"), ("s", "")):
        if words.endswith(ending) and not words.endswith("ss"):
            return words.removesuffix(ending) + singular
    return words
