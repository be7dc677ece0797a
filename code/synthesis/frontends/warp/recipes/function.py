"""Functions and structs: helpers that call helpers, overloads, several results, and structs in arrays and by value."""

from operator import itemgetter

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Argument, Domain
from synthesis.drawing.drafting import Helper
from synthesis.drawing.naming import NameBook
from synthesis.drawing.operations import Term
from synthesis.drawing.scopes import DrawError, FunctionScope, give_name, typical_domain
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Class,
    Comparison,
    Display,
    Expression,
    If,
    Infix,
    Literal,
    Name,
    Return,
    Subscript,
)
from synthesis.drawing.types import Type
from synthesis.drawing.weaving import Weaver
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.ops import LINEAR, SCALAR, VECTOR
from synthesis.frontends.warp.recipes.drafting import Draft
from synthesis.frontends.warp.spelling import array_annotation, value_annotation

_NUMBER, _VEC = Type("float32"), Type("float32", (3,))
_SCALARS = tuple(SCALAR[name] for name in ("add", "sub", "mul", "sin", "cos", "exp", "tanh", "sqrt"))
_OPERATIONS = (*_SCALARS, *LINEAR.values(), VECTOR["dot"], VECTOR["length"], VECTOR["cw_mul"], VECTOR["cross"])


def _begin(stream: Stream, kinds: tuple[Type, ...], most: int = 2) -> tuple[Stream, Draft, list[Term]]:
    """Return the stream of random choices, the draft, and one to ``most`` named terms of the first of the types."""
    choices = stream.child("shape")
    draft = Draft(stream, kinds, rank=stream.child("rank").weighted([(1, 0.85), (2, 0.15)]))
    terms = draft.leaves(choices.integer(1, most), types=kinds[:1])
    return choices, draft, [give_name(draft, term) for term in terms]


def _finish(stream: Stream, draft: Draft, terms: list[Term], recipe: str, target: str, summary: str) -> KernelSpec:
    choices = stream.child("end")
    weaver = Weaver(draft, stream.child("weave"), _OPERATIONS, max_fresh=choices.integer(0, 1))
    result = weaver.weave(terms, steps=choices.integer(0, 2))
    draft.store(result)
    category = "struct" if recipe in ("records", "parameters") else "function"
    return draft.finish(category=category, recipe=recipe, summary=summary, ops=result.ops | {target})


def _draw_nested(stream: Stream, target: str) -> KernelSpec:
    """Draw a helper that calls another one, which the kernel may call too."""
    kinds = (_NUMBER,) if stream.child("kind").chance(0.6) else (_VEC, _NUMBER)
    choices, draft, terms = _begin(stream, kinds)
    inner_name, outer_name = draft.book.title(), draft.book.title()
    operations = _SCALARS if kinds[0] == _NUMBER else _OPERATIONS
    inner = Helper(draft, stream.child("helper", "inner"), operations)
    first = inner.add_parameter(terms[0])
    inside = inner.weaver.weave([first], steps=choices.integer(1, 3), goal=terms[0].type)
    inner.finish(inner_name, inside)
    outer = Helper(draft, stream.child("helper", "outer"), operations)
    parameters = [outer.add_parameter(term) for term in terms]
    called = Term(Call(Name(inner_name), (parameters[0].node,)), inside.type, inside.interval, inside.ops, inside.depth)
    result = outer.weaver.weave([outer.scope.keep(called), *parameters[1:]], steps=choices.integer(0, 2))
    outer.finish(outer_name, result)
    node = Call(Name(outer_name), tuple(term.node for term in terms))
    made = [Term(node, result.type, result.interval, result.ops, result.depth, summands=result.summands)]
    if target == "reused":
        # The second use is scaled, because the unscaled value might cancel with the one inside the other function.
        part = choices.integer(3, 9) / 10
        again = Infix("*", Literal(f"{part}"), Call(Name(inner_name), (terms[0].node,)))
        bounds = Domain(low=inside.interval.low * part, high=inside.interval.high * part)
        made.append(draft.keep(Term(again, inside.type, bounds, inside.ops, inside.depth)))
    return _finish(stream, draft, made, "nested", target, "Nested function calls")


def _draw_overloaded(stream: Stream, target: str) -> KernelSpec:
    """Draw two functions with the same name, one for numbers and one for vectors."""
    choices, draft, terms = _begin(stream, (_VEC, _NUMBER), most=1)
    number = draft.read(_NUMBER, typical_domain(choices, _NUMBER), draft.sites[0][0])
    name = draft.book.title()
    made: list[Term] = []
    for label, operand in (("number", number), ("vector", terms[0])):
        helper = Helper(draft, stream.child("helper", label), _SCALARS if label == "number" else _OPERATIONS)
        result = helper.weaver.weave([helper.add_parameter(operand)], steps=choices.integer(1, 3))
        helper.finish(name, result)
        node = Call(Name(name), (operand.node,))
        made.append(Term(node, result.type, result.interval, result.ops, result.depth))
    return _finish(stream, draft, made, "overloaded", target, "Function overloaded for numbers and vectors")


def _draw_several(stream: Stream, target: str) -> KernelSpec:
    """Draw a function that returns two values, or that may return early."""
    choices, draft, terms = _begin(stream, (_NUMBER,))
    name = draft.book.title()
    helper = Helper(draft, stream.child("helper", "several"), _SCALARS)
    parameters = [helper.add_parameter(term) for term in terms]
    if target == "early_return":
        subject = parameters[0]
        low, width = subject.interval.low, subject.interval.width
        edge = draft.literal(round(low + choices.choice((0.35, 0.5, 0.65)) * width, 2), "float32")
        side = FunctionScope(draft.literal, NameBook(stream.child("side")))
        early = Weaver(side, stream.child("early"), _SCALARS, max_fresh=0).weave([subject], steps=choices.integer(1, 2))
        if side.statements:
            raise DrawError("an early result that takes statements")
        test = Comparison(choices.choice(("<", ">")), subject.node, edge.node)
        helper.scope.statements.append(If(test, (Return(early.node),)))
        result = helper.weaver.weave(parameters, steps=choices.integer(1, 3))
        helper.finish(name, result)
        bounds = Domain(
            low=min(result.interval.low, early.interval.low), high=max(result.interval.high, early.interval.high)
        )
        node = Call(Name(name), tuple(term.node for term in terms))
        made = [Term(node, _NUMBER, bounds, result.ops | early.ops, 3)]
        return _finish(stream, draft, made, "several", target, "Function with an early return")
    first = helper.weaver.weave(parameters, steps=choices.integer(1, 2))
    second = helper.weaver.weave(parameters[::-1], steps=choices.integer(1, 3))
    if first.node == second.node:
        raise DrawError("two results that are one")
    helper.finish(name, first, second)
    names = [
        draft.book.take(("lo", "first", "c", "left_part", "u0")),
        draft.book.take(("hi", "second", "d2", "right_part", "u1")),
    ]
    call_node = Call(Name(name), tuple(term.node for term in terms))
    draft.add(Assign(Display(tuple(map(Name, names))), call_node))
    pair = zip(names, (first, second), strict=True)
    # The results share summands, which would cancel in a difference.
    shared = frozenset[Expression]({call_node})
    made = [
        Term(Name(each), term.type, term.interval, term.ops, term.depth, summands=shared | term.summands)
        for each, term in pair
    ]
    return _finish(stream, draft, made, "several", target, "Function with two return values")


# ---- structs

_STRUCTS = ("Particle", "Body", "State", "Sample", "Node", "Agent", "Cell", "Contact")
_SETTINGS = ("Params", "Settings", "Material", "Config", "Model", "Options")
_FIELDS: tuple[tuple[str, Type, Domain], ...] = (
    ("pos", _VEC, Domain(low=-2.0, high=2.0)),
    ("vel", _VEC, Domain(low=-1.0, high=1.0)),
    ("normal", _VEC, Domain(low=-1.0, high=1.0)),
    ("mass", _NUMBER, Domain(low=0.5, high=2.0)),
    ("radius", _NUMBER, Domain(low=0.1, high=1.0)),
    ("charge", _NUMBER, Domain(low=-1.0, high=1.0)),
    ("density", _NUMBER, Domain(low=0.2, high=3.0)),
    ("stiffness", _NUMBER, Domain(low=0.5, high=2.0)),
    ("damping", _NUMBER, Domain(low=0.1, high=0.9)),
    ("gravity", _VEC, Domain(low=-1.0, high=1.0)),
    ("dt", _NUMBER, Domain(low=0.01, high=0.1)),
    ("scale", _NUMBER, Domain(low=0.5, high=1.5)),
)


def _struct(
    draft: Draft, choices: Stream, names: tuple[str, ...], count: int
) -> tuple[str, list[Argument], dict[str, Type]]:
    """Declare a struct, and return its name, its fields as arguments, and their types by name."""
    title = draft.book.take(names)
    chosen = choices.ranked(_FIELDS, key=itemgetter(0))[:count]
    if all(kind.rank for _, kind, _ in chosen):
        chosen[-1] = _FIELDS[3]
    listed = tuple((name, value_annotation(kind)) for name, kind, _ in chosen)
    draft.declare(Class(title, listed, ("wp.struct",)))
    fields = [
        Argument(name=name, type_name=annotation, dtype=kind.dtype, element=kind.shape, domain=domain)
        for (name, kind, domain), (_, annotation) in zip(chosen, listed, strict=True)
    ]
    return title, fields, {name: kind for name, kind, _ in chosen}


def _members(base: Expression, fields: list[Argument], kinds: dict[str, Type]) -> list[Term]:
    return [
        Term(Attribute(base, field.name), kinds[field.name], field.domain, flat=True)
        for field in fields
        if field.domain is not None
    ]


def _draw_records(stream: Stream, target: str) -> KernelSpec:
    """Draw a kernel that reads the fields of the structs in an array."""
    choices = stream.child("shape")
    draft = Draft(stream, (_NUMBER, _VEC))
    title, fields, kinds = _struct(draft, choices, _STRUCTS, choices.integer(2, 4))
    name = draft.book.take(("particles", "bodies", "items", "states", "records", "nodes", "cells"))
    argument = Argument(
        name=name,
        type_name=array_annotation(title, 1),
        dtype=title,
        shape=draft.threads,
        fields=tuple(fields),
    )
    draft.add_argument(argument)
    element: Expression = Subscript(Name(name), (Name(draft.indices[0]),))
    local = draft.add_local(element, ("p", "body", "item", "rec", "s", "node"))
    members = _members(local, fields, kinds)
    return _finish(stream, draft, members, "records", target, f"Array of structs with {len(fields)} fields")


def _draw_parameters(stream: Stream, target: str) -> KernelSpec:
    """Draw a struct argument whose fields the kernel reads, or that it passes to a function."""
    choices = stream.child("shape")
    draft = Draft(stream, (_NUMBER, _VEC))
    title, fields, kinds = _struct(draft, choices, _SETTINGS, choices.integer(2, 3))
    name = draft.book.take(("params", "settings", "cfg", "material", "model", "opts"))
    draft.add_argument(Argument(name=name, type_name=title, dtype=title, fields=tuple(fields)))
    value = draft.read(_NUMBER, typical_domain(choices, _NUMBER), draft.sites[0][0])
    value = give_name(draft, value)
    if target == "struct_value":
        members = _members(Name(name), fields, kinds)
        return _finish(
            stream,
            draft,
            [value, *members],
            "parameters",
            target,
            "Struct argument with parameters shared by all threads",
        )
    helper = Helper(draft, stream.child("helper", "of struct"), _OPERATIONS)
    own = helper.add_parameter(value)
    handed = draft.book.take(("m", "pr", "conf", "mat"))
    helper.declare(handed, title)
    members = _members(Name(handed), fields, kinds)
    result = helper.weaver.weave([own, *members], steps=choices.integer(0, 2))
    title_of = draft.book.title()
    helper.finish(title_of, result)
    node = Call(Name(title_of), (value.node, Name(name)))
    made = Term(node, result.type, result.interval, result.ops, result.depth)
    return _finish(stream, draft, [made], "parameters", target, "Struct argument passed to a function")


RECIPES = (
    Recipe(name="nested", category="function", targets=("nested", "reused"), draw=_draw_nested),
    Recipe(
        name="overloaded",
        category="function",
        targets=("overloaded",),
        draw=_draw_overloaded,
        difficulties=(1, 2),
    ),
    Recipe(
        name="several",
        category="function",
        targets=("two_results", "early_return"),
        draw=_draw_several,
    ),
    Recipe(name="records", category="struct", targets=("struct_array",), draw=_draw_records, difficulties=(1, 2)),
    Recipe(
        name="parameters",
        category="struct",
        targets=("struct_value", "struct_argument"),
        draw=_draw_parameters,
        difficulties=(1, 2),
    ),
)
