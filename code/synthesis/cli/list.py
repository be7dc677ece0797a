"""``irsmith list``."""

import json as json_module

from rich.console import Console
from rich.table import Table

from synthesis.cli.options import Flag
from synthesis.cli.tables import plain_console, print_line
from synthesis.frontends.base import Frontend
from synthesis.frontends.registry import frontend_names, get_frontend
from synthesis.views.directions import directions_of


def list_names(frontend: str | None = None, *, json: Flag = False) -> None:
    """List front ends, or the devices, levels, directions, categories and recipes of one.

    Examples:

        irsmith list

        irsmith list warp

    Parameters
    ----------
    frontend: str
        warp, jax or triton.
    json: bool
        Print the lists as JSON.
    """
    console = plain_console()
    if frontend is None:
        names = list(frontend_names())
        console.print(json_module.dumps({"frontends": names}) if json else "\n".join(names))
        return
    chosen = get_frontend(frontend)
    if json:
        console.print(json_module.dumps(_as_json(chosen), indent=2))
        return
    _print(console, chosen)


def _as_json(frontend: Frontend) -> dict[str, object]:
    recipes: dict[str, list[str]] = {category: [] for category in frontend.categories}
    for recipe in frontend.drawer.recipes:
        recipes[recipe.category].append(recipe.name)
    return {
        "frontend": frontend.name,
        "devices": list(frontend.compiler.devices),
        "levels": [level.name for level in frontend.compiler.levels],
        "default_levels": [level.name for level in frontend.choose_levels(None, frontend.compiler.devices[0])],
        "directions": [each.name for each in directions_of(frontend.name)],
        "default_directions": [each.name for each in directions_of(frontend.name) if each.by_default],
        "recipes": recipes,
    }


def _print(console: Console, frontend: Frontend) -> None:
    console.print(f"devices: {', '.join(frontend.compiler.devices)}")
    table = Table(box=None, pad_edge=False)
    for heading in ("level", "language", "device", "default"):
        table.add_column(heading)
    for level in frontend.compiler.levels:
        table.add_row(level.name, level.language.name, level.device or "any", "yes" if level.default else "")
    console.print(table)
    console.print()
    print_line(console, f"directions of an export: {', '.join(each.name for each in directions_of(frontend.name))}")
    console.print()
    table = Table(box=None, pad_edge=False)
    table.add_column("category")
    table.add_column("recipes")
    for category in frontend.categories:
        names = [recipe.name for recipe in frontend.drawer.recipes if recipe.category == category]
        table.add_row(category, ", ".join(names))
    console.print(table)
