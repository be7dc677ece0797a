"""Built-ins with few typical uses. Each is shown in a template with drawn operands. The modules are themes.

To add one, add a :class:`Usage` to ``USAGES`` of a theme's module. For a new recipe, also add what its kernels do to
``SUMMARIES``.
"""

import re
from functools import partial
from inspect import cleandoc

from synthesis.core.records import KernelSpec
from synthesis.core.signatures import Domain
from synthesis.drawing.operations import Term
from synthesis.drawing.streams import Stream
from synthesis.drawing.syntax import Expression, Literal, Name, Subscript
from synthesis.drawing.templates import Hole
from synthesis.frontends.base import Recipe
from synthesis.frontends.warp.recipes.domains.scene import NUMBER, VEC
from synthesis.frontends.warp.recipes.usages import constructors, factors, frames, scalars, tables, triangles
from synthesis.frontends.warp.recipes.usages.base import Given, Usage, UsageScene

_THEMES = (scalars, tables, constructors, frames, factors, triangles)
USAGES: dict[str, Usage] = {name: usage for theme in _THEMES for name, usage in theme.USAGES.items()}
"""The usage of each built-in."""
_SUMMARIES = {recipe: summary for theme in _THEMES for recipe, summary in theme.SUMMARIES.items()}
# Recipes that also have kernels of a few lines, at difficulty 1.
_SHORT = frozenset({"frac", "remainder", "constant"})


def _fill(scene: UsageScene, text: str, name: str, fill: Given) -> Expression:
    """Return the expression for a hole, in a local variable if it is compound and used more than once."""
    node = fill(scene)
    again = len(re.findall(rf"\b{name}\b", text)) > 1
    return scene.draft.add_local(node) if again and not isinstance(node, Name | Subscript | Literal) else node


def _draw(stream: Stream, target: str) -> KernelSpec:
    usage = USAGES[target]
    scene = UsageScene(stream, (NUMBER, VEC) if usage.kind == VEC else (NUMBER,))
    scene.width = 4 if target == "randu" else scene.choices.integer(3, 6)
    i = scene.thread[0]
    text = cleandoc(scene.choices.pick(usage.texts))
    holes: dict[str, Hole] = {name: partial(_fill, scene, text, name, fill) for name, fill in usage.given.items()}
    scene.add(text, i=i, W=Literal(str(scene.width)), **holes)
    made = scene.template.expression(usage.made)
    within = Domain(low=-usage.bound, high=usage.bound)
    if scene.choices.chance(0.75):
        scale = scene.weave_factor()
        made = scene.template.expression("made * scale", made=made, scale=scale)
        within = Domain(low=-8 * usage.bound, high=8 * usage.bound)
    if usage.kind in (NUMBER, VEC) and scene.choices.chance(0.3):
        extra = scene.weave_hole(usage.kind, [], Domain(low=-20.0, high=20.0))
        made = scene.template.expression(scene.choices.choice(("made + extra", "made - extra")), made=made, extra=extra)
        within = Domain(low=within.low - 20.0, high=within.high + 20.0)
    result = Term(made, usage.kind, within, frozenset({target}), 3)
    return scene.finish(result, usage.category, usage.recipe, target, _SUMMARIES[usage.recipe])


def _recipes() -> tuple[Recipe, ...]:
    grouped: dict[tuple[str, str], list[str]] = {}
    for target, usage in USAGES.items():
        grouped.setdefault((usage.category, usage.recipe), []).append(target)
    return tuple(
        Recipe(
            name=recipe,
            category=category,
            targets=tuple(targets),
            draw=_draw,
            wrong_adjoints=tuple(target for target in targets if USAGES[target].wrong_adjoint),
            difficulties=(1, 2) if recipe in _SHORT else (2,),
        )
        for (category, recipe), targets in grouped.items()
    )


RECIPES = _recipes()
