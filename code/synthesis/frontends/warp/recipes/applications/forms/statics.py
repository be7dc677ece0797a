"""What a kernel's text is made with: branches of a constant, vectors that are made once."""

import ast

from synthesis.frontends.warp.recipes.applications.forms.sheet import Sheet, blocks_of, parse_expression
from synthesis.grammar.streams import Stream

_BRANCHES, _VECTORS = 0.06, 0.06
"""How often a kernel has a branch of a constant, and how often vectors of plain numbers are made once."""
_TESTS = (("True", "{}"), ("True", "{}"), ("False", "not {}"))
"""What such a constant is, and how it is asked for; it always holds."""
_NAMES = {
    True: ("USE_EXTRA_TERM", "FULL_MODEL", "HIGH_QUALITY", "WITH_CORRECTION"),
    False: ("STORE_RESULT", "WRITE_OUTPUT", "TRACK_STATE", "COLLECT_STATS"),
}
"""What a constant is called that a term depends on, and one that says whether something is written."""
_KEY = "STATIC_SWITCH"
_VECTOR_TYPES = frozenset({"vec2", "vec3", "vec4", "quat", "spatial_vector"})


def resolve(sheet: Sheet, choices: Stream) -> None:
    """Let some of a kernel depend on what is known when its text is made."""
    _branch(sheet, choices)
    if choices.chance(_VECTORS):
        sheet.body = [_Making().visit(each) for each in sheet.body]


def _branch(sheet: Sheet, choices: Stream) -> None:
    places = [
        (block, place)
        for block in blocks_of(sheet.body)
        for place, statement in enumerate(block)
        if _changes_only(statement) and sum(map(_changes_only, block)) == 1
    ]
    if not places or not choices.chance(_BRANCHES):
        return
    block, place = choices.choice(places)
    value, test = choices.choice(_TESTS)
    sheet.constants[_KEY] = (_NAMES[isinstance(block[place], ast.AugAssign)], value)
    block[place] = ast.If(parse_expression(f"wp.static({test.format(_KEY)})"), [block[place]], [])


def _changes_only(statement: ast.stmt) -> bool:
    """Whether a statement adds to something, or writes an element, and names nothing new."""
    match statement:
        case ast.AugAssign() | ast.Assign(targets=[ast.Subscript()]):
            return True
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr=name))):
            return name.startswith("atomic_")
        case _:
            return False


class _Making(ast.NodeTransformer):
    """Makes vectors of plain numbers once, but for those that are given to a variable, which may change later."""

    def visit_Assign(self, node: ast.Assign) -> ast.stmt:
        match node:
            case ast.Assign(targets=[ast.Name()], value=ast.Call() as call) if _is_plain(call):
                return node
            case _:
                return ast.Assign(node.targets, self.visit(node.value))

    def visit_Call(self, node: ast.Call) -> ast.expr:
        if _is_plain(node):
            return ast.Call(parse_expression("wp.static"), [node], [])
        return ast.Call(node.func, [self.visit(each) for each in node.args], node.keywords)


def _is_plain(node: ast.Call) -> bool:
    """Whether a call makes a vector of numbers that the text says."""
    match node:
        case ast.Call(func=ast.Attribute(value=ast.Name(id="wp"), attr=name), args=[_, *_] as arguments):
            numbers = (each.operand if isinstance(each, ast.UnaryOp) else each for each in arguments)
            return name in _VECTOR_TYPES and all(isinstance(each, ast.Constant) for each in numbers)
        case _:
            return False
