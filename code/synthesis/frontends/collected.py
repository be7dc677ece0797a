"""A source text that is being collected: its definitions, and how it names, imports and writes values."""

import ast
import builtins
import enum
import math
import re
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from types import FunctionType, ModuleType
from typing import Any

from synthesis.frontends.definitions import (
    Built,
    Definition,
    Instance,
    bound_names,
    import_of_attribute,
    packages_above,
)
from synthesis.frontends.enumerations import is_listed
from synthesis.frontends.linemap import NO_PLACES, Places
from synthesis.frontends.plain_names import public_modules_beside

_KNOWN_LIBRARIES = frozenset({"numpy", "scipy", "ml_dtypes"}) | sys.stdlib_module_names


class NotGatheredError(Exception):
    """An error for something that cannot be written as source text, at which the collector stops."""


@dataclass
class CollectedSource:
    """A source text, and what has been collected for it so far.

    Args:
        unwrap: returns the function or class behind a front end's object; None for anything else.
        literal: returns the expression of a constant in the front end's usual style; None if it cannot be written.
        is_library: whether a module is imported by name rather than copied from.
        customary: names that the front end's generated code may use, and the import of each.
        spell: returns a type as text, as in ``Definition.annotations``.
        implicit: whether the tool knows a name that Python does not.
        built: returns an expression for a value that is neither a constant nor has a source; None if it is not known.
        instance: returns any other object, reduced to the attributes that the source mentions.
        loose: whether to leave out annotations that cannot be written, and to rename definitions whose names collide.
        credit: returns an attribution of a function or class that has another author than the kernel. It is written
            above the definition, whose docstring is then left out.
    """

    unwrap: Callable[[Any], Definition | None]
    literal: Callable[[Any], str | None]
    is_library: Callable[[str], bool]
    customary: Mapping[str, str] = field(default_factory=dict[str, str])
    spell: Callable[[Any], str] = repr
    implicit: Callable[[str], bool] = lambda _: False
    built: Callable[[Any], Built | None] = lambda _: None
    instance: Callable[[Any, Collection[str]], Instance | None] = lambda _, __: None
    loose: bool = False
    credit: Callable[[Any], str] = lambda _: ""
    missing: list[str] = field(default_factory=list[str], init=False)
    """The names of objects that cannot be written as source text; empty as long as the source is complete."""
    places: Places = field(default=NO_PLACES, init=False)
    """The origins of the lines of the collected source."""

    def __post_init__(self) -> None:
        """Start with an empty source."""
        self._imports: dict[str, str] = {}
        self._constants: dict[str, str] = {}
        self._definitions: dict[str, str] = {}
        self._found_at: dict[str, list[tuple[str, int, int, int]]] = {}
        self._seen: dict[str, Any] = {}
        self.mentioned: set[str] = set()
        """Attributes that are mentioned in the sources visited so far."""
        self._at: list[str] = []
        self.why: dict[str, str] = {}
        """Descriptions of some of the missing objects, by name."""

    def text(self) -> str:
        """Return everything that was collected as one source."""
        parts = ["\n".join(self._imports.values()), "\n".join(self._constants.values())]
        text = "\n\n".join(part for part in parts if part)
        pieces: list[tuple[str, int, int, int]] = []
        for name, source in self._definitions.items():
            text += "\n\n\n" if text else ""
            first = text.count("\n") + 1
            pieces += [(file, line, count, first + at) for file, line, count, at in self._found_at.get(name, ())]
            text += source
        self.places = Places(tuple(pieces))
        return text + "\n"

    def _free(self, name: str, value: Any) -> str:
        names = (name, *(f"{name}_{number}" for number in range(2, 1000)))
        return next(each for each in names if each not in self._seen or self._is_same(each, value))

    def _is_same(self, name: str, value: Any) -> bool:
        known = self._seen[name]
        if known is value or self._same_definition(name, value):
            return True
        text = self._constant(value)
        return text is not None and text == self._constant(known)

    def _with_known_types(self, source: str, tree: ast.Module, definition: Definition, scope: Mapping[str, Any]) -> str:
        """Return the source with the types in place of annotations that would evaluate to other types in it.

        An example is a function that is defined inside another one, and whose annotations name local variables.
        """
        if not isinstance(tree.body[0], ast.FunctionDef):
            return source
        lines = source.encode().split(b"\n")
        arguments = ast.walk(tree.body[0].args)
        annotated = [(each.arg, each.annotation) for each in arguments if isinstance(each, ast.arg)]
        for name, annotation in reversed([*annotated, ("return", tree.body[0].returns)]):
            text = definition.annotations.get(name)
            if annotation is None or text is None or annotation.lineno != annotation.end_lineno:
                continue
            if self._evaluated(annotation, scope) != text:
                line = lines[annotation.lineno - 1]
                before, after = line[: annotation.col_offset], line[annotation.end_col_offset :]
                lines[annotation.lineno - 1] = before + self._own(text).encode() + after
        return b"\n".join(lines).decode()

    def _with_members(self, source: str, scope: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
        """Return the source with members of user modules (``math.rotate``) under short names, and these members.

        The functions of an enumeration class are replaced in the same way, since the class is written without them.

        A whole chain of attributes (``a.b.c``) is replaced if it ends in a constant. Otherwise, the part up to the
        first object that is not a module is replaced.
        """
        tree = ast.parse(source)
        bound = {each.id for each in ast.walk(tree) if isinstance(each, ast.Name)} | set(bound_names(tree))
        lines = source.encode().split(b"\n")
        found: dict[str, Any] = {}
        inner = {id(each.value) for each in ast.walk(tree) if isinstance(each, ast.Attribute)}
        chains = [each for each in ast.walk(tree) if isinstance(each, ast.Attribute) and id(each) not in inner]
        chains.sort(key=lambda each: (each.lineno, each.col_offset), reverse=True)
        for outer in chains:
            picked = self._member(outer, scope)
            if picked is None or picked[0].lineno != picked[0].end_lineno:
                continue
            node, value = picked
            name = self._free_name(node, value, {**scope, **found}, bound)
            found[name] = value
            line = lines[node.lineno - 1]
            lines[node.lineno - 1] = line[: node.col_offset] + name.encode() + line[node.end_col_offset :]
        return b"\n".join(lines).decode(), found

    def _member(self, outer: ast.Attribute, scope: Mapping[str, Any]) -> tuple[ast.Attribute, Any] | None:
        """Return the part of a chain of attributes that is a member of a user module, and its value."""
        chain: list[ast.Attribute] = []
        node: ast.expr = outer
        while isinstance(node, ast.Attribute):
            chain.append(node)
            node = node.value
        value = scope.get(node.id) if isinstance(node, ast.Name) else None
        if isinstance(value, enum.EnumMeta) and is_listed(value) and not self._is_library_class(value):
            function = getattr(value, chain[-1].attr, None)
            return (chain[-1], function) if self.unwrap(function) is not None else None
        if not isinstance(value, ModuleType) or not self._is_users(value):
            return self._setting(chain, value) if self.loose else None
        picked: tuple[ast.Attribute, Any] | None = None
        for each in reversed(chain):
            value = getattr(value, each.attr, value)
            if isinstance(value, ModuleType):
                continue
            if picked is None:
                picked = each, value
                if self.unwrap(value) is not None or is_listed(value):
                    return picked
            elif self._constant(value) is not None:
                picked = each, value
        return picked

    def _setting(self, chain: Sequence[ast.Attribute], value: Any) -> tuple[ast.Attribute, Any] | None:
        """Return the attribute in a chain such as ``a.b.c`` that reads a constant of a library's object, and its value.

        A constant is a number, a string or a Boolean. Return None if there is none.
        """
        for each in reversed(chain):
            holder, value = value, getattr(value, each.attr, None)
            if isinstance(value, bool | int | float | str):
                return (each, value) if self._is_librarys(holder) and isinstance(each.ctx, ast.Load) else None
        return None

    def _is_librarys(self, value: Any) -> bool:
        """Return whether a value is an object of a library, and neither a module nor a definition."""
        home = type(value).__module__
        definition = isinstance(value, ModuleType | FunctionType | type)
        known = home.partition(".")[0] in _KNOWN_LIBRARIES
        return not definition and not known and self._is_library_module(home)

    def _is_users(self, module: ModuleType) -> bool:
        root = module.__name__.partition(".")[0]
        return root not in _KNOWN_LIBRARIES and not self.is_library(module.__name__)

    def _free_name(self, node: ast.Attribute, value: Any, scope: Mapping[str, Any], bound: set[str]) -> str:
        """Return an unused name for a member of a module."""
        before = getattr(node.value, "attr", getattr(node.value, "id", ""))
        names = (node.attr, f"{before}_{node.attr}")
        for name in (*names, *(f"{names[1]}_{number}" for number in range(2, 100))):
            other = self._seen.get(name, scope.get(name, value))
            definition = self.unwrap(value)
            same = other is value or (definition is not None and other is definition.obj)
            if same and (name not in bound or scope.get(name) is value) and not hasattr(builtins, name):
                return name
        return names[0]

    def _evaluated(self, annotation: ast.expr, scope: Mapping[str, Any]) -> str | None:
        """Return the type to which an annotation evaluates with only the collected names; None if it fails."""
        if isinstance(annotation, ast.Constant):
            return None
        try:
            code = compile(ast.Expression(annotation), "<annotation>", "eval")
            return self.spell(eval(code, dict(scope)))  # noqa: S307 (the module it is from has run already)
        except Exception:  # noqa: BLE001 (whatever it raises, it does not give the type)
            return None

    def _own(self, text: str) -> str:
        """Add the imports of the customary names in a text from the front end, and return the text unchanged."""
        for name, statement in self.customary.items():
            if re.search(rf"\b{name}\.", text) and name not in self._seen:
                self._imports.setdefault(name, statement)
        return text

    def _may_stand(self, name: str, value: Any) -> bool:
        """Return whether a value is a library's module or a constant, and its name is not in use for another value."""
        known = not self._is_users(value) if isinstance(value, ModuleType) else self._constant(value) is not None
        return known and (name not in self._seen or self._seen[name] is value)

    def _known(self, value: Any) -> str | None:
        """Return the name under which a function, a class or a built value was already collected."""
        if self._constant(value) is not None or isinstance(value, ModuleType):
            return None
        return next((name for name, each in self._seen.items() if " " not in name and each is value), None)

    def _miss(self, name: str, what: str) -> None:
        self.missing.append(name)
        if what:
            self.why[name] = ", for ".join([what, *self._at[:0:-1][:2]])
        if self.loose:
            raise NotGatheredError(name)

    def _is_known(self, module: ModuleType) -> bool:
        """Return whether a source may import a module; always True unless ``loose``."""
        return not (self.loose and self._is_users(module))

    def _is_library_class(self, value: type) -> bool:
        root = value.__module__.partition(".")[0]
        return root in _KNOWN_LIBRARIES or self.is_library(value.__module__)

    def _import(self, name: str, value: Any, definition: Definition | None, module: str) -> str | None:
        """Return an import statement for a value from a library; None if it is the user's."""
        home = getattr(definition.obj if definition else value, "__module__", None)
        if not isinstance(home, str):
            home = module
        if home == module and not self.is_library(module):
            return None
        if self._is_library_module(home):
            ours = self.loose or self.built(value) is not None  # what a user's module makes is not imported from there
            places = [each for each in (home, module) if not ours or self._is_library_module(each)]
            shown = packages_above(home) if self.loose and home.partition(".")[0] not in _KNOWN_LIBRARIES else []
            return import_of_attribute(name, value, [*shown, *public_modules_beside(home), *places])
        return None

    def _is_library_module(self, name: str) -> bool:
        return self.is_library(name) or name.partition(".")[0] in _KNOWN_LIBRARIES

    def _same_definition(self, name: str, value: Any) -> bool:
        definition = self.unwrap(value)
        return definition is not None and self._seen[name] is definition.obj

    def _constant(self, value: Any) -> str | None:
        if isinstance(value, int) and isinstance(value, enum.Enum):
            return repr(int(value))
        if value is None or isinstance(value, bool | int | str | bytes):
            return repr(value)
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        if self.loose and hasattr(value, "_fields"):  # a named tuple is written as a call of its class
            return None
        if isinstance(value, tuple | list):
            items = [self._constant(item) for item in value]  # pyright: ignore[reportUnknownVariableType]
            if any(item is None for item in items):
                return None
            joined = ", ".join(item for item in items if item is not None)
            if isinstance(value, list):
                return f"[{joined}]"
            return f"({joined},)" if len(items) == 1 else f"({joined})"
        if isinstance(value, dict):
            keys = [self._constant(key) for key in value]  # pyright: ignore[reportUnknownVariableType]
            entries = [self._constant(entry) for entry in value.values()]  # pyright: ignore[reportUnknownVariableType]
            if any(text is None for text in (*keys, *entries)):
                return None
            return "{" + ", ".join(f"{key}: {entry}" for key, entry in zip(keys, entries, strict=True)) + "}"
        return self.literal(value)
