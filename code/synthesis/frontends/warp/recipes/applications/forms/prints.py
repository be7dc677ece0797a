"""Warnings: a thread prints a message if a list is full."""

import ast
import itertools

from synthesis.drawing.streams import Stream
from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of, parse_expression

_SHARE = 0.4
"""Probability of a message where one is possible. 1.3 % of applications' kernels print."""
_TEXTS = (
    "buffer overflow: %d of %d\n", "capacity exceeded, item %d of %d is dropped\n", "too many items: %d (limit %d)\n",
    "warning: slot %d is beyond the limit of %d\n",
)  # fmt: skip


def warn(sheet: Sheet, choices: Stream) -> None:
    """In some kernels, add lines that print a message if the result of ``atomic_add`` is not below its limit."""
    for block in list(blocks_of(sheet.body)):
        for before, statement in itertools.pairwise(block):
            match before, statement:
                case (
                    ast.Assign(targets=[ast.Name(id=slot)], value=ast.Call(func=ast.Attribute(attr="atomic_add"))),
                    ast.If(
                        test=ast.Compare(
                            left=ast.Name(id=same), ops=[ast.GtE() | ast.Lt() as comparison], comparators=[limit]
                        ),
                        body=full,
                        orelse=rest,
                    ),
                ) if same == slot and (isinstance(comparison, ast.GtE) or not rest) and choices.chance(_SHARE):
                    message = ast.Constant(choices.choice(_TEXTS))
                    call = ast.Call(parse_expression("wp.printf"), [message, ast.Name(slot, ast.Load()), limit], [])
                    (full if isinstance(comparison, ast.GtE) else rest).insert(0, ast.Expr(call))
                case _:
                    pass
