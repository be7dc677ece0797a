"""Builds a function of an application from lines of Python. Its parameters are those that the lines name."""

import ast
import re
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Role, Signature
from synthesis.drawing.nodes import changed, nodes
from synthesis.drawing.rendering import render_block
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Call,
    Dictionary,
    Display,
    Expression,
    Function,
    If,
    Name,
    Return,
    Statement,
)
from synthesis.frontends.jax.options import DEFAULTS
from synthesis.frontends.jax.recipes.applications.beside import module_text, needed
from synthesis.frontends.jax.recipes.applications.drafts import ANY_ARRAY, Draft
from synthesis.frontends.jax.recipes.applications.packing import Packing
from synthesis.frontends.jax.recipes.applications.parameters import Parameter
from synthesis.frontends.jax.recipes.applications.pruning import needed_in, prune, spaced, without_repeated_comments
from synthesis.frontends.jax.recipes.applications.shorthands import partial_for, with_shorthand
from synthesis.frontends.jax.recipes.applications.trees import (
    Leaf,
    Record,
    Tree,
    call_of,
    constant_of,
    leaves_of,
    parts_of,
)

_KEYWORD_ONLY_SHARE = 0.18
_CONVERTING_SHARE = 0.29
"""Probability that a function converts its arguments to arrays."""
_ANNOTATED_CONVERTIBLE_SHARE = 0.7
"""Probability that a function that converts its arguments annotates them as convertible to arrays."""
_ASARRAY_SHARE = 0.45
"""Probability that arguments are converted by ``jnp.asarray``, which does not copy arrays, not by ``jnp.array``."""
_FEW = 3
"""Largest number of array arguments of a function that converts them."""
_SHORT = 7
"""Largest number of statements of a body that gets no empty line before its return."""
_LONGEST_LINE = 120
"""Length, in characters, from which a decorator is broken into several lines."""
_WIDEST = 80
"""Length, in characters, from which a return annotation is left out."""


class Program(Draft):
    """Builds a function of an application.

    Its text is lines of Python. The names in it stand for parameters, which ``tensor``, ``tree``, ``option`` and
    ``number`` declare. Parameters that no line names and values that are never read are left out.

    Args:
        stream: the random choices.
    """

    def done(
        self, category: str, recipe: str, target: str, titles: Sequence[str], summary: str, returned: str = ""
    ) -> KernelSpec:
        """Return the finished function.

        Args:
            category: the recipe's category.
            recipe: the recipe's name.
            target: the target.
            titles: possible names of the function.
            summary: its purpose, as a sentence without the final stop.
            returned: its result, in words.
        """
        name = self._book.take(tuple(titles))
        body = without_repeated_comments(prune(tuple(self._body)))
        tested = _tested_for_none("\n".join(render_block(body)))
        given = {each.name for each in self._parameters.values() if each.tree is not None and each.default is None}
        body = self._habits.check(body, self._shapes, (given & needed_in(body)) - tested)
        arrays = {each for each in self._shapes if self._parameters[each].tree is not None} - tested
        body = self._habits.form(self._habits.rewrite(body, arrays, self._called))
        constants, body, used = self._choose_constants(body, tested)
        packing = Packing(
            stream=self._stream.child("packing"), labels=(category, recipe), title=name, kind_of=self._kind_of,
            take=self._book.take, array=self.array, body=body, used=used, results=self._results,
        )  # fmt: skip
        packing.pack(tested)
        used, self._results = packing.used, packing.results
        used = self._annotate_dictionaries(used, packing.body)
        converted = self._converted(used, tested)
        body = self._with_partials((*converted, *packing.body))
        used = self._annotate_convertible(used, converted)
        self._beside += packing.classes
        style = self._stream.child("signature")
        keyword = style.chance(_KEYWORD_ONLY_SHARE)
        plain = [each for each in used if each.default is None and not (keyword and each.given and not each.call)]
        rest = [each for each in used if each not in plain]
        docstring = self._docstring(style, summary, [*plain, *rest], returned)
        beside, kernel = self._kernel(name, body, used, style, plain, rest, docstring, keyword=keyword)
        constants = [*(each for each in self._beside if isinstance(each, Assign)), *constants]
        if self._any_tree not in ("", "Any"):
            constants = [Assign(Name(self._any_tree), Name("Any")), *constants]
        text = module_text(constants, (*beside, kernel), self._columns)
        called = set(re.findall(r"\b(?:jnp|lax|jax(?:\.\w+)*)\.([a-z]\w*)\(", text))
        called |= set(re.findall(r"\bpartial\(\s*(?:jnp|lax|jax(?:\.\w+)*)\.([a-z]\w*)", text))
        return KernelSpec(
            frontend="jax",
            name=name,
            category=category,
            recipe=recipe,
            source=text,
            description=f"{summary}.",
            signature=self._signature([*plain, *rest], slopes="while_loop(" not in text),
            ops=tuple(sorted({target, *called})),
            difficulty=self._stream.difficulty,
        )

    def _choose_constants(
        self,
        body: tuple[Statement, ...],
        tested: set[str],
    ) -> tuple[
        list[Assign],
        tuple[Statement, ...],
        list[Parameter],
    ]:
        """Return the body, the constants beside the function, and the parameters that are left."""
        declared, read = self._parameters.values(), needed_in(body)
        # If callers can choose one of the tuned numbers, they can choose all of them.
        chosen = any(each.tuned and each.tree is not None and each.name in read for each in declared)
        loose = [each for each in declared if _is_loose(each) and each.name not in tested]
        numbers = {each.name: each.default for each in loose if not (chosen and each.tuned)}
        body, constants = self._habits.fix_constants(body, numbers, {each.name for each in loose if not each.tuned})
        read = needed_in(body)
        used = [
            _optional(each) if each.name in tested else each for each in self._parameters.values() if each.name in read
        ]
        return constants, body, used

    def _kernel(
        self,
        name: str,
        body: tuple[Statement, ...],
        used: list[Parameter],
        style: Stream,
        plain: list[Parameter],
        rest: list[Parameter],
        docstring: str,
        *,
        keyword: bool,
    ) -> tuple[
        list[Statement],
        Function,
    ]:
        """Return what is beside the function, and the function."""
        beside = self._habits.rewrite(tuple(each for each in self._beside if not isinstance(each, Assign)))
        beside, inner = self._habits.place(needed(beside, body, _records(used)))
        body = (*inner, *body)
        returns_apart = len(body) > _SHORT and style.chance(0.5)
        body = spaced(body, style.chance(0.8), returns_apart, below_docstring=bool(docstring))
        listed = [(each.name, each.annotation) for each in plain]
        listed += [("*", "")] if keyword and rest else []
        listed += [(each.name, each.annotation) for each in rest]
        kernel = Function(
            name,
            tuple(listed),
            body,
            self._marks(style, used),
            docstring,
            self._returns(style, body),
            tuple((each.name, each.default) for each in rest if each.default is not None),
        )
        return beside, kernel

    def _converted(self, used: Sequence[Parameter], tested: Container[str]) -> list[Assign]:
        """Return assignments that convert arguments to arrays, since callers may pass lists.

        Either all array arguments are converted, if they are few, or none.
        """
        stream = self._stream.child("converted")
        arrays = [
            each.name for each in used
            if isinstance(each.tree, Leaf) and each.tree.shape and each.tree.dtype != "uint32"
            and each.name not in tested
        ]  # fmt: skip
        if not arrays or len(arrays) > _FEW or not stream.chance(_CONVERTING_SHARE):
            return []
        function = Name("jnp.asarray" if stream.chance(_ASARRAY_SHARE) else "jnp.array")
        return [Assign(Name(name), Call(function, (Name(name),))) for name in arrays]

    def _annotate_dictionaries(self, used: Sequence[Parameter], body: tuple[Statement, ...]) -> list[Parameter]:
        """Return the parameters. Those whose entries the body looks up by name are annotated as dictionaries."""
        text = "\n".join(render_block(body))
        named = {
            each.name for each in used
            if isinstance(each.tree, Mapping) and self._any_tree and each.annotation.startswith(self._any_tree)
            and re.search(rf"\b{each.name}(?:\.(?:items|keys|values)\(|\[[a-z_]\w*\])", text)
        }  # fmt: skip
        return [
            replace(each, annotation=each.annotation.replace(self._any_tree, self._kind_by_name(each.tree), 1))
            if each.name in named
            else each
            for each in used
        ]

    def _kind_by_name(self, tree: Tree | None) -> str:
        """Return the annotation of a dictionary of arrays or of trees."""
        assert isinstance(tree, Mapping)
        flat = all(isinstance(part, Leaf) for _, part in parts_of(tree))
        return f"dict[str, {self.array if flat else self._any_tree}]"

    def _annotate_convertible(self, used: Sequence[Parameter], converted: Sequence[Assign]) -> list[Parameter]:
        """Return the parameters. Those that are converted may be annotated as convertible to arrays."""
        names = {each.target.id for each in converted if isinstance(each.target, Name)}
        any_array = self.array and self._stream.child("converted", "kind").chance(_ANNOTATED_CONVERTIBLE_SHARE)
        return [replace(each, annotation=ANY_ARRAY) if any_array and each.name in names else each for each in used]

    def _with_partials(self, body: tuple[Statement, ...]) -> tuple[Statement, ...]:
        if "partial" not in self._habits.spellings.has:
            return body
        if "shorthand" in self._habits.spellings.has:
            body = with_shorthand(body, {*self._parameters, *self._holes})
        made = [each for each in (*self._beside, *nodes(body)) if isinstance(each, Function)]
        parameters = {each.name: [key for key, _ in each.parameters if key != "*"] for each in made}
        return tuple(changed(each, lambda node: partial_for(node, parameters)) for each in body)

    def _called(self, helper: str) -> Expression:
        """Return the name of a helper function of the module. Define the function if it is not defined yet."""
        hole = self._holes[helper]
        return hole() if callable(hole) else hole

    def _returns(self, style: Stream, body: tuple[Statement, ...]) -> str:
        if not self.array or not style.chance(0.75) or not isinstance(self._results, tuple):
            return ""
        # There is no short annotation if the returned values have different forms.
        if len({_form_of(each.value) for each in _ends(body)}) > 1:
            return ""
        kinds = [self._kind_of(each) for each in self._results]
        kind = kinds[0] if len(kinds) == 1 else f"tuple[{', '.join(kinds)}]"
        return kind if len(kind) < _WIDEST else ""

    def _marks(self, style: Stream, used: Sequence[Parameter]) -> tuple[str, ...]:
        """Return the function's decorators: none, or for a few functions ``jax.jit`` with its static arguments."""
        if not style.chance(0.004):
            return ()
        static = [each.name for each in used if each.static]
        if not static:
            return ("jax.jit",)
        names = ", ".join(f"'{each}'" for each in static)
        written = f"functools.partial(jax.jit, static_argnames=({names}{',' if len(static) == 1 else ''}))"
        if len(written) >= _LONGEST_LINE:
            listed = "".join(f"        '{each}',\n" for each in static)
            written = f"functools.partial(\n    jax.jit,\n    static_argnames=(\n{listed}    ),\n)"
        return (written,)

    def _docstring(self, style: Stream, summary: str, parameters: Sequence[Parameter], returned: str) -> str:
        if not style.chance(0.68):
            return ""
        if not style.chance(0.5):
            return f"{summary}."
        lines = [f"{summary}.", "", "Args:"]
        lines += [f"    {each.name}: {each.description}." for each in parameters]
        lines += ["", "Returns:", f"    {returned[:1].upper()}{returned[1:]}."] if returned else []
        return "\n".join(lines)

    def _signature(self, parameters: Sequence[Parameter], *, slopes: bool) -> Signature:
        """Return the arguments and results; ``slopes`` is whether it can be differentiated in reverse mode."""
        arguments = [
            leaf.argument(path)
            for each in parameters
            if each.tree is not None
            for path, leaf in leaves_of(each.tree, each.name)
        ]
        made = [leaf for _, leaf in leaves_of(self._results, "")]
        names = ["result"] if len(made) == 1 else [f"result_{number}" for number in range(len(made))]
        results = [leaf.argument(name, Role.OUTPUT) for leaf, name in zip(made, names, strict=True)]
        moving = tuple(each.name for each in arguments if each.is_float)
        ends = tuple(f"ct_{each.name}" for each in results if each.is_float)
        return Signature(
            arguments=tuple(arguments),
            results=tuple(results),
            differentiable=moving if ends and slopes else (),
            cotangents=ends if moving and slopes else (),
            call=_call(parameters),
            options=DEFAULTS,
        )


def _ends(body: Sequence[Statement]) -> Iterator[Return]:
    """Yield the return statements of a body and of its branches, except those of nested functions."""
    for each in body:
        match each:
            case Return():
                yield each
            case If(_, inner, orelse):
                yield from _ends((*inner, *orelse))
            case _:
                pass


def _form_of(value: Expression | None) -> int:
    """Return a number for the form of a returned value: several values, values by name, or one value."""
    match value:
        case Display(items):
            return 1 + len(items)
        case Dictionary():
            return 0
        case _:
            return 1


def _is_loose(parameter: Parameter) -> bool:
    """Return whether a parameter keeps its default, so that it could be a constant of the function or module."""
    left = parameter.tree is None and parameter.given is None and not parameter.static
    return left and parameter.default is not None and parameter.default != "None"


def _tested_for_none(text: str) -> set[str]:
    """Return the names that the lines compare with None."""
    return set(re.findall(r"\b(\w+) is (?:not )?None\b", text))


def _optional(parameter: Parameter) -> Parameter:
    """Return a parameter that may be None, which is its default unless it has one."""
    return replace(
        parameter, annotation=_or_none(parameter.annotation), kind=_or_none(parameter.kind),
        default=parameter.default or "None",
    )  # fmt: skip


def _or_none(kind: str) -> str:
    return f"{kind} | None" if kind and not kind.endswith("None") else kind


def _call(parameters: Sequence[Parameter]) -> dict[str, Any] | None:
    """Return the call in the form of ``Signature.call``; None if it has only arrays in the order of the parameters."""
    trees: dict[str, Any] = {}
    for each in parameters:
        if each.tree is not None:
            trees[each.name] = call_of(each.tree, each.name)
        elif each.call is not None:
            trees[each.name] = each.call
        elif each.given is not None:
            trees[each.name] = constant_of(ast.literal_eval(each.given))
    first = [each.name for each in parameters if each.name in trees]
    in_order = first == [each.name for each in parameters[: len(first)]]
    positional = in_order and all(each.default is None for each in parameters[: len(first)])
    constant = any(each.tree is None and each.given is not None for each in parameters)
    if positional and not constant:
        plain = all(isinstance(each, str) for each in trees.values())
        return None if plain else {"args": list(trees.values()), "kwargs": {}}
    return {"args": [], "kwargs": trees}


def _records(parameters: Sequence[Parameter]) -> set[str]:
    """Return the names of the classes of the function's arguments."""
    made = {name for each in parameters if each.tree is not None for name in _classes(each.tree)}
    return made | {each.call["record"] for each in parameters if each.call is not None}


def _classes(tree: Tree) -> Iterator[str]:
    if isinstance(tree, Record):
        yield tree.name
    for _, part in parts_of(tree):
        yield from _classes(part)
