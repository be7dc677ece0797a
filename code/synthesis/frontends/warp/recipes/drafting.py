"""A Warp kernel from its first line to its text."""

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

# As Warp's own kernels: comments in 13 to 19 %, docstrings in 9 %, hardly any with a list.
_HABITS = Habits(comments=0.18, docstring=0.11, listed=0.08)
_SILENT = Habits(comments=0.0, docstring=0.0, listed=0.0)
# The share of other kernels that are written for any type of numbers; of those of applications 6 % are.
_GENERIC = 0.11
_GENERIC_MOVES = 0.95
"""The share of kernels of applications that only move values about which are written for values of any type."""
# The shares of kernels that are declared to have no backward text, of those with a derivative and of the others. In
# applications it is 27 % of all; here most keep theirs, which is half of what there is to learn from them.
_WITHOUT_BACKWARD, _WITHOUT_DERIVATIVE = 0.06, 0.9
_SLOT = re.compile(r"= wp\.atomic_\w+\(")

_LONG_NAMES = 0.75
"""The share of kernels of applications whose names are the longest that a person would choose; those of their arguments
have 11 characters on average, those of drawn kernels 9."""
_NAMED_NUMBERS = 0.93
"""The share of other kernels that have their factors and bounds as constants of the module, but for 0, 0.5, 1 and 2.

Of the literals of floating point in applications nine in ten are these four.
"""
_UNIQUE = 0.14
"""The share of kernels of applications that have a module of their own; 34 % of all have an option of some kind."""
_LEAN, _LEAN_WITHOUT_BACKWARD, _OF_MODULE = 0.1, 0.6, 0.7
"""The shares of kernels with and without a backward text whose threads take one element each and do not go on by
strides of the grid; and of these, in modules of their own, those of which the module says so.

In applications it is 22 % of all, mostly whole modules without backward texts.
"""
_ONE_ELEMENT = {"default_grid_stride": False}
"""What a row records of such a kernel, whichever way it is declared."""


@dataclass
class Draft(Sketch):
    """Collects what a recipe decides, and prints it.

    Args:
        plain: whether it is whole as its recipe writes it: not for any type, without comments, with names by one habit.
    """

    plain: bool = False
    moves: bool = False
    """Whether a kernel that is whole as it is only moves values about, of whatever type they are."""
    forward_only: bool = False
    """Whether the kernel is declared without a backward text, since Warp's would be wrong."""

    def _open_book(self) -> NameBook:
        return NameBook(self.stream.child("names"), steady=self.plain, long=_LONG_NAMES)

    def _generic(self, arguments: Sequence[Argument]) -> dict[str, str]:
        """Annotations that leave the type of the kernel's numbers open, in a kernel that is written for any.

        Constants have single precision in it, as people write them who think of no other.
        """
        stream = self.stream.child("generic")
        if not stream.chance(_GENERIC_MOVES if self.moves else 0.0 if self.plain else _GENERIC):
            return {}
        plain = stream.chance(0.9)
        return {
            each.name: "Any" if each.shape is None else array_annotation("Any", len(each.shape))
            for each in arguments
            if each.dtype == "float32" and not each.fields and (each.shape is not None or plain)
        }

    def _has_backward(self, differentiated: Sequence[str], told: str) -> bool:
        """Whether Warp is to make a backward text; of most kernels that have no derivative it is not.

        Nor of those of one thread, which decide, in loops whose adjoints Warp is known to get wrong; nor of those of
        applications that keep what an atomic gives, mostly a slot, and decide by it: a backward text does not ask the
        atomic again, and decides by whatever the memory held.
        """
        if self.forward_only or self.rank == 0 or (self.plain and _SLOT.search(told)):
            return False
        return not self.stream.child("declaration").chance(_WITHOUT_BACKWARD if differentiated else _WITHOUT_DERIVATIVE)

    def _declaration(self, *, backward: bool, unrolled: int) -> tuple[str, dict[str, Any]]:
        """How the kernel is declared, and the compiler options that it has by that.

        Those of applications are now and then the only ones of their modules, and many are for one element a thread.

        Args:
            backward: whether it has a backward text.
            unrolled: up to how many trips its loops are unrolled.
        """
        stream = self.stream.child("decorator")
        options = [] if backward else ["enable_backward=False"]
        if unrolled < DEFAULTS["max_unroll"]:
            options += ['module="unique"', f'module_options={{"max_unroll": {unrolled}}}']
            return f"wp.kernel({', '.join(options)})", {"enable_backward": backward, "max_unroll": unrolled}
        alone = self.plain and stream.chance(_UNIQUE)
        if alone:
            options = stream.shuffled([*options, 'module="unique"'])
        own = {"enable_backward": backward}
        lean = stream.child("lean")
        if self.plain and lean.chance(_LEAN if backward else _LEAN_WITHOUT_BACKWARD):
            if alone and not backward and lean.chance(_OF_MODULE):
                both = '{"enable_backward": False, "default_grid_stride": False}'
                return f'wp.kernel(module="unique", module_options={both})', own | _ONE_ELEMENT
            options.append("grid_stride=False")
            own |= _ONE_ELEMENT
        return (f"wp.kernel({', '.join(options)})" if options else "wp.kernel"), own

    # ---- printing

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
        """The finished kernel.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            summary: what the kernel does, in a few words.
            ops: the operations that it is made of.
            options: compiler options.
            tiled: whether blocks of threads work together on tiles.
            titles: names to choose from; if there are none, the name says what the recipe is asked for.
            docstring: what the recipe says of the kernel; without it, most have none and some the summary.

        Raises:
            DrawError: if an argument or a local is never read; the draft is to be started again.
        """
        name = self.entitle(titles)
        self.check()
        habits = _SILENT if self.plain else _HABITS
        body = add_comments(self.stream.child("comments"), tuple(self._block), habits)
        listed = _by_subject(self._arguments) if self.plain else self._arguments
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
        if "texture_sample(" in told:  # which takes no other name for float
            style = replace(style, long_casts=False)
        statements = style.respell((*self._helpers, kernel))
        named = self.stream.child("named numbers")
        if not self.plain and named.chance(_NAMED_NUMBERS):
            statements = name_numbers(statements, set(re.findall(r"\w+", told)), named)
        source = _render(statements, name, arguments if generic else ())
        return self.record("warp", name, source, signature, category=category, recipe=recipe, summary=summary, ops=ops)


def _by_subject(arguments: Sequence[Argument]) -> list[Argument]:
    """Arguments whose names begin alike one after the other, in the order in which the first of each is needed."""
    subjects = [each.name.partition("_")[0] for each in arguments]
    return sorted(arguments, key=lambda each: subjects.index(each.name.partition("_")[0]))


def _is_named(argument: str, text: str) -> bool:
    """Whether a text asks for an argument; structs that hold arrays have fields that it does not."""
    field = argument.rpartition(".")[2]
    return field == argument or re.search(rf"\.{field}\b", text) is not None


def _render(statements: Sequence[Statement], name: str, overload: Sequence[Argument]) -> str:
    """The module's text: imports, constants, classes and functions, the kernel last.

    Args:
        statements: all but the imports.
        name: the kernel's.
        overload: what the kernel is given concrete types by, where it is written for any.
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
