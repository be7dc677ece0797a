"""The collector of the complete source of a live function: its helpers, classes, constants and imports."""

import ast
import builtins
import enum
import inspect
import math
import re
import sys
import textwrap
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import FunctionType, ModuleType
from typing import Any

from synthesis.frontends.as_written import written
from synthesis.frontends.definitions import (
    Built,
    Definition,
    Instance,
    assigns_outer_names,
    bound_names,
    free_names,
    home_of,
    import_of_attribute,
    import_of_module,
    name_of,
    named_defaults,
    packages_above,
    scope_of,
    source_of,
)
from synthesis.frontends.linemap import NO_PLACES, Places
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.rewriting import (
    annotation_names,
    attributes_in,
    default_names,
    lambda_in,
    outer_names,
    with_names,
    with_own_name,
    with_starts,
    without_annotations,
    without_decorators,
    without_docstring,
    without_mark,
    written_name,
)

_MOST = 1000
"""Maximum number of definitions in a source that is collected from a live program."""
_SHORT = 60
"""Maximum number of characters of a constant that is written inside an expression. A longer one gets a name."""
_KNOWN_LIBRARIES = frozenset({"numpy", "scipy", "ml_dtypes"}) | sys.stdlib_module_names


class NotGatheredError(Exception):
    """An error for something that cannot be written as source text, at which the collector stops."""


@dataclass
class SourceCollector:
    """A collector of everything that a function refers to, which prints it as one source text.

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

    def collect(self, definition: Definition, needed: Mapping[str, Any] | None = None) -> str:
        """Return the complete source of a function: imports, constants, helpers in dependency order, the function last.

        Args:
            definition: the function.
            needed: other things that the source must contain, by name.
        """
        for name, value in (needed or {}).items():
            self._refer(name, value, home_of(definition.obj))
        self._visit(self._as_named(definition), definition)
        return self.text()

    def bring(self, name: str, value: Any, module: str = "") -> str:
        """Add a value to the source, under the given name or a similar one, and return its name."""
        return self._refer(name, value, module)

    def express(self, name: str, value: Any, module: str = "") -> str:
        """Return an expression for a value, and add everything that it needs to the source."""
        text = self._constant(value)
        return text if text is not None and len(text) <= _SHORT else self._refer(name, value, module)

    def name_of(self, value: Any) -> str:
        """Return the name of a collected function or class in the source."""
        return self._known(value) or name_of(value)

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

    def _visit(self, name: str, definition: Definition) -> None:
        obj = definition.obj
        if name in self._seen:
            if self._seen[name] is not obj:
                self._miss(name, "")
            return
        if self.loose and len(self._definitions) > _MOST:
            self._miss(name, f"a source of more than {_MOST} definitions")
        self._seen[name] = obj
        self._at.append(name)
        source, line = self._prepared(name, definition)
        self._at.pop()
        if source is None:
            return
        source = self._under(name, obj, source)
        credit = self.credit(obj)
        lines = source.count("\n") + 1
        file = obj.__code__.co_filename if inspect.isfunction(obj) else ""
        found = [(file, line, lines, 0)]
        if credit:
            source, gone = without_docstring(source)
            kept = gone.start - 1
            found = [(file, line, kept, 1), (file, line + kept + len(gone), lines - kept - len(gone), 1 + kept)]
            source = f"# {credit}\n{source}"
        self._definitions[name] = source
        if file:
            self._found_at[name] = found
        if definition.after:
            self._definitions[f"{name} after"] = self._own(definition.after)
        for number, other in enumerate(definition.beside):
            self._visit(f"{name} {number}", other)
        if " " not in name and name_of(obj) != name and not self.loose:
            self._definitions[f"{name} ="] = f"{name} = {name_of(obj)}"

    def _prepared(self, name: str, definition: Definition) -> tuple[str | None, int]:
        """Return the source of a definition with its references renamed as in the collected source, and its line."""
        obj = definition.obj
        source, line = self._source(name, definition)
        if source is None:
            self._miss(name, "what Python knows no source of")
            return None, 0
        source = textwrap.dedent(source).strip("\n")
        try:
            tree = ast.parse(source)
        except SyntaxError:
            self._miss(name, "a text that is no Python by itself")
            return None, 0
        self.mentioned |= attributes_in(tree)
        scope = scope_of(obj)
        if isinstance(obj, FunctionType):
            scope = {**scope, **named_defaults(tree, obj, scope)}
        if self.loose:
            source, scope = self._with_own_variables(source, name, scope, home_of(obj))
        source = self._with_known_types(source, tree, definition, scope)
        if self.loose:
            source = self._without_strange_annotations(source, scope, home_of(obj))
        source, members = self._with_members(source, scope)
        source = self._with_references(source, {**scope, **members}, name, obj)
        return source, line

    def _with_own_variables(
        self, source: str, name: str, scope: Mapping[str, Any], home: str
    ) -> tuple[str, Mapping[str, Any]]:
        """Return a function's source, in which outer variables that it assigns are local, and the extended scope.

        Each such variable starts with its current value, which is added to the scope.
        """
        outer = [each for each in outer_names(source) if each in scope]
        starts = {each: self._refer(f"first_{each}", scope[each], home) for each in outer}
        if starts:
            source = with_starts(source, starts)
        if assigns_outer_names(ast.parse(source)):
            self._miss(name, "a function that changes what is around it")
        return source, {**scope, **{start: scope[each] for each, start in starts.items()}}

    def _source(self, name: str, definition: Definition) -> tuple[str | None, int]:
        """Return the source of a definition and its line; a lambda is assigned to its collected name."""
        if definition.source:
            return definition.source, definition.line
        if not self.loose:
            return source_of(definition.obj)
        if getattr(definition.obj, "__name__", "") != "<lambda>":
            source, line = source_of(definition.obj)
            if source is None and inspect.isclass(definition.obj) and hasattr(definition.obj, "_fields"):
                return self._named_tuple(definition.obj), 0
            return (source, line) if source is None else without_mark(source, "staticmethod", line)
        try:
            found = lambda_in(inspect.findsource(definition.obj.__code__)[0], definition.obj)
        except (OSError, SyntaxError, IndexError):
            found = None
        if found is None:
            return None, 0
        text, line = found
        return (f"{name} = (\n{text}\n)" if "\n" in text else f"{name} = {text}"), line

    def _named_tuple(self, kind: Any) -> str | None:
        """Return the source of a class that ``collections.namedtuple`` made; None if a default cannot be written."""
        usual = kind.__new__.__defaults__ or ()
        defaults = dict(zip(reversed(kind._fields), map(self._constant, reversed(usual)), strict=False))
        if None in defaults.values():
            return None
        self._imports.setdefault("typing", "import typing")
        fields = [f"    {each}: object" + (f" = {defaults[each]}" if each in defaults else "") for each in kind._fields]
        return "\n".join([f"class {kind.__name__}(typing.NamedTuple):", *fields])

    def _with_references(self, source: str, scope: Mapping[str, Any], name: str, obj: Any) -> str:
        """Return the source with its references renamed as in the collected source, after collecting them."""
        names: dict[str, str] = {}
        own = {name.partition(" ")[0], name_of(obj)} if self.loose else {name.partition(" ")[0]}
        for default in default_names(source):
            if default in scope and self._refer(default, scope[default], home_of(obj)) != default:
                self._miss(default, "")
        for free in free_names(ast.parse(source)):
            if free in own:
                continue
            if free in scope:
                names[free] = self._refer(free, scope[free], home_of(obj))
            elif free not in self._imports and not hasattr(builtins, free) and not self.implicit(free):
                self._miss(free, "")
        changed = with_names(source, {old: new for old, new in names.items() if old != new})
        if changed is None:
            self._miss(name, "")
        return source if changed is None else changed

    def _under(self, name: str, obj: Any, source: str) -> str:
        """Return the source of a definition under its collected name."""
        if not self.loose or " " in name or getattr(obj, "__name__", "") == "<lambda>":
            return source
        written = written_name(source)  # the function may have been renamed
        changed = source if written == name else with_own_name(source, written, name)
        if changed is None:
            self._miss(name, "")
        return source if changed is None else changed

    def _as_named(self, definition: Definition) -> str:
        """Return the name under which to collect a definition: its own name, or a similar one if that is taken."""
        name = name_of(definition.obj)
        return self._free(name, definition.obj) if self.loose else name

    def _free(self, name: str, value: Any) -> str:
        names = (name, *(f"{name}_{number}" for number in range(2, 1000)))
        return next(each for each in names if each not in self._seen or self._is_same(each, value))

    def _is_same(self, name: str, value: Any) -> bool:
        known = self._seen[name]
        if known is value or self._same_definition(name, value):
            return True
        text = self._constant(value)
        return text is not None and text == self._constant(known)

    def _without_strange_annotations(self, source: str, scope: Mapping[str, Any], home: str) -> str:
        """Return the source without annotations that cannot be collected. Annotations do not affect the IR."""
        strange = {each for each in annotation_names(source) if not self._gathers(each, scope, home)}
        return without_annotations(source, strange.__contains__) if strange else source

    def _gathers(self, name: str, scope: Mapping[str, Any], home: str) -> bool:
        """Return whether a name's value can be collected, and collect it if so."""
        if name not in scope:
            return hasattr(builtins, name)
        value = scope[name]
        if isinstance(value, ModuleType):
            return not self._is_users(value)
        if inspect.isclass(value) and not self._is_library_class(value) and self._seen.get(name) is not value:
            return False
        return self.gathers(name, value, home)

    def gathers(self, name: str, value: Any, module: str = "") -> bool:
        """Return whether a value can be collected.

        If so, collect it under its name or a similar one; if not, add nothing.
        """
        kept = [dict(each) for each in self._gathered]
        missing, depth = list(self.missing), len(self._at)
        try:
            if self._seen.get(self._refer(name, value, module)) is value:
                return True
        except NotGatheredError:
            del self._at[depth:]
        for each, before in zip(self._gathered, kept, strict=True):
            each.clear()
            each.update(before)
        self.missing[:] = missing
        return False

    @property
    def _gathered(self) -> tuple[dict[str, Any], ...]:
        return self._imports, self._constants, self._definitions, self._found_at, self._seen, self.why

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
        if isinstance(value, enum.EnumMeta) and _is_listed(value) and not self._is_library_class(value):
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
                if self.unwrap(value) is not None or _is_listed(value):
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

    def _refer(self, name: str, value: Any, module: str) -> str:
        """Add the value of a name to the source, and return its name there."""
        if name in self._seen and not self.loose:
            if self._seen[name] is not value and not self._same_definition(name, value):
                self._miss(name, "")
            return name
        original = name
        name = self._free(name, value) if self.loose else name
        if name in self._seen:
            return name
        if self.loose and (known := self._known(value)) is not None:
            return known
        if isinstance(value, ModuleType):
            self._seen[name] = value
            self._imports[name] = import_of_module(name, value)
            if not self._is_known(value):
                self._miss(name, f"the module {value.__name__}")
            return name
        text = self._constant(value)
        if text is not None:
            self._seen[name] = value
            text = self._as_written(original, value, module, text) or text
            self._constants[name] = self._own(f"{name} = {text}")
        elif _is_listed(value) and not self._is_library_class(value):
            self._seen[name] = value
            self._imports.setdefault("enum", "import enum")
            self._definitions[name] = _listed(name, value)
        else:
            self._define(name, value, module)
        return name

    def _as_written(self, name: str, value: Any, module: str, text: str) -> str | None:
        """Return the expression of a constant in its module, and collect its names; None if its value is to be written.

        Args:
            name: its name in the module.
            value: the constant.
            module: the module's name.
            text: the constant by its value.
        """
        found = written(name, value, module)
        if found is None or found.text == text:
            return None
        scope = vars(found.module)
        parts = {each: scope[each] for each in found.names}
        if any(not self._may_stand(each, part) for each, part in parts.items()):
            return None
        modules = {each: part for each, part in parts.items() if isinstance(part, ModuleType)}
        if self.loose and any(self.is_library(part.__name__) for part in modules.values()):
            return None  # in a running program, a call of the tool might be recorded by a trace in progress
        imports = [import_of_module(each, part) for each, part in modules.items()]
        others = [f"{each} = 0" for each, part in parts.items() if not isinstance(part, ModuleType)]
        if more_than_a_kernel("\n".join([*imports, *others, f"it = {found.text}"])) is not None:
            return None
        try:
            if self._constant(found.value()) != text:
                return None
        except Exception:  # noqa: BLE001 (whatever it raises, it does not give the constant)
            return None
        for each, part in parts.items():
            self._refer(each, part, found.module.__name__)
        return found.text

    def _may_stand(self, name: str, value: Any) -> bool:
        """Return whether a value is a library's module or a constant, and its name is not in use for another value."""
        known = not self._is_users(value) if isinstance(value, ModuleType) else self._constant(value) is not None
        return known and (name not in self._seen or self._seen[name] is value)

    def _known(self, value: Any) -> str | None:
        """Return the name under which a function, a class or a built value was already collected."""
        if self._constant(value) is not None or isinstance(value, ModuleType):
            return None
        return next((name for name, each in self._seen.items() if " " not in name and each is value), None)

    def _define(self, name: str, value: Any, module: str) -> None:
        """Collect a value that is neither a module nor a constant."""
        definition = self.unwrap(value)
        imported = self._import(name, value, definition, module)
        if imported is not None:
            self._seen[name] = value
            self._imports[name] = imported
            return
        built = self.built(value)
        if built is not None:
            self._seen[name] = value
            self.mentioned.update(built.attributes)
            parts = [self.express(hint, part, module) for hint, part in built.parts]
            self._definitions[name] = self._own(f"{name} = {built.text.format(*parts)}")
        elif definition is not None:
            self._visit(name, self._undecorated(definition) if self.loose and definition.obj is value else definition)
        elif (instance := self.instance(value, self.mentioned)) is not None:
            self._seen[name] = value
            kind = self.declare(instance)
            parts = [f"{each}={self.express(each, part, module)}" for each, part in instance.fields.items()]
            self._definitions[name] = self._own(f"{name} = {kind}({', '.join(parts)})")
        else:
            self._miss(name, f"{type(value).__module__}.{type(value).__qualname__}")

    def _undecorated(self, definition: Definition) -> Definition:
        """Return a function's definition without its decorators, for a function that is called without them."""
        source, line = self._source(name_of(definition.obj), definition)
        if not isinstance(definition.obj, FunctionType) or source is None or not source.lstrip().startswith("@"):
            return definition
        bare, lines = without_decorators(textwrap.dedent(source))
        return replace(definition, source=bare, line=line + lines)

    def declare(self, instance: Instance) -> str:
        """Declare a class with the used members of an object, and return its name."""
        name = self._free(instance.kind.__name__, instance.kind)
        if name in self._seen:
            return name
        self._seen[name] = instance.kind
        self._imports.setdefault("dataclasses", "import dataclasses")
        lines = [
            *([self._own(instance.mark)] if instance.mark else []),
            "@dataclasses.dataclass(eq=False)",
            f"class {name}:",
            *(f"    {each}: object" for each in instance.fields),
        ]
        if not instance.fields and not instance.methods:
            lines.append("    pass")
        for method in instance.methods.values():
            source, _ = self._prepared(method.obj.__name__, method)
            lines += ["", *textwrap.indent(source or "pass", "    ").splitlines()]
        self._definitions[name] = "\n".join(lines)
        return name

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
            places = [each for each in (home, module) if not self.loose or self._is_library_module(each)]
            shown = packages_above(home) if self.loose and home.partition(".")[0] not in _KNOWN_LIBRARIES else []
            return import_of_attribute(name, value, [*shown, *places])
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
        if self.loose and hasattr(value, "_fields"):  # a named tuple is written by its class
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


_ENUMS = (enum.IntFlag, enum.IntEnum, enum.Flag, enum.Enum)


def _is_listed(value: Any) -> bool:
    """Return whether a class is an enumeration of integers."""
    return isinstance(value, enum.EnumMeta) and all(isinstance(each.value, int) for each in _members(value))


def _members(value: Any) -> Iterable[Any]:
    return value.__members__.values()


def _listed(name: str, value: Any) -> str:
    """Return the source of an enumeration with the same names and numbers as the user's class."""
    base = next(each.__name__ for each in _ENUMS if issubclass(value, each))
    members = [f"    {each} = {int(member.value)}" for each, member in value.__members__.items()]
    return "\n".join([f"class {name}(enum.{base}):", *members])
