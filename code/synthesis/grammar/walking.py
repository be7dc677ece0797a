"""All that is in a syntax tree of Python, found faster than by ``ast.walk``: drawing a kernel asks for it a few
thousand times."""

import ast
from typing import cast


def walk(root: ast.AST) -> list[ast.AST]:
    """A node and all below it, in the order of ``ast.walk``, but for contexts such as ``ast.Load``.

    The list is of the tree as it is now; whoever changes the tree meanwhile goes on with the nodes that were there.
    """
    found = [root]
    for node in found:  # which grows meanwhile
        fields = node.__dict__
        for name in node._fields:
            value = fields.get(name)
            if isinstance(value, list):
                found += [each for each in cast("list[object]", value) if isinstance(each, ast.AST)]
            elif isinstance(value, ast.AST) and not isinstance(value, ast.expr_context):
                found.append(value)
    return found
