"""What is counted of a JAX function: how it is written, what it decides, and which of JAX's names it uses."""

import ast

from measures.dataflow import flows_of
from measures.decisions import branches
from measures.profiles import Profile
from measures.reading import COUNTED
from measures.syntax import Function, calls_helper, has_comment, own_returns, sizes, skeleton, unread_parameters
from measures.tells import float_literals, tell

NAMES = {
    "names, drawn too often": (
        "sin", "abs", "square", "tanh", "exp", "cos", "sigmoid", "arcsinh", "softplus", "grad", "fori_loop", "scan",
    ),
    "names, drawn too seldom": ("zeros", "zeros_like", "reshape"),
}  # fmt: skip
"""Names whose shares are lines, by heading."""

_SQUASHING = frozenset({
    "tanh", "sigmoid", "arctan", "atan", "erf", "soft_sign", "log_sigmoid", "hard_tanh", "hard_sigmoid", "logistic",
})  # fmt: skip
_SPELLED = frozenset({"add", "subtract", "multiply", "divide", "true_divide", "negative", "sub", "mul", "div"})
_LOOPS = frozenset({"scan", "cond", "while_loop", "fori_loop", "switch"})
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


def profile(function: Function) -> Profile:
    """Everything that is counted of a function."""
    names = function.names_of("jax")
    return Profile(
        numbers={**sizes(function), "names of the tool": [len(names)]},
        shares={
            "control flow": {**branches(function), **_python_loops(function)},
            "signature": _signature(function),
            "attributes": _attributes(function),
            "form": _form(function, names),
            "what gives drawn ones away": {
                **tell(function, squashing=_SQUASHING),
                "jnp.multiply(a, b) spelled out": bool(names & _SPELLED),
            },
            **{heading: {each: each in names for each in listed} for heading, listed in NAMES.items()},
        },
        parts={"literals of floating point": float_literals(function)},
        names=names,
        skeleton=skeleton(function.body),
        flows=flows_of(function, COUNTED, python=False),
    )


def _python_loops(function: Function) -> dict[str, bool]:
    inside = function.inside()
    return {
        "for": any(isinstance(each, ast.For) for each in inside),
        "while": any(isinstance(each, ast.While) for each in inside),
        "raise": any(isinstance(each, ast.Raise) for each in inside),
        "assert": any(isinstance(each, ast.Assert) for each in inside),
        "comprehension": any(isinstance(each, _COMPREHENSIONS) for each in inside),
    }


def _signature(function: Function) -> dict[str, bool]:
    arguments = function.node.args
    return {
        "default argument": bool(arguments.defaults or any(arguments.kw_defaults)),
        "keyword-only argument": bool(arguments.kwonlyargs),
        "*args or **kwargs": bool(arguments.vararg or arguments.kwarg),
        "types of arguments": any(each.annotation is not None for each in function.parameters),
        "unused argument": bool(unread_parameters(function)),
        "@jit": any("jit" in ast.unparse(each) for each in function.node.decorator_list),
    }


def _attributes(function: Function) -> dict[str, bool]:
    inside = function.inside()
    arguments = {each.arg for each in function.parameters}
    attributes = {each.attr for each in inside if isinstance(each, ast.Attribute)}
    return {
        "self.x": any(
            isinstance(each, ast.Attribute) and isinstance(each.value, ast.Name) and each.value.id == "self"
            for each in inside
        ),
        ".shape": "shape" in attributes,
        ".dtype": "dtype" in attributes,
        ".ndim": "ndim" in attributes,
        ".reshape or reshape": "reshape" in attributes,
        ".at[...]": "at" in attributes,
        "an argument's entry, w['x']": any(
            isinstance(each, ast.Subscript)
            and isinstance(each.slice, ast.Constant)
            and isinstance(each.slice.value, str)
            and isinstance(each.value, ast.Name)
            and each.value.id in arguments
            for each in inside
        ),
        "x[..., i]": any(
            isinstance(each, ast.Subscript)
            and any(isinstance(one, ast.Constant) and one.value is Ellipsis for one in ast.walk(each.slice))
            for each in inside
        ),
    }


def _form(function: Function, names: set[str]) -> dict[str, bool]:
    inside = function.inside()
    returns = own_returns(function.body)
    paths = {path for each in inside if isinstance(each, ast.Attribute | ast.Name) and (path := function.path(each))}
    return {
        "starred": any(isinstance(each, ast.Starred) for each in inside),
        "f-string": any(isinstance(each, ast.JoinedStr) for each in inside),
        "dict literal": any(isinstance(each, ast.Dict) for each in inside),
        "functools.partial": "functools.partial" in paths,
        "jax.tree or optax.tree": any(each.startswith(("jax.tree", "optax.tree")) for each in paths),
        "scan, cond, while_loop": bool(names & _LOOPS),
        "a helper function": calls_helper(function),
        "an inner function": any(isinstance(each, ast.FunctionDef | ast.Lambda) for each in inside),
        "augmented assignment": any(isinstance(each, ast.AugAssign) for each in inside),
        "two returns and more": len(returns) > 1,
        "returns several values": any(isinstance(each.value, ast.Tuple) for each in returns),
        "docstring": ast.get_docstring(function.node) is not None,
        "comment": has_comment(function.text),
    }
