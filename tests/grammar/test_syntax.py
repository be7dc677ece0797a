"""Rendered expressions mean what the tree says: Python parses them back to the same tree."""

import ast

from hypothesis import given
from hypothesis import strategies as st

from synthesis.drawing.rendering import render, render_block
from synthesis.drawing.syntax import (
    Assign,
    Attribute,
    Call,
    Class,
    Comment,
    Comparison,
    Comprehension,
    Conditional,
    Dictionary,
    Display,
    Evaluate,
    Expression,
    For,
    FormattedText,
    Function,
    If,
    Infix,
    Jump,
    Lambda,
    Literal,
    Name,
    Negation,
    Return,
    Slice,
    Starred,
    Subscript,
    While,
    assigned,
    names,
    reads,
    rename,
    rename_all,
    size,
    walk,
)

IDENTIFIERS = st.sampled_from(["a", "b", "c", "x1"])
LEAVES = st.one_of(IDENTIFIERS.map(Name), st.sampled_from(["1", "2.5", "0.25"]).map(Literal))


def branches(inner: st.SearchStrategy[Expression]) -> st.SearchStrategy[Expression]:
    several = st.lists(inner, max_size=3).map(tuple)
    return st.one_of(
        st.builds(Infix, st.sampled_from(["+", "-", "*", "/", "@", "**", "%", "//"]), inner, inner),
        st.builds(Negation, inner),
        st.builds(Comparison, st.sampled_from(["<", ">=", "=="]), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Call, IDENTIFIERS.map(Name), several),
        st.builds(Attribute, IDENTIFIERS.map(Name), IDENTIFIERS),
        st.builds(Subscript, inner, st.lists(inner, min_size=1, max_size=2).map(tuple)),
        st.builds(Display, several, st.sampled_from(["()", "[]"])),
        st.builds(Display, st.tuples(st.builds(Starred, inner)), st.just("[]")),
        st.builds(FormattedText, st.tuples(st.just("of "), IDENTIFIERS.map(Name))),
        st.builds(Comprehension, inner, IDENTIFIERS.map(Name), IDENTIFIERS.map(Name), st.tuples()),
        st.builds(Lambda, st.just(("p", "q")), inner),
        st.builds(Dictionary, st.lists(st.tuples(IDENTIFIERS, inner), max_size=3).map(tuple)),
    )


EXPRESSIONS = st.recursive(LEAVES, branches, max_leaves=12)


def grouped(node: Expression) -> str:
    """The tree written with a bracket around everything, so that precedence plays no part."""
    match node:
        case Name(id):
            return id
        case Literal(text):
            return text
        case Infix(operator, left, right) | Comparison(operator, left, right):
            return f"(({grouped(left)}) {operator} ({grouped(right)}))"
        case Negation(operand):
            return f"(-({grouped(operand)}))"
        case Conditional(test, body, orelse):
            return f"(({grouped(body)}) if ({grouped(test)}) else ({grouped(orelse)}))"
        case Call(function, arguments):
            return f"({grouped(function)})({', '.join(f'({grouped(each)})' for each in arguments)})"
        case Attribute(base, name):
            return f"({grouped(base)}).{name}"
        case Subscript(base, indices):
            return f"({grouped(base)})[{', '.join(f'({grouped(each)})' for each in indices)}]"
        case Display((Starred() as item,)):
            return f"[{grouped(item)}]"
        case Display(items, brackets):
            return brackets[0] + "".join(f"({grouped(each)})," for each in items) + brackets[1]
        case Dictionary(entries):
            return "{" + "".join(f"'{key}': ({grouped(value)})," for key, value in entries) + "}"
        case Lambda(parameters, body):
            return f"(lambda {', '.join(parameters)}: ({grouped(body)}))"
        case Starred(value, stars):
            return f"{stars}({grouped(value)})"
        case Comprehension(element, target, iterable):
            return f"[({grouped(element)}) for {grouped(target)} in ({grouped(iterable)})]"
        case FormattedText() | Slice():
            return render(node)


@given(EXPRESSIONS)
def test_rendering_keeps_the_tree(node: Expression) -> None:
    assert ast.dump(ast.parse(render(node), mode="eval")) == ast.dump(ast.parse(grouped(node), mode="eval"))


@given(EXPRESSIONS)
def test_names_are_those_that_python_sees(node: Expression) -> None:
    parsed = ast.walk(ast.parse(render(node), mode="eval"))
    assert sorted(names(node)) == sorted(each.id for each in parsed if isinstance(each, ast.Name))


def test_blocks_nest_and_chains_of_conditions_use_elif() -> None:
    inner = If(Comparison("<", Name("x"), Name("lo")), (Assign(Name("x"), Name("lo")),))
    chain = If(Comparison(">", Name("x"), Name("hi")), (Assign(Name("x"), Name("hi")),), (inner,))
    loop = For("i", Call(Name("range"), (Literal("3"),)), (chain, Assign(Name("s"), Name("x"), "+")))
    function = Function("f", (("x", "float"), ("lo", ""), ("hi", "")), (loop, Return(Name("s"))), ("wp.func",))
    assert render_block((function,)) == [
        "@wp.func",
        "def f(x: float, lo, hi):",
        "    for i in range(3):",
        "        if x > hi:",
        "            x = hi",
        "        elif x < lo:",
        "            x = lo",
        "        s += x",
        "    return s",
    ]


LONG = {name: f"{name}_of_all_the_elements" for name in ("a", "b", "c", "x1")}


@given(EXPRESSIONS, st.integers(0, 8))
def test_lines_that_are_broken_mean_the_same(node: Expression, indent: int) -> None:
    long = rename(node, LONG)
    body = (Assign(Name("x1"), long), If(long, (Evaluate(long), While(long, (Return(long),)))), For("i", long, ()))
    function = Function("f", (), body)
    for _ in range(indent):
        function = Function("f", (), (function,))
    module = ast.parse("\n".join([*render_block((function,)), "    " * indent + "        pass"]))
    stack = [node for node in ast.walk(module) if isinstance(node, ast.FunctionDef)]
    assign, branch, loop = stack[-1].body
    assert isinstance(branch, ast.If)
    effect, again = branch.body
    assert isinstance(again, ast.While)
    found = [getattr(assign, "value", None), branch.test, getattr(effect, "value", None), again.test]
    found += [getattr(again.body[0], "value", None), getattr(loop, "iter", None)]
    assert {ast.dump(each) for each in found if each is not None} == {
        ast.dump(ast.parse(grouped(long), mode="eval").body)
    }
    assert None not in found


def test_a_long_line_is_broken_where_a_formatter_breaks_it() -> None:
    product = Infix("*", Name("weight_of_this_thread"), Call(Name("wp.sin"), (Name("angle_of_this_thread"),)))
    call = Call(Name("wp.lerp"), (product, Infix("+", product, product), Literal("0.5")))
    total = Infix("-", Infix("+", call, product), product)
    assert render_block((Assign(Name("s"), total),)) == [
        "s = (",
        "    wp.lerp(",
        "        weight_of_this_thread * wp.sin(angle_of_this_thread),",
        "        weight_of_this_thread * wp.sin(angle_of_this_thread)",
        "        + weight_of_this_thread * wp.sin(angle_of_this_thread),",
        "        0.5,",
        "    )",
        "    + weight_of_this_thread * wp.sin(angle_of_this_thread)",
        "    - weight_of_this_thread * wp.sin(angle_of_this_thread)",
        ")",
    ]


def test_an_element_that_does_not_fit_beside_its_target_stands_in_brackets() -> None:
    place = Subscript(Name("effective_mass_of_the_constraints_before"), (Name("world_id"), Name("constraint_id")))
    new = Subscript(Name("effective_mass_of_the_constraints_now"), (Name("world_id"), Name("constraint_id")))
    assert render_block((Assign(place, new),), indent=1) == [
        "    effective_mass_of_the_constraints_before[world_id, constraint_id] = (",
        "        effective_mass_of_the_constraints_now[world_id, constraint_id]",
        "    )",
    ]
    short = Subscript(Name("mass"), (Name("world_id"),))
    assert render_block((Assign(short, short),)) == ["mass[world_id] = mass[world_id]"]


def test_reads_leaves_out_what_is_only_assigned() -> None:
    block = (Assign(Name("t"), Name("x")), Assign(Subscript(Name("out"), (Name("i"),)), Name("t")))
    assert set(reads(block)) == {"x", "t", "out", "i"}
    assert "t" not in set(reads(block[:1]))


def test_a_long_signature_is_written_one_parameter_a_line() -> None:
    parameters = tuple((f"argument_{number}", "wp.array(dtype=float)") for number in range(4))
    lines = render_block((Function("kernel", parameters, (Return(),)),))
    assert lines[0] == "def kernel("
    assert lines[1] == "    argument_0: wp.array(dtype=float),"
    assert lines[5] == "):"


def test_a_comment_without_text_is_an_empty_line() -> None:
    body = (Assign(Name("a"), Name("x")), Comment(""), Return(Name("a")))
    assert render_block((Function("f", (("x", ""),), body),)) == ["def f(x):", "    a = x", "", "    return a"]


def test_a_docstring_of_several_lines_ends_on_a_line_of_its_own() -> None:
    function = Function("f", (("x", ""),), (Return(Name("x")),), docstring="Gives x.\n\nArgs:\n    x: Input.")
    assert render_block((function,)) == [
        "def f(x):",
        '    """Gives x.',
        "",
        "    Args:",
        "        x: Input.",
        '    """',
        "    return x",
    ]


@given(EXPRESSIONS)
def test_renaming_changes_names_alone(node: Expression) -> None:
    renames = {name: f"{name}_new" for name in names(node)}
    changed = rename(node, renames)
    assert list(names(changed)) == [renames[name] for name in names(node)]
    assert rename(changed, {new: old for old, new in renames.items()}) == node
    assert sum(1 for _ in walk(node)) == size(node)


@given(EXPRESSIONS)
def test_renaming_reaches_every_statement(node: Expression) -> None:
    inner = (Assign(Name("t"), node), Evaluate(node), Comment("x"), Return(node), Jump("break"))
    loop = For("j", node, (While(node, inner), If(node, inner, (Return(),))))
    block = (Class("S", (("x", "int"),)), Function("f", (("x", "int"), ("y", "")), (loop,), returns="int"))
    renames = {name: f"{name}_new" for name in ("t", *names(node))}
    changed = rename_all(block, renames, "wp.{}".format)
    assert list(reads(changed)) == [renames[name] for name in reads(block)]
    assert set(assigned(changed[1].body if isinstance(changed[1], Function) else ())) == {"t_new"}
    back = {new: old for old, new in renames.items()}
    assert rename_all(changed, back, lambda annotation: annotation.removeprefix("wp.")) == block
    assert "\n".join(render_block(changed)).count("wp.int") == 3


def test_assigned_are_the_names_that_get_a_value_by_themselves() -> None:
    loop = For(
        "j", Call(Name("range"), (Literal("3"),)), (Assign(Name("t"), Name("x")), Assign(Name("s"), Name("t"), "+"))
    )
    block = (loop, Assign(Subscript(Name("out"), (Name("i"),)), Name("s")), Assign(Name("u"), Name("s")))
    assert list(assigned(block)) == ["t", "u"]
