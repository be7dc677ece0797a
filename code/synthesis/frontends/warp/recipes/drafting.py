"""Builds a Warp kernel and renders its source."""

import ast
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Role, Signature
from synthesis.drawing.commentary import Habits, add_comments, write_docstring
from synthesis.drawing.drafting import render_module
from synthesis.drawing.naming import NameBook
from synthesis.drawing.rendering import render_block
from synthesis.drawing.syntax import Assign, Call, Display, Evaluate, Function, Name, Statement
from synthesis.frontends.warp.gradients import differentiable
from synthesis.frontends.warp.options import DEFAULTS
from synthesis.frontends.warp.recipes.named_numbers import name_numbers
from synthesis.frontends.warp.recipes.sketch import Sketch
from synthesis.frontends.warp.recipes.unrolled import most_trips
from synthesis.frontends.warp.spelling import array_annotation, draw_style

# Similar to Warp's own kernels: 13 to 19 % have comments and 9 % have docstrings, which rarely list the arguments.
_HABITS = Habits(comments=0.18, docstring=0.11, listed=0.08)
_NO_COMMENTS = Habits(comments=0.0, docstring=0.0, listed=0.0)
_GENERIC = 0.11
"""Probability that a kernel is written for any numeric type, if it is not ``Draft.as_written``.

In applications 6 % are.
"""
_GENERIC_MOVES = 0.95
"""Probability that a kernel that only moves values is written for any numeric type."""
_WITHOUT_BACKWARD = 0.06
"""Probability that a kernel with a derivative is declared without a backward text.

In applications 27 % of all kernels are. The share here is lower, because backward texts are useful training data.
"""
_WITHOUT_DERIVATIVE = 0.9
"""Probability that a kernel without a derivative is declared without a backward text."""
_SLOT = re.compile(r"= wp\.atomic_\w+\(")
"""Matches an assignment of the value that an atomic operation returns."""

_LONG_NAMES = 0.75
"""Probability that a name is one of the longest in its pool of possible names.

Argument names have 11 characters on average in applications, and 9 in drawn kernels.
"""
_NAMED_NUMBERS = 0.93
"""Probability that a kernel names its factors and bounds as constants of the module, if it is not ``Draft.as_written``.

0, 0.5, 1 and 2 stay literals. In applications nine in ten floating-point literals are one of these four.
"""
_UNIQUE_MODULE_SHARE = 0.14
"""Probability that a ``Draft.as_written`` kernel is declared with ``module="unique"``.

In applications 34 % of kernels have some option.
"""
_NO_STRIDE_SHARE = 0.1
"""Probability that a ``Draft.as_written`` kernel with a backward text has no grid-stride loop.

In applications 22 % of all kernels have none. Most of these are in modules without any backward text.
"""
_NO_STRIDE_WITHOUT_BACKWARD_SHARE = 0.6
"""Probability that a ``Draft.as_written`` kernel without a backward text has no grid-stride loop."""
_MODULE_OPTION_SHARE = 0.7
"""Probability that a kernel without a grid-stride loop sets this option for its module instead of itself.

This is only possible for a kernel without a backward text and with a module of its own.
"""
_ONE_ELEMENT = {"default_grid_stride": False}
"""The option that a row records for a kernel without a grid-stride loop, however it is declared."""


@dataclass
class Draft(Sketch):
    """Collects the parts of a kernel that a recipe draws, and renders it.

    Args:
        as_written: whether the kernel stays as its recipe writes it: for fixed types, without comments, and with names
            in one style.
    """

    as_written: bool = False
    only_moves: bool = False
    """Whether a kernel as written only moves values, so that it can be written for any type."""
    forward_only: bool = False
    """Whether the kernel is declared without a backward text, since Warp's would be wrong."""

    def _open_book(self) -> NameBook:
        return NameBook(self.stream.child("names"), steady=self.as_written, long=_LONG_NAMES)

    def _generic(self, arguments: Sequence[Argument]) -> dict[str, str]:
        """Return annotations with ``Any`` by argument, or an empty dictionary if the kernel is for fixed types.

        Constants in a generic kernel have single precision, as in most kernels that people write.
        """
        stream = self.stream.child("generic")
        if not stream.chance(_GENERIC_MOVES if self.only_moves else 0.0 if self.as_written else _GENERIC):
            return {}
        plain = stream.chance(0.9)
        return {
            each.name: "Any" if each.shape is None else array_annotation("Any", len(each.shape))
            for each in arguments
            if each.dtype == "float32" and not each.fields and (each.shape is not None or plain)
        }

    def _has_backward(self, differentiated: Sequence[str], source: str) -> bool:
        """Return whether Warp generates a backward text for the kernel.

        Most kernels without a derivative have none. Kernels of one thread have none either, because they contain loops
        with branches, whose adjoints Warp is known to get wrong. Nor have kernels as written that assign the result of
        an atomic operation, usually a slot, and branch on it: the backward text does not repeat the atomic operation,
        so it would branch on uninitialized memory.
        """
        if self.forward_only or self.rank == 0 or (self.as_written and _SLOT.search(source)):
            return False
        return not self.stream.child("declaration").chance(_WITHOUT_BACKWARD if differentiated else _WITHOUT_DERIVATIVE)

    def _declaration(self, *, backward: bool, unrolled: int) -> tuple[str, dict[str, Any]]:
        """Return the kernel's decorator, and the compiler options that it sets.

        Some kernels as written have a module of their own, and many have no grid-stride loop.

        Args:
            backward: whether the kernel has a backward text.
            unrolled: the maximum number of iterations of a loop that is unrolled.
        """
        stream = self.stream.child("decorator")
        options = [] if backward else ["enable_backward=False"]
        if unrolled < DEFAULTS["max_unroll"]:
            options += ['module="unique"', f'module_options={{"max_unroll": {unrolled}}}']
            return f"wp.kernel({', '.join(options)})", {"enable_backward": backward, "max_unroll": unrolled}
        alone = self.as_written and stream.chance(_UNIQUE_MODULE_SHARE)
        if alone:
            options = stream.shuffled([*options, 'module="unique"'])
        own = {"enable_backward": backward}
        lean = stream.child("lean")
        if self.as_written and lean.chance(_NO_STRIDE_SHARE if backward else _NO_STRIDE_WITHOUT_BACKWARD_SHARE):
            if alone and not backward and lean.chance(_MODULE_OPTION_SHARE):
                both = '{"enable_backward": False, "default_grid_stride": False}'
                return f'wp.kernel(module="unique", module_options={both})', own | _ONE_ELEMENT
            options.append("grid_stride=False")
            own |= _ONE_ELEMENT
        return (f"wp.kernel({', '.join(options)})" if options else "wp.kernel"), own

    # ---- output

    def finish(
        self,
        *,
        category: str,
        recipe: str,
        summary: str,
        ops: frozenset[str],
        options: Mapping[str, Any] = DEFAULTS,
        tiled: bool = False,
        titles: tuple[str, ...] = (),
        docstring: str = "",
    ) -> KernelSpec:
        """Return the finished kernel.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the kernel does, in a few words.
            ops: the operations that it is made of.
            options: compiler options.
            tiled: whether blocks of threads work together on tiles.
            titles: names to choose from; if there are none, the name is made from the target.
            docstring: the kernel's docstring. If it is empty, most kernels have none and some have the summary.

        Raises:
            DrawError: if an argument or a local is never read. The draft must then be started again.
        """
        name = self.entitle(titles)
        self.check()
        habits = _NO_COMMENTS if self.as_written else _HABITS
        body = add_comments(self.stream.child("comments"), tuple(self._block), habits)
        listed = _by_subject(self._arguments) if self.as_written else self._arguments
        inputs = [argument for argument in listed if argument.role is Role.INPUT]
        outputs = [argument for argument in listed if argument.role is not Role.INPUT]
        types = [each.type_name for each in self._arguments]
        text = "\n".join((*types, *render_block((*self._helpers, *body))))
        style = draw_style(self.stream.child("style")).settled(text)
        arguments = tuple(map(style.respell_argument, (*inputs, *outputs)))
        generic = self._generic(arguments)
        kernel = Function(
            name,
            tuple((each.name, generic.get(each.name, each.type_name)) for each in (*inputs, *outputs)),
            body,
            docstring=docstring or write_docstring(self.stream.child("docstring"), summary, arguments, (), habits),
        )
        told, kernel, signature = self._sign(options, arguments, kernel, tiled=tiled)
        if "texture_sample(" in told:  # texture_sample only accepts the name ``float``
            style = replace(style, long_casts=False)
        statements = style.respell((*self._helpers, kernel))
        named = self.stream.child("named numbers")
        if not self.as_written and named.chance(_NAMED_NUMBERS):
            statements = name_numbers(statements, set(re.findall(r"\w+", told)), named)
        source = _render(statements, name, arguments if generic else ())
        return self.record("warp", name, source, signature, category=category, recipe=recipe, summary=summary, ops=ops)

    def _sign(
        self, options: Mapping[str, Any], arguments: tuple[Argument, ...], kernel: Function, *, tiled: bool
    ) -> tuple[str, Function, Signature]:
        """Return the kernel with its decorator, its signature, and its source with helper functions."""
        leaves = [leaf for each in arguments for leaf in each.spread()]
        tree = ast.parse("\n".join(render_block((kernel,))))
        differentiated = differentiable(leaves, tree)
        told = "\n".join(render_block((*self._helpers, kernel)))
        backward = self._has_backward([each for each in differentiated if _is_named(each, told)], told)
        unrolled = most_trips(tree, options["max_unroll"])
        declared, own = self._declaration(backward=backward, unrolled=unrolled)
        kernel = replace(kernel, decorators=(declared,))
        signature = Signature(
            arguments=arguments,
            launch=self.threads,
            differentiable=differentiated,
            options={**options, **own},
            tiled=tiled,
        )
        return told, kernel, signature


def _by_subject(arguments: Sequence[Argument]) -> list[Argument]:
    """Return the arguments grouped by the first word of their names, each group at the place of its first argument."""
    subjects = [each.name.partition("_")[0] for each in arguments]
    return sorted(arguments, key=lambda each: subjects.index(each.name.partition("_")[0]))


def _is_named(argument: str, text: str) -> bool:
    """Return whether a source reads an argument. For a field of a struct of arrays, it is whether the field is read."""
    field = argument.rpartition(".")[2]
    return field == argument or re.search(rf"\.{field}\b", text) is not None


def _render(statements: Sequence[Statement], name: str, overload: Sequence[Argument]) -> str:
    """Return the module's source: imports, constants, classes and functions, and the kernel last.

    Args:
        statements: all statements except the imports.
        name: the kernel's name.
        overload: arguments whose types make a generic kernel concrete; empty if it is not generic.
    """
    constants = tuple(each for each in statements if isinstance(each, Assign))
    functions = [each for each in statements if not isinstance(each, Assign)]
    if overload:
        types = Display(tuple(Name(argument.type_name) for argument in overload), "[]")
        functions.append(Evaluate(Call(Name("wp.overload"), (Name(name), types))))
    head = "\n".join(["import warp as wp", *(["", *render_block(constants)] if constants else [])])
    source = render_module(head, functions)
    if any(f"{before}Any" in source for before in (": ", "dtype=", "[")):
        return f"from typing import Any\n\n{source}"
    return source
