"""Packs related parameters of a function into one: a record of arrays, or an object of settings."""

import ast
import re
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass, field, replace
from typing import Any, cast

from synthesis.drawing.nodes import changed, nodes
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Class,
    Comparison,
    Dictionary,
    Display,
    Lambda,
    Literal,
    Name,
    Return,
    Slice,
    Statement,
    Subscript,
)
from synthesis.frontends.jax.recipes.applications.packing_forms import (
    Body,
    change_returns,
    count_passes,
    entries_of,
    field_name_of,
    fields_read_in,
    is_assignment_to,
    is_dictionary_of,
    is_entry,
    is_entry_of_any,
    is_literal,
    is_new_value,
    is_test_for_none,
    read_in_text,
    replace_dictionaries,
    returns_of,
    tested_key,
)
from synthesis.frontends.jax.recipes.applications.packing_names import (
    CALL_OPTIONS,
    NOUNS,
    SETTINGS_NAMES,
    TOGETHER,
    TUPLE_METHODS,
    UNUSABLE_NAMES,
    Together,
    class_name_of,
    may_be_field,
)
from synthesis.frontends.jax.recipes.applications.parameters import Parameter
from synthesis.frontends.jax.recipes.applications.pruning import assigned_in, bound_inside
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, constant_of, kind_of_field, parts_of

TakeName = Callable[[tuple[str, ...]], str]
"""Returns one of several names that is not in use."""
KindOf = Callable[[Tree], str]
"""Returns the annotation of a tree."""

_ENTRIES_SHARE = 0.92
"""Probability of a record in place of a dictionary whose entries the function names."""
_STATE_SHARE = 0.7
"""Probability of a record for arrays that belong together."""
_SETTINGS_SHARE = 0.45
"""Probability of an object for settings that are set once."""
_RESULT_SHARE = 0.7
"""Probability of a record for three or more results."""
_PAIR_SHARE = 0.55
"""Probability of a record for two results."""
_BY_NAME_SHARE = 0.6
"""Probability that a packed value is read where it is needed, and not unpacked first."""
_LEAST = 3
"""Minimum number of settings to pack, and minimum number of parameters of a function whose arrays are packed."""
_MANY = 7
"""Number of parameters above which settings are packed more often."""
_MOST_FIELDS_IN_LAMBDA = 2
"""Largest number of packed fields that a lambda may read, because its line cannot be broken."""
_REGISTERED = ("jax.tree_util.register_dataclass", "dataclasses.dataclass(frozen=True)")
_FROZEN = ("dataclasses.dataclass(frozen=True)",)


@dataclass(slots=True, kw_only=True)
class Packing:
    """Packs the parameters of one function.

    Args:
        stream: the random choices.
        labels: the function's category and recipe.
        title: the function's name.
        kind_of: returns the annotation of a tree.
        take: returns free names.
    """

    stream: Stream
    labels: tuple[str, str]
    title: str
    kind_of: KindOf
    take: TakeName
    array: str
    """The annotation of arrays; empty in a function without annotations."""
    body: Body
    used: list[Parameter]
    results: Tree
    classes: list[Statement] = field(default_factory=list[Statement])
    """The declared classes."""

    def pack(self, tested: set[str]) -> None:
        """Pack the parameters and results.

        Args:
            tested: the parameters that may be None.
        """
        if self.stream.child("entries").chance(_ENTRIES_SHARE):
            for each in self.used:
                if isinstance(each.tree, Mapping):
                    self._name_entries(each, each.tree, may_be_none=each.name in tested)
        if self.stream.child("state").chance(_STATE_SHARE):
            for each in TOGETHER:
                self._keep_together(each, tested)
        chance = _SETTINGS_SHARE + (0.15 if len(self.used) > _MANY else 0.0)
        if self.stream.child("settings").chance(chance):
            self._pack_settings()
        self._name_results()

    # ---- dictionaries

    def _name_entries(self, parameter: Parameter, tree: Mapping[str, Tree], *, may_be_none: bool) -> None:
        """Replace the entries of a dictionary by attributes, if the function only accesses them by name."""
        name, keys = parameter.name, set(tree)
        there = list(nodes(self.body))
        here = [node for node in there if is_entry(node, name)]
        asked = {key for node in there if (key := tested_key(node, name)) is not None}
        named = {ast.literal_eval(node.indices[0].text) for node in here}
        if not all(map(may_be_field, keys | named)) or not named:
            return
        if name in self._bound(besides=(name,)) or not self._is_only_made_of(name, keys):
            return
        whole = sum(node == Name(name) for node in there) - len(here)
        whole -= sum(tested_key(node, name) is not None for node in there)
        whole -= sum(is_assignment_to(node, name) for node in there)
        if may_be_none:
            whole -= sum(is_test_for_none(node, name) for node in there)
        passed = sum(count_passes(each, name) for each in there)
        made = any(is_dictionary_of(each, keys) for each in there)
        given = any(isinstance(each, Mapping) and set(each) == keys for _, each in parts_of(self.results))
        if whole != (passed if given else 0) or given != bool(made or whole):
            return
        if given and any(is_entry_of_any(node, keys) and node not in here for node in there):
            return
        optional = [key for key in tree if key in asked]
        fields = tuple((key, tree[key]) for key in (*(key for key in tree if key not in asked), *optional))
        record = self._record(
            class_name_of(name), fields, parameter.description, {*optional}, sorted((named | asked) - keys)
        )

        def read(node: Any) -> Any:
            match node:
                case Subscript(base, (Literal(text),)) if is_entry(node, name):
                    return Attribute(base, ast.literal_eval(text))
                case Comparison("in" | "not in" as operator, Literal(text), base) if tested_key(node, name):
                    asking = "is not" if operator == "in" else "is"
                    return Comparison(asking, Attribute(base, ast.literal_eval(text)), Literal("None"))
                case _ if given and is_dictionary_of(node, keys):
                    return Call(Name(record.name), (), tuple(entries_of(node) or ()))
                case _:
                    return node

        self.body = changed(self.body, read)
        if given:
            self.results = replace_dictionaries(self.results, keys, record)
        kind = record.name + (" | None" if parameter.annotation.endswith("None") else "")
        packed = replace(parameter, tree=record, annotation=kind if parameter.annotation else "")
        self.used = [packed if each.name == name else each for each in self.used]

    def _is_only_made_of(self, name: str, keys: set[str]) -> bool:
        """Return whether a variable is only ever assigned a dictionary with these keys."""
        given = [
            node.value for node in nodes(self.body) if isinstance(node, Assign) and name in assigned_in((node,))
        ]  # fmt: skip
        return all(is_dictionary_of(each, keys) for each in given)

    # ---- arrays

    def _keep_together(self, together: Together, tested: set[str]) -> None:
        if together.categories and self.labels[0] not in together.categories:
            return
        free = [each for each in self.used if each.is_always_given and each.name not in tested]
        found: list[Parameter] = []
        for pattern in together.patterns:
            fitting = [each for each in free if re.fullmatch(pattern, each.name) and each not in found]
            if fitting and not isinstance(fitting[0].tree, Record):
                found.append(fitting[0])
        first = [each for each in free if re.fullmatch(together.patterns[0], each.name)]
        stream = self.stream.child("together", *together.patterns)
        if len(found) < together.least or not first or first[0] not in found or len(self.used) < _LEAST:
            return
        if not stream.chance(0.85):
            return
        fields = tuple((each.name, cast("Tree", each.tree)) for each in found)
        record = self._record(stream.choice(together.kinds), fields, together.description)
        name = self.take(tuple(stream.shuffled(list(together.names))))
        packed = Parameter(
            name=name,
            tree=record,
            description=together.description,
            annotation=record.name if self.array else "",
            kind=record.name,
        )
        self._return_together(record, fields)
        self._read(name, [each.name for each in found], by_name=stream.chance(_BY_NAME_SHARE))
        self._put(packed, found)

    def _return_together(self, record: Record, fields: Sequence[tuple[str, Tree]]) -> None:
        """Make the function return a record in place of all its fields, if these are consecutive results."""
        if not isinstance(self.results, tuple):
            return
        results = self.results
        ends = returns_of(self.body)
        count = len(fields)
        if not ends:
            return
        for start in range(len(results) - count + 1):
            fits = all(
                isinstance(end.value, Display)
                and len(end.value.items) == len(results)
                and all(
                    is_new_value(item, key) for item, (key, _) in zip(end.value.items[start:], fields, strict=False)
                )
                for end in ends
            )  # fmt: skip
            same = all(result == tree for result, (_, tree) in zip(results[start:], fields, strict=False))
            if not (fits and same):
                continue

            def together(value: Any, start: int = start) -> Any:
                items: tuple[Any, ...] = value.items
                inner = zip(fields, items[start : start + count], strict=True)
                made = Call(Name(record.name), (), tuple((key, item) for (key, _), item in inner))
                rest = (*items[:start], made, *items[start + count :])
                return rest[0] if len(rest) == 1 else Display(rest, value.brackets)

            self.body = change_returns(self.body, together)
            self.results = (*results[:start], record, *results[start + count :])
            return

    # ---- settings

    def _pack_settings(self) -> None:
        category, recipe = self.labels
        found = [each for each in self.used if self._is_setting(each)]
        if len(found) < _LEAST or len(self.used) < _LEAST + 2:
            return
        bound = self._bound()
        found = [each for each in found if each.name not in bound]
        if len(found) < _LEAST:
            return
        stream = self.stream.child("settings", "names")
        nouns = NOUNS.get(recipe, NOUNS.get(category, ("",)))
        noun = stream.choice(("Potential",) if re.search(r"energy|force|potential|pair", self.title) else nouns)
        end, names = stream.choice(SETTINGS_NAMES)
        kind, name = self.take((f"{noun}{end}",)), self.take(names)
        given = {each.name: value for each in found if (value := each.value) is not None}
        usual = [(each.name, each.default) for each in found if is_literal(each.default)]
        whole = given or dict(usual[:1])
        if not whole:
            return
        listed = sorted(found, key=lambda each: each.default is not None)
        rows = tuple((each.name, f"{each.kind}{each.field_default}") for each in listed)
        description = f"Settings of the {noun.lower()}" if noun.islower() or noun.istitle() else "Settings"
        docstring = f"{description}." if stream.chance(0.4) else ""
        as_tuple = stream.chance(0.3) and not {each.name for each in found} & TUPLE_METHODS
        marks, bases = ((), ("NamedTuple",)) if as_tuple else (_FROZEN, ())
        self.classes.append(Class(kind, rows, marks, bases, docstring))
        fields = {key: constant_of(ast.literal_eval(value or "None")) for key, value in whole.items()}
        packed = Parameter(
            name=name, tree=None, description=description[:1].lower() + description[1:],
            annotation=kind if self.array else "", kind=kind, static=True, given="None",
            call={"record": kind, "fields": fields},
        )  # fmt: skip
        self._read(name, [each.name for each in found], by_name=len(found) > _LEAST or stream.chance(_BY_NAME_SHARE))
        self._put(packed, found)

    def _is_setting(self, each: Parameter) -> bool:
        if each.name in CALL_OPTIONS | UNUSABLE_NAMES or each.name.startswith("return_") or not each.kind:
            return False
        if (each.default or "").startswith(("[", "{")):
            return False
        if each.tree is not None:
            return is_literal(each.usual) and self.labels[0] != "training"
        return each.default is not None or each.given is not None

    # ---- results

    def _name_results(self) -> None:
        """Make the function return a record with a field for each result, if all results can be named."""
        if not isinstance(self.results, tuple) or self.labels[0] == "training":
            return
        results = self.results
        stream = self.stream.child("results")
        chance = _RESULT_SHARE if len(results) != 2 else _PAIR_SHARE
        if not stream.chance(chance):
            return
        match returns_of(self.body), results:
            case [Return(Display(items, "()"))], _ if len(items) == len(results) > 1:
                keys = [field_name_of(item) for item in items]
            case [Return(Dictionary(listed))], (Mapping() as whole,) if {key for key, _ in listed} == {*whole}:
                keys, items = [key for key, _ in listed], [item for _, item in listed]
                results = tuple(whole[key] for key, _ in listed)
            case _:
                return
        if not all(key is not None and may_be_field(key) for key in keys) or len(set(keys)) < len(keys):
            return
        fields = tuple((cast("str", key), tree) for key, tree in zip(keys, results, strict=True))
        last = self.title.rpartition("_")[2]
        noun = class_name_of(last) if len(last) > 3 else ""
        record = self._record(f"{noun}{stream.choice(('Result', 'Output', 'Outputs'))}", fields, "what it gives")
        made = Call(Name(record.name), (), tuple((key, item) for (key, _), item in zip(fields, items, strict=True)))
        self.body = change_returns(self.body, lambda _: made)
        self.results = (record,)

    # ---- all of them

    def _bound(self, besides: tuple[str, ...] = ()) -> set[str]:
        """Return the names that the function and its inner functions bind, except ``besides``."""
        return assigned_in(self.body) - {*besides} | bound_inside(self.body)

    def _read(self, name: str, fields: Sequence[str], *, by_name: bool) -> None:
        """Change the body to read the fields of a packed parameter in place of former parameters."""
        crowded = any(
            len(fields_read_in(each, fields)) > _MOST_FIELDS_IN_LAMBDA
            for each in nodes(self.body)
            if isinstance(each, Lambda)
        )
        if not by_name or crowded or self._bound() & {*fields}:
            targets: tuple[Any, ...] = tuple(map(Name, fields))
            values = tuple(Attribute(Name(name), each) for each in fields)
            first = [Assign(Display(targets), Display(values))] if len(fields) < 4 else [
                Assign(target, value) for target, value in zip(targets, values, strict=True)
            ]  # fmt: skip
            self.body = (*first, *self.body)
            return

        def read(node: Any) -> Any:
            match node:
                case Name(key) if key in fields:
                    return Attribute(Name(name), key)
                case Slice(low, high, step):
                    return Slice(*(read_in_text(each, name, fields) for each in (low, high, step)))
                case _:
                    return node

        self.body = changed(self.body, read)

    def _put(self, packed: Parameter, found: Sequence[Parameter]) -> None:
        """Replace parameters by a packed one.

        A record takes the place of the first of them. Settings follow all other parameters.
        """
        left = [each for each in self.used if each not in found]
        place = len(left)
        if packed.tree is not None:
            first = next(place for place, each in enumerate(self.used) if each in found)
            place = sum(each not in found for each in self.used[:first])
        self.used = [*left[:place], packed, *left[place:]]

    def _record(
        self, kind: str, fields: tuple[tuple[str, Tree], ...], description: str, optional: Set[str] = frozenset(),
        absent: Sequence[str] = (),
    ) -> Record:  # fmt: skip
        """Declare a class of arrays.

        Args:
            kind: the name of the class.
            fields: its fields.
            description: its description in words.
            optional: the fields that may be None.
            absent: additional fields, which are None.
        """
        stream = self.stream.child("record", kind)
        kind = self.take((kind,))
        array = self.array or "jax.Array"
        kinds = [(key, self.kind_of(tree) if self.array else kind_of_field(tree)) for key, tree in fields]
        rows = tuple((key, f"{each} | None" if key in optional else each) for key, each in kinds)
        other = array if all(isinstance(tree, Leaf) for _, tree in fields) else "Any"
        rows += tuple((key, f"{other} | None = None") for key in absent)
        description = f"{description[:1].upper()}{description[1:]}."
        docstring = description if stream.chance(0.4) else ""
        plain = stream.chance(0.7) and not {key for key, _ in rows} & TUPLE_METHODS
        marks, bases = ((), ("NamedTuple",)) if plain else (_REGISTERED, ())
        self.classes.append(Class(kind, rows, marks, bases, docstring))
        return Record(kind, fields)
