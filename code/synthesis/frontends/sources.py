"""The collector of the complete source of a live function: its helpers, classes, constants and imports."""

import ast
import builtins
import inspect
import textwrap
from collections.abc import Mapping
from dataclasses import replace
from types import FunctionType, ModuleType
from typing import Any

from synthesis.frontends.as_written import written
from synthesis.frontends.base_methods import with_base_functions
from synthesis.frontends.collected import CollectedSource, NotGatheredError
from synthesis.frontends.definitions import (
    Definition,
    Instance,
    assigns_outer_names,
    free_names,
    home_of,
    import_of_module,
    name_of,
    scope_of,
    source_of,
    strange_defaults,
    submodules_read,
)
from synthesis.frontends.enumerations import is_listed, listed
from synthesis.frontends.plainness import more_than_a_kernel
from synthesis.frontends.rewriting import (
    annotation_names,
    attributes_in,
    lambda_in,
    outer_names,
    with_defaults,
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


class SourceCollector(CollectedSource):
    """A collector of everything that a function refers to, which prints it as one source text.

    ``CollectedSource`` describes the arguments.
    """

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
        above = [*([f"# {credit}"] if credit else []), *([f"@{self._own(definition.mark)}"] if definition.mark else [])]
        lines = source.count("\n") + 1
        file = obj.__code__.co_filename if inspect.isfunction(obj) else ""
        at = len(above)
        found = [(file, line, lines, at)]
        if credit:
            source, gone = without_docstring(source)
            kept = gone.start - 1
            found = [(file, line, kept, at), (file, line + kept + len(gone), lines - kept - len(gone), at + kept)]
        self._definitions[name] = "\n".join([*above, source])
        if file:
            self._found_at[name] = found
        if definition.after:
            self._definitions[f"{name} after"] = self._own(definition.after.replace("{name}", name.partition(" ")[0]))
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
        if self.loose:
            source, scope = self._with_own_variables(source, name, scope, home_of(obj))
            source, bases = with_base_functions(source, obj, self._plain_function)
            scope = {**scope, **bases}
        source = self._with_known_types(source, tree, definition, scope)
        if self.loose:
            source = self._without_strange_annotations(source, scope, home_of(obj))
        source, members = self._with_members(source, scope)
        source = self._with_references(source, {**scope, **members}, name, obj)
        return source, line

    def _plain_function(self, member: Any) -> FunctionType | None:
        """Return the plain function of a member of a class; None if it has none."""
        definition = self.unwrap(member)
        return definition.obj if definition is not None and isinstance(definition.obj, FunctionType) else None

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
        if getattr(definition.obj, "__name__", "") != "<lambda>" or " " in name:  # a rule is in a statement of its own
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
        own = {name.partition(" ")[0]}
        if self.loose:  # its module may know something else by the name that it has here
            own = {name_of(obj), *(each for each in own if each not in scope or self._is_of(scope[each], obj))}
        if isinstance(obj, FunctionType):
            strange = strange_defaults(ast.parse(source), obj, scope)
            defaults = {each: self._refer(hint, value, home_of(obj)) for each, (hint, value) in strange.items()}
            source = with_defaults(source, defaults)
            scope = {**scope, **{defaults[each]: value for each, (_, value) in strange.items()}}
        tree = ast.parse(source)
        for path in submodules_read(tree, scope):
            self._imports.setdefault(path, f"import {path}")
        for free in free_names(tree):
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

    def _is_of(self, value: Any, obj: Any) -> bool:
        """Return whether a value is a function or class, or a wrapper of it."""
        definition = self.unwrap(value)
        return value is obj or (definition is not None and definition.obj is obj)

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
        elif is_listed(value) and not self._is_library_class(value):
            self._seen[name] = value
            self._imports.setdefault("enum", "import enum")
            self._definitions[name] = listed(name, value)
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
