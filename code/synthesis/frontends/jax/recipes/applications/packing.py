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
    Conditional,
    Dictionary,
    Display,
    For,
    If,
    Lambda,
    Literal,
    Name,
    Return,
    Slice,
    Statement,
    Subscript,
)
from synthesis.frontends import plain_names
from synthesis.frontends.jax.recipes.applications.parameters import Parameter
from synthesis.frontends.jax.recipes.applications.pruning import assigned_in, bound_inside
from synthesis.frontends.jax.recipes.applications.trees import Leaf, Record, Tree, constant_of, kind_of_field, parts_of

Body = tuple[Statement, ...]
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
_UNUSABLE_NAMES = plain_names.MUTATORS | plain_names.NO_ATTRIBUTES | plain_names.NO_KEYWORDS | {"add"}
"""Names that a source may not use as attributes, because they could do more than define a function."""
_METHODS = frozenset({"count", "index"})
"""Attributes that tuples already have."""
_OF_A_CALL = frozenset({"training", "train", "is_training", "deterministic", "inference", "keepdims", "axis", "where"})
"""Parameters that each call chooses for itself."""


@dataclass(frozen=True, slots=True)
class _Together:
    """Arrays that are usually kept in one record."""

    patterns: tuple[str, ...]
    """A pattern for each field. The first ones have to be present."""
    least: int
    """Number of fields that have to be present."""
    kinds: tuple[str, ...]
    """The possible names of the class."""
    names: tuple[str, ...]
    description: str
    categories: frozenset[str] = frozenset()
    """The categories in which it may be used; empty for all."""


_DYNAMICS = frozenset({"molecules", "dynamics", "bodies"})
_TOGETHER = (
    _Together(
        (r"(joint_pos|qpos|q|joint_positions|joint_angles)", r"(joint_vel|qvel|qd|joint_velocities)"), 2,
        ("JointState", "State"), ("joints", "state", "joint_state"), "positions and velocities of the joints",
        _DYNAMICS,
    ),
    _Together(
        (r"(R|x|pos|positions?|coords)", r"(V|v|vel|velocity|velocities|P|p|momenta)",
         r"(mass|masses|m)", r"(charges?|species(_idx)?|types)"), 2,
        ("State", "ParticleState", "SimState"), ("state", "particles", "system"), "the particles", _DYNAMICS,
    ),
    _Together(
        (r"(R|x|pos|positions?|coords)", r"(q|charges?|species(_idx)?|types|mass|masses|radii|radius|sigma)",
         r"(side|box|box_size)"), 2,
        ("System", "Particles", "Molecule"), ("system", "particles", "atoms"), "the particles", _DYNAMICS,
    ),
    _Together(
        (r"(mu|exp_avg|m|first_moment|momentum|momentum_buffer|trace|velocity)",
         r"(nu|exp_avg_sq|v|second_moment)", r"(step|num_steps|t|iteration|num_updates)"), 2,
        ("OptState", "OptimizerState", "Moments"), ("state", "opt_state"), "the optimizer's state",
        frozenset({"optimizers", "training"}),
    ),
    _Together(
        (r"(senders|sources|src|edge_src)", r"(receivers|targets|dst|edge_dst)",
         r"(edges|edge_weights?|edge_features)"), 2,
        ("Edges", "EdgeList"), ("edges", "edge_list"), "the edges of the graph",
    ),
    _Together(
        (r"(F|A|transition)", r"(H|C|observation)", r"(q_diag|Q)", r"(r_diag|R)"), 3,
        ("LinearModel", "StateSpace"), ("model", "system"), "the model", frozenset({"dynamics"}),
    ),
    _Together((r"forces?", r"torques?"), 2, ("Wrench", "Load"), ("wrench", "loads"), "forces and torques"),
    _Together(
        (r"(mass|masses)", r"(inertia|moment_of_inertia|radius)"), 2, ("Inertia", "BodyParams"), ("inertial", "props"),
        "mass properties", frozenset({"bodies"}),
    ),
    _Together(
        (r"(stiffness|kp)", r"(damping|kd)", r"(home_pose|default_pose)"), 2, ("Gains", "ActuatorParams"),
        ("gains", "actuator"), "gains of the joints", frozenset({"bodies", "dynamics"}),
    ),
    _Together(
        (r"(rewards?|r_t)", r"(dones?|terminals?)", r"(values|v_t|actions|a_t)",
         r"(log_probs|logp|behavior_log_probs)"),
        2, ("Transition", "Trajectory", "Rollout"), ("batch", "traj", "rollout"), "what happened",
        frozenset({"losses", "pipelines"}),
    ),
    _Together((r"(mean|channel_mean)", r"(std|channel_std)"), 2, ("Stats", "Normalization"), ("stats", "norm_stats"),
              "mean and standard deviation of each channel"),
    _Together((r"(a|down|lora_a)", r"(b|up|lora_b)"), 2, ("Adapter", "LoraParams"), ("adapter", "lora"),
              "both factors of the update", frozenset({"utilities"})),
    _Together(
        (r"(weight|weights|w|kernel|proj)", r"(bias|b)", r"(scale|gamma)"), 2, ("Params", "LayerParams"),
        ("params", "layer"), "parameters of the layer",
    ),
)  # fmt: skip
_NOUNS: Mapping[str, tuple[str, ...]] = {
    "optimizers": ("Optimizer", "Update"), "layers": ("Layer", "Model"), "losses": ("Loss",),
    "dynamics": ("Simulation", "Sim"), "bodies": ("Sim", "Physics"), "molecules": ("Simulation", "Sim"),
    "utilities": ("",), "pipelines": ("",), "training": ("Train", "Training"),
    "control": ("Control", "Planner"), "state_filter": ("Filter",), "recurrent_layer": ("Cell", "Rnn"),
    "graph_layer": ("GraphNet", "Gnn"), "image_block": ("Block", "ConvBlock"), "attention_layer": ("Attention",),
    "transformer_block": ("Block", "Transformer"), "embedding": ("Embedding",), "sampling": ("Sampling", "Decoding"),
    "episode_returns": ("Agent", "Advantage"), "batch_preparation": ("Data", "Preprocess"), "grid_step": ("Grid",),
    "integrator": ("Solver",), "scheduled_step": ("Schedule", "Optimizer"),
}  # fmt: skip
"""Nouns for the names of settings classes, by recipe or by category."""
_ENDS = (
    ("Config", ("config", "cfg")), ("Config", ("config", "cfg")), ("Params", ("params", "cfg")),
    ("Options", ("options", "opts")), ("Settings", ("settings", "config")),
)  # fmt: skip


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
            for each in _TOGETHER:
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
        here = [node for node in there if _is_entry(node, name)]
        asked = {key for node in there if (key := _tested_key(node, name)) is not None}
        named = {ast.literal_eval(node.indices[0].text) for node in here}
        if not all(map(_may_be_field, keys | named)) or not named:
            return
        if name in self._bound(besides=(name,)) or not self._is_only_made_of(name, keys):
            return
        whole = sum(node == Name(name) for node in there) - len(here)
        whole -= sum(_tested_key(node, name) is not None for node in there)
        whole -= sum(_assigns(node, name) for node in there)
        if may_be_none:
            whole -= sum(_compares_with_none(node, name) for node in there)
        passed = sum(_passes(each, name) for each in there)
        made = any(_is_made_of(each, keys) for each in there)
        given = any(isinstance(each, Mapping) and set(each) == keys for _, each in parts_of(self.results))
        if whole != (passed if given else 0) or given != bool(made or whole):
            return
        if given and any(_is_any_entry(node, keys) and node not in here for node in there):
            return
        optional = [key for key in tree if key in asked]
        fields = tuple((key, tree[key]) for key in (*(key for key in tree if key not in asked), *optional))
        record = self._record(_camel(name), fields, parameter.description, {*optional}, sorted((named | asked) - keys))

        def read(node: Any) -> Any:
            match node:
                case Subscript(base, (Literal(text),)) if _is_entry(node, name):
                    return Attribute(base, ast.literal_eval(text))
                case Comparison("in" | "not in" as operator, Literal(text), base) if _tested_key(node, name):
                    asking = "is not" if operator == "in" else "is"
                    return Comparison(asking, Attribute(base, ast.literal_eval(text)), Literal("None"))
                case _ if given and _is_made_of(node, keys):
                    return Call(Name(record.name), (), tuple(_made_of(node) or ()))
                case _:
                    return node

        self.body = changed(self.body, read)
        if given:
            self.results = _replaced(self.results, keys, record)
        kind = record.name + (" | None" if parameter.annotation.endswith("None") else "")
        packed = replace(parameter, tree=record, annotation=kind if parameter.annotation else "")
        self.used = [packed if each.name == name else each for each in self.used]

    def _is_only_made_of(self, name: str, keys: set[str]) -> bool:
        """Return whether a variable is only ever assigned a dictionary with these keys."""
        given = [
            node.value for node in nodes(self.body) if isinstance(node, Assign) and name in assigned_in((node,))
        ]  # fmt: skip
        return all(_is_made_of(each, keys) for each in given)

    # ---- arrays

    def _keep_together(self, together: _Together, tested: set[str]) -> None:
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
        ends = _ends(self.body)
        count = len(fields)
        if not ends:
            return
        for start in range(len(results) - count + 1):
            fits = all(
                isinstance(end.value, Display)
                and len(end.value.items) == len(results)
                and all(
                    _is_new(item, key) for item, (key, _) in zip(end.value.items[start:], fields, strict=False)
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

            self.body = _ending(self.body, together)
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
        nouns = _NOUNS.get(recipe, _NOUNS.get(category, ("",)))
        noun = stream.choice(("Potential",) if re.search(r"energy|force|potential|pair", self.title) else nouns)
        end, names = stream.choice(_ENDS)
        kind, name = self.take((f"{noun}{end}",)), self.take(names)
        given = {each.name: value for each in found if (value := _given(each)) is not None}
        usual = [(each.name, each.default) for each in found if is_literal(each.default)]
        whole = given or dict(usual[:1])
        if not whole:
            return
        listed = sorted(found, key=lambda each: each.default is not None)
        rows = tuple((each.name, f"{each.kind}{_with(each.default)}") for each in listed)
        description = f"Settings of the {noun.lower()}" if noun.islower() or noun.istitle() else "Settings"
        docstring = f"{description}." if stream.chance(0.4) else ""
        as_tuple = stream.chance(0.3) and not {each.name for each in found} & _METHODS
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
        if each.name in _OF_A_CALL | _UNUSABLE_NAMES or each.name.startswith("return_") or not each.kind:
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
        match _ends(self.body), results:
            case [Return(Display(items, "()"))], _ if len(items) == len(results) > 1:
                keys = [_field_of(item) for item in items]
            case [Return(Dictionary(listed))], (Mapping() as whole,) if {key for key, _ in listed} == {*whole}:
                keys, items = [key for key, _ in listed], [item for _, item in listed]
                results = tuple(whole[key] for key, _ in listed)
            case _:
                return
        if not all(key is not None and _may_be_field(key) for key in keys) or len(set(keys)) < len(keys):
            return
        fields = tuple((cast("str", key), tree) for key, tree in zip(keys, results, strict=True))
        last = self.title.rpartition("_")[2]
        noun = _camel(last) if len(last) > 3 else ""
        record = self._record(f"{noun}{stream.choice(('Result', 'Output', 'Outputs'))}", fields, "what it gives")
        made = Call(Name(record.name), (), tuple((key, item) for (key, _), item in zip(fields, items, strict=True)))
        self.body = _ending(self.body, lambda _: made)
        self.results = (record,)

    # ---- all of them

    def _bound(self, besides: tuple[str, ...] = ()) -> set[str]:
        """Return the names that the function and its inner functions bind, except ``besides``."""
        return assigned_in(self.body) - {*besides} | bound_inside(self.body)

    def _read(self, name: str, fields: Sequence[str], *, by_name: bool) -> None:
        """Change the body to read the fields of a packed parameter in place of former parameters."""
        crowded = any(
            len(_read_in(each, fields)) > _MOST_FIELDS_IN_LAMBDA
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
                    return Slice(*(_in_text(each, name, fields) for each in (low, high, step)))
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
        plain = stream.chance(0.7) and not {key for key, _ in rows} & _METHODS
        marks, bases = ((), ("NamedTuple",)) if plain else (_REGISTERED, ())
        self.classes.append(Class(kind, rows, marks, bases, docstring))
        return Record(kind, fields)


def _is_entry(node: Any, name: str) -> bool:
    match node:
        case Subscript(Name(base), (Literal(text),)):
            return base == name and text[:1] in ("'", '"')
        case _:
            return False


def _is_any_entry(node: Any, keys: set[str]) -> bool:
    match node:
        case Subscript(_, (Literal(text),)):
            return text[:1] in ("'", '"') and ast.literal_eval(text) in keys
        case _:
            return False


def _tested_key(node: Any, name: str) -> str | None:
    """Return the key whose presence in a dictionary is tested, if the node is such a test."""
    match node:
        case Comparison("in" | "not in", Literal(text), Name(base)) if base == name and text[:1] in ("'", '"'):
            return ast.literal_eval(text)
        case _:
            return None


def _compares_with_none(node: Any, name: str) -> bool:
    match node:
        case Comparison("is" | "is not", Name(other), Literal("None")):
            return other == name
        case _:
            return False


def _assigns(node: Any, name: str) -> bool:
    match node:
        case Assign(Name(other), _, ""):
            return other == name
        case _:
            return False


def _made_of(node: Any) -> Sequence[tuple[str, Any]] | None:
    """Return the entries of a dictionary display or of a call of ``dict``; None for any other node."""
    match node:
        case Dictionary(listed):
            return listed
        case Call(Name("dict"), (), listed) if listed:
            return listed
        case _:
            return None


def _is_made_of(node: Any, keys: set[str]) -> bool:
    """Return whether a node is a dictionary with exactly these keys."""
    listed = _made_of(node)
    return listed is not None and {key for key, _ in listed} == keys


def _passes(node: Any, name: str) -> int:
    """Return the number of places at which a statement passes a variable on unchanged.

    There it assigns or returns the variable, alone, as an item of a tuple, or as a case of a conditional expression.
    """
    match node:
        case Assign(Name(), Name(other), ""):
            return int(other == name)
        case Assign(_, Display(items), "") | Return(Display(items)):
            return sum(each == Name(name) for each in items)
        case Return(Name(other)):
            return int(other == name)
        case Assign(Name(), Conditional(_, first, second), ""):
            return (first == Name(name)) + (second == Name(name))
        case _:
            return 0


def _replaced(tree: Tree, keys: set[str], record: Record) -> Tree:
    if not isinstance(tree, tuple):
        return tree
    return tuple(
        record if isinstance(part, Mapping) and set(part) == keys and part == dict(record.fields)
        else Record(record.name, tuple((key, part[key]) for key, _ in record.fields))
        if isinstance(part, Mapping) and set(part) == keys else part
        for part in tree
    )  # fmt: skip


def _may_be_field(key: str) -> bool:
    """Return whether an entry or a result may be a field of this name."""
    return key.isidentifier() and key not in _UNUSABLE_NAMES


def _is_new(item: Any, key: str) -> bool:
    """Return whether a result is the new value of a field."""
    return isinstance(item, Name) and re.fullmatch(rf"(new_|next_)?{key}(_new|_next|_out)?", item.id) is not None


def _field_of(item: Any) -> str | None:
    """Return the name of a field for a result, or None if it has none."""
    match item:
        case Name(name) if name.isidentifier() and not name.startswith("_"):
            plain = name.removeprefix("new_").removeprefix("next_").rstrip("0123456789_")
            return "output" if plain == "out" else plain or None
        case _:
            return None


def _ends(body: Body) -> list[Return]:
    """Return the return statements of a function, except those of inner functions."""
    found: list[Return] = []
    for each in body:
        match each:
            case Return():
                found.append(each)
            case If(_, inner, orelse):
                found += [*_ends(inner), *_ends(orelse)]
            case For(_, _, inner):
                found += _ends(inner)
            case _:
                pass
    return found


def _ending(body: Body, change: Callable[[Any], Any]) -> Body:
    """Return a body in which each returned value is changed."""
    made: list[Statement] = []
    for each in body:
        match each:
            case Return(value):
                made.append(Return(change(value)))
            case If(test, inner, orelse):
                made.append(If(test, _ending(inner, change), _ending(orelse, change)))
            case For(target, iterable, inner):
                made.append(For(target, iterable, _ending(inner, change)))
            case _:
                made.append(each)
    return tuple(made)


def is_literal(text: str | None) -> bool:
    """Return whether the source of an expression is a number, a boolean or a string."""
    try:
        return isinstance(ast.literal_eval(text or ""), int | float | str)
    except (SyntaxError, ValueError):
        return False


def _given(each: Parameter) -> str | None:
    if each.tree is not None:
        return each.usual
    return each.given


def _with(default: str | None) -> str:
    return "" if default is None else f" = {default}"


def _read_in(node: Any, fields: Sequence[str]) -> set[str]:
    """Return the fields that a node reads."""
    return {each.id for each in nodes(node) if isinstance(each, Name)} & {*fields}


def _in_text(text: str, name: str, fields: Sequence[str]) -> str:
    def read(found: re.Match[str]) -> str:
        return f"{name}.{found[0]}" if found[0] in fields else found[0]

    return re.sub(r"(?<![\w.])[A-Za-z_]\w*", read, text)


def _camel(name: str) -> str:
    return "".join(each[:1].upper() + each[1:] for each in name.split("_"))
