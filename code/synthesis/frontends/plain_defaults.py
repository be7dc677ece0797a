"""The rule for default values that can be changed: a function may only read them.

Python makes a default value once. A list that is a default could therefore keep a count of calls, if the function
changes it, or returns it to a caller that changes it.
"""

import ast
from collections.abc import Callable, Iterator, Mapping

_COPYING = ("list", "tuple", "sorted", "set", "frozenset", "dict", "enumerate", "zip", "reversed")
"""Built-in functions whose result holds the elements of an argument, and not the argument itself."""
_CONSUMING = ("len", "sum", "min", "max", "any", "all", "bool", "isinstance", "str", "repr")
"""Built-in functions whose result holds nothing of a list of constants."""

BUILTINS = frozenset({*_COPYING, *_CONSUMING})
"""The built-in functions that the rule relies on, if the source binds none of these names."""


def defaults_of(node: ast.FunctionDef | ast.Lambda) -> Iterator[tuple[str, ast.expr]]:
    """Yield the parameters of a function that have a default, and their defaults."""
    given = [*node.args.posonlyargs, *node.args.args]
    without = len(given) - len(node.args.defaults)
    yield from zip((each.arg for each in given[without:]), node.args.defaults, strict=True)
    for each, default in zip(node.args.kwonlyargs, node.args.kw_defaults, strict=True):
        if default is not None:
            yield each.arg, default


def is_only_read(
    node: ast.FunctionDef | ast.Lambda, name: str, default: ast.expr, makes_new: Callable[[ast.expr], bool]
) -> bool:
    """Return whether a function only reads a parameter's default, and neither keeps it nor hands it on.

    The default may be an operand, and an argument of a function that makes a new object. If it is a list, a set or a
    dictionary of constants, its elements may also be used. ``k = [k]`` is allowed, after which ``k`` may hold the
    default, and all uses of ``k`` are held to that too.

    Args:
        node: the function.
        name: the parameter.
        default: its default, which can be changed.
        makes_new: whether an expression names a function of a library whose results are new objects.
    """
    parents = {child: each for each in ast.walk(node) for child in ast.iter_child_nodes(each)}
    uses = [each for each in ast.walk(node) if isinstance(each, ast.Name) and each.id == name]
    uses = [each for each in uses if not isinstance(each.ctx, ast.Store)]
    wraps = [each for each in uses if _wraps_itself(each, parents)]
    rules = _Reading(parents, makes_new)
    others = [each for each in uses if each not in wraps]
    if not _has_constants(default):
        return not wraps and all(map(rules.reads_whole, others))
    return all(rules.reads(each) and (not wraps or rules.reads_holder(each)) for each in others)


def _has_constants(default: ast.expr) -> bool:
    """Return whether a default is a list, a set or a dictionary of constants, which cannot be changed themselves."""
    match default:
        case ast.List(elts=elements) | ast.Set(elts=elements):
            return all(isinstance(each, ast.Constant) for each in elements)
        case ast.Dict(keys=keys, values=values):
            return all(isinstance(each, ast.Constant) for each in [*keys, *values])
        case _:
            return False


def _wraps_itself(use: ast.expr, parents: Mapping[ast.AST, ast.AST]) -> bool:
    """Return whether a name is used in ``k = [k]`` or ``k = (k,)``."""
    match parents.get(parents[use]):
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.List() | ast.Tuple() as value):
            return parents[use] is value and isinstance(use, ast.Name) and name == use.id
        case _:
            return False


class _Reading:
    """Decides what becomes of an expression, from the expressions and statements around it.

    Args:
        parents: the parent of each node of the function.
        makes_new: whether an expression names a function of a library whose results are new objects.
    """

    def __init__(self, parents: Mapping[ast.AST, ast.AST], makes_new: Callable[[ast.expr], bool]) -> None:
        self._parents = parents
        self._makes_new = makes_new

    def reads(self, use: ast.AST) -> bool:
        """Return whether an expression whose value is the default is only read."""
        match self._parents[use]:
            case ast.BinOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()) | ast.Starred() | ast.keyword(arg=None):
                return True
            case ast.Subscript(value=value, ctx=ast.Load()):
                return value is use
            case ast.For(iter=value) | ast.comprehension(iter=value):
                return value is use
            case ast.If(test=value) | ast.IfExp(test=value) | ast.While(test=value) | ast.Assert(test=value):
                return value is use
            case ast.Call() | ast.keyword():
                return self._is_given_to(use, *_COPYING, *_CONSUMING)
            case _:
                return False

    def reads_whole(self, use: ast.AST) -> bool:
        """Return whether an expression whose value is the default is only read, and not one of its elements."""
        match self._parents[use]:
            case ast.BinOp() | ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.Call() | ast.keyword():
                return self._is_given_to(use, "len", "bool", "isinstance")
            case _:
                return False

    def reads_holder(self, use: ast.AST) -> bool:
        """Return whether an expression whose value is a list that holds the default is only read."""
        match parent := self._parents[use]:
            case ast.Compare() | ast.UnaryOp(op=ast.Not()):
                return True
            case ast.BinOp():
                return self.reads_holder(parent)
            case ast.Subscript(value=value, ctx=ast.Load()):
                return value is use and self.reads(parent)
            case ast.Call(func=ast.Name(id="list" | "tuple")):
                return self.reads_holder(parent)
            case ast.Call() | ast.keyword():
                return self._is_given_to(use, "len", "bool", "isinstance")
            case _:
                return False

    def _is_given_to(self, use: ast.AST, *builtins: str) -> bool:
        """Return whether an expression is an argument of a library's function, or of one of some built-in ones."""
        parent = self._parents[use]
        call = self._parents[parent] if isinstance(parent, ast.keyword) else parent
        if not isinstance(call, ast.Call) or call.func is use:
            return False
        return self._makes_new(call.func) or (isinstance(call.func, ast.Name) and call.func.id in builtins)
