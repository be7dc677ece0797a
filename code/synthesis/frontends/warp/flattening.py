"""Writes a live kernel as self-contained source, with every function, struct and constant that it depends on.

If a library makes a kernel from a user's function, the kernel's own lines do not define it: ``wp.fem`` replaces calls
in the function's tree, and the lines refer to local variables of many enclosing functions. Warp keeps the trees from
which it builds kernels, and the values of the names in them. The source is written from these trees and values.
"""

import ast
import builtins
import keyword
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import Any

from synthesis.frontends.warp import introspection, type_introspection
from synthesis.frontends.warp.introspection import wp

_PLAIN = (bool, int, float, str, bytes, type(None), type(...))
Literal = Callable[[Any], str | None]
Spelling = Callable[[Any, Callable[[Any], str]], str]
_MOST = 400
"""Maximum number of functions, structs and constants in a source."""


class NotFlatError(Exception):
    """Raised for a kernel that cannot be written as self-contained source; the message names the unsupported part."""


@dataclass(frozen=True, slots=True)
class Flat:
    """A kernel as self-contained source."""

    source: str
    structs: Mapping[str, str]
    """The name of each struct, by its name in generated text."""


def flatten(
    kernel: Any, literal: Callable[[Any], str | None], spell: Callable[[Any, Callable[[Any], str]], str]
) -> Flat:
    """Return a source that declares a kernel under its own name with all its dependencies, importing only Warp.

    Args:
        kernel: a live, concrete kernel.
        literal: returns a constant as Python text; None if it cannot be written.
        spell: returns a type as an annotation, given a function that returns the name of a struct.

    Raises:
        NotFlatError: if part of it cannot be written as Python, such as native code.
    """
    flattening = _Flattening(literal, spell)
    flattening.add_kernel(kernel)
    return Flat(flattening.text(), flattening.structs)


def is_rewritten(kernel: Any) -> bool:
    """Return whether Warp builds a kernel, or a function that it calls, from code other than its own lines."""
    return any(map(introspection.is_rewritten, introspection.reached_from(kernel)))


@dataclass
class _Flattening:
    literal: Literal
    spell: Spelling
    structs: dict[str, str] = field(default_factory=dict[str, str], init=False)

    def __post_init__(self) -> None:
        self._taken = {"wp", "Any", *keyword.kwlist, *dir(builtins)}
        self._constants: dict[str, str] = {}
        """The name of each constant, by its text."""
        self._definitions: list[str] = []
        self._functions: dict[int, str] = {}
        self._uses_any = False

    def text(self) -> str:
        """Return everything that was added, as one source."""
        imports = ["from typing import Any\n"] if self._uses_any else []
        constants = "\n".join(f"{name} = {text}" for text, name in self._constants.items())
        head = "\n".join([*imports, "import warp as wp"])
        return "\n\n\n".join(["\n\n".join(each for each in (head, constants) if each), *self._definitions]) + "\n"

    def add_kernel(self, kernel: Any) -> None:
        """Add a kernel, after everything that it depends on."""
        for each in introspection.reached_from(kernel):
            self._taken |= _names_bound_in(introspection.built_tree_of(each))
        name = kernel.func.__name__
        self._taken.add(name)
        types = {each.name: each.type for each in introspection.parameters_of(kernel)}
        text = self._defined(kernel, name, types)
        given = introspection.decorator_options_of(kernel)
        options = ", ".join(f"{key}={value!r}" for key, value in given.items() if not key.startswith("module"))
        self._add(f"@wp.kernel({options})\n{text}" if options else f"@wp.kernel\n{text}")

    def _add(self, text: str) -> None:
        if len(self._definitions) + len(self._constants) > _MOST:
            raise NotFlatError(f"it needs more than {_MOST} functions, structs and constants")
        self._definitions.append(text)

    def _free(self, name: str) -> str:
        """Return an unused name, and mark it as used."""
        stem, number = name, 1
        while name in self._taken or introspection.is_builtin_name(name):
            number += 1
            name = f"{stem}_{number}"
        self._taken.add(name)
        return name

    # ---- definitions

    def _function(self, function: Any) -> str:
        """Return the name of a user's function, after adding the function if it is new."""
        known = self._functions.get(id(function))
        if known is not None:
            return known
        name = self._functions[id(function)] = self._free(function.func.__name__)
        stem = introspection.name_in_texts(function)
        named = [] if name == stem else [f"name={stem!r}"]
        for each in introspection.overloads_of(function):
            inline = introspection.inline_of(each)
            options = ", ".join([*named, *([] if inline is None else [f"inline={inline}"])])
            mark = f"@wp.func({options})" if options else "@wp.func"
            if introspection.is_native(each):
                raise NotFlatError(f"{name} is native code")
            types = {parameter.name: parameter.type for parameter in introspection.declared_parameters_of(each)}
            self._add(f"{mark}\n{self._defined(each, name, types)}")
        for what, each in introspection.custom_parts_of(function):
            types = {parameter.name: parameter.type for parameter in introspection.declared_parameters_of(each)}
            self._add(f"@wp.{what}({name})\n{self._defined(each, self._free(f'{what[5:]}_{name}'), types)}")
        return name

    def _defined(self, obj: Any, name: str, types: Mapping[str, Any]) -> str:
        """Return the definition of a kernel or function under a name, without decorators."""
        (found,) = introspection.built_tree_of(obj).body
        if not isinstance(found, ast.FunctionDef):
            raise NotFlatError(f"{name} is not declared by a def")
        bound = _names_bound_in(found)
        body = [self._rebuilt(each, obj, bound) for each in _without_docstring(found.body)]
        usual = introspection.defaults_of(obj)
        arguments = ast.arguments(
            posonlyargs=[],
            args=[
                ast.arg(each, ast.parse(self._type(kind), mode="eval").body)
                for each, kind in types.items()
                if each != "return"
            ],
            kwonlyargs=[],
            kw_defaults=[],
            defaults=[self._value(each, value) for each, value in usual.items()],
        )
        made = ast.FunctionDef(name=name, args=arguments, body=body or [ast.Pass()], decorator_list=[])
        return ast.unparse(ast.fix_missing_locations(made))

    def _struct(self, kind: Any) -> str:
        """Return the name of a struct, after adding the struct if it is new."""
        key = type_introspection.name_in_texts(kind)
        if key not in self.structs:
            self.structs[key] = self._free(kind.cls.__name__)
            lines = [f"    {each.name}: {self._type(each.type)}" for each in type_introspection.fields_of(kind)]
            self._add("\n".join(["@wp.struct", f"class {self.structs[key]}:", *(lines or ["    pass"])]))
        return self.structs[key]

    def _type(self, kind: Any) -> str:
        if not type_introspection.is_written_plainly(kind) and not type_introspection.is_type_variable(kind):
            raise NotFlatError(f"of the type {kind}")
        text = self.spell(kind, self._struct)
        self._uses_any |= "Any" in text
        return text

    # ---- parts of functions

    def _rebuilt(self, node: Any, obj: Any, bound: set[str]) -> Any:
        """Return a part of a function's tree with names replaced by those of this source."""
        if isinstance(node, list):
            return [self._rebuilt(each, obj, bound) for each in node]  # pyright: ignore[reportUnknownVariableType]
        if not isinstance(node, ast.AST):
            return node
        if isinstance(node, ast.Constant) and not isinstance(node.value, _PLAIN):
            return self._value("value", node.value)
        put = introspection.function_put_in(node)
        if put is not None:
            return self._value(introspection.key_of(put), put)
        if isinstance(node, ast.Name | ast.Attribute) and not isinstance(getattr(node, "ctx", None), ast.Store):
            found = self._outer(node, obj, bound)
            if found is not None:
                return found
        parts = {name: self._rebuilt(getattr(node, name, None), obj, bound) for name in node._fields}
        if isinstance(node, ast.Attribute | ast.Name | ast.Subscript) and parts.get("ctx") is None:
            parts["ctx"] = ast.Load()  # trees that were built by hand lack it
        return type(node)(**parts)

    def _outer(self, node: ast.expr, obj: Any, bound: set[str]) -> ast.expr | None:
        """Return an expression for a name or attribute from outside the function; None for a local name."""
        chain: list[str] = []
        while isinstance(node, ast.Attribute):
            chain.append(node.attr)
            node = node.value
        if not isinstance(node, ast.Name) or node.id in bound:
            return None
        value, name = introspection.outer_value(obj, node.id), node.id
        while chain and value is not wp and hasattr(value, chain[-1]):
            name = chain.pop()
            value = getattr(value, name)
        if value is wp and chain:
            name = chain.pop()
            value = getattr(wp, name, introspection.builtin_named(name))
            while chain and hasattr(value, chain[-1]):
                name = chain.pop()
                value = getattr(value, name)
        found = self._value(name, value)
        for each in reversed(chain):
            found = ast.Attribute(found, each, ast.Load())
        return found

    def _value(self, name: str, value: Any) -> ast.expr:
        """Return an expression for the value of a name."""
        if value is not None and getattr(builtins, getattr(value, "__name__", ""), None) is value:
            return ast.Name(value.__name__, ast.Load())
        if value is wp or (isinstance(value, ModuleType) and value.__name__.partition(".")[0] == "warp"):
            return ast.Name("wp", ast.Load())
        if introspection.is_function(value):
            return ast.Name(self._function(value), ast.Load())
        if type_introspection.is_struct(value):
            return ast.Name(self._struct(value), ast.Load())
        if introspection.is_builtin(value) or (callable(value) and getattr(wp, name, None) is value):
            key = name if getattr(wp, name, None) is value else introspection.key_of(value)
            return ast.Attribute(ast.Name("wp", ast.Load()), key, ast.Load())
        text = self._text_of(value)
        if text is None:
            raise NotFlatError(f"{name} ({type(value).__module__}.{type(value).__qualname__})")
        if text.replace(".", "").isidentifier() and text.startswith("wp."):
            return ast.parse(text, mode="eval").body
        if text not in self._constants:
            self._constants[text] = self._free(name if name.isidentifier() else "value")
        return ast.Name(self._constants[text], ast.Load())

    def _text_of(self, value: Any) -> str | None:
        """Return a constant as text; None if it cannot be written."""
        if isinstance(value, bool | str):
            return repr(value)
        if isinstance(value, int):
            return repr(int(value))  # a member of an enumeration is a number, too
        if isinstance(value, float):
            return repr(value) if math.isfinite(value) else f'float("{value}")'
        if isinstance(value, tuple):
            parts = [self._text_of(each) for each in value]  # pyright: ignore[reportUnknownVariableType]
            return None if None in parts else f"({''.join(f'{each}, ' for each in parts).strip()})"
        return None if value is None else self.literal(value)


def _names_bound_in(tree: ast.AST) -> set[str]:
    """Return the names of a function's parameters and assigned variables."""
    return {each.arg for each in ast.walk(tree) if isinstance(each, ast.arg)} | {
        each.id for each in ast.walk(tree) if isinstance(each, ast.Name) and isinstance(each.ctx, ast.Store)
    }


def _without_docstring(body: list[ast.stmt]) -> list[ast.stmt]:
    first = body[0]
    documented = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    return body[1:] if documented and isinstance(first.value.value, str) else body  # type: ignore[union-attr]
