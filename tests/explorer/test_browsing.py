"""The site in a real browser: what a reader sees, finds, follows and presses."""

import json
import re
import shutil
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect
from sites import Few, Open, Visit

from synthesis.frontends.linemap import runs_of_steps

pytestmark = pytest.mark.xdist_group("explorer")
LEVELS = ("cpp_forward", "cpp_backward", "cuda_forward", "cuda_backward")
SEARCHED = ("kernel_name", "description", "category", "recipe", "ops", "id")
Row = dict[str, Any]


def whole(few: Few) -> Row:
    """The first pair of Warp's with all its levels."""
    return next(row for row in few.rows if all(row.get(level) for level in LEVELS))


def key_of(row: Row) -> str:
    return str(row["metadata"]["id"])[:12]


def pair(few: Few, open_site: Open, rest: str = "", row: Row | None = None) -> Visit:
    visit = open_site(few.site)
    visit.go(f"#/pair/{key_of(row or whole(few))}{rest}")
    return visit


def lines_of(row: Row, level: str) -> dict[int, list[int]]:
    """The lines of a level's text that came from each line of the Python."""
    lines: dict[int, list[int]] = defaultdict(list)
    for python, first, last in runs_of_steps(json.loads(row["metadata"]["line_map"])[level]):
        lines[python] += range(first, last + 1)
    return lines


def runs_in(lines: list[int]) -> list[int]:
    """Where the unbroken runs of lines begin."""
    return [line for line in lines if line - 1 not in lines]


def line_in_pieces(row: Row) -> tuple[int, list[int]]:
    """A line of the Python that two places of the first level came from, and all lines of these."""
    lines = lines_of(row, LEVELS[0])
    return next((python, found) for python, found in sorted(lines.items()) if len(runs_in(found)) == 2)


def marked(page: Page, kind: str, side: str) -> list[int]:
    lines = page.locator(f".pane.{side} .line.{kind}").all()
    return [int(str(line.get_attribute("data-line"))) for line in lines]


def test_the_first_view_counts_everything(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    expect(page.locator(".stat", has_text="rows").first).to_contain_text(str(len(few.rows)))
    for title in (
        "Levels",
        "Growth of different structures",
        "Lengths of texts",
        "Difficulty",
        "Splits",
        "Rejected kernels",
        "Dropped texts",
    ):
        expect(page.locator("figure", has=page.get_by_role("heading", name=title, exact=True))).to_be_visible()


def test_every_plot_has_a_description_and_its_numbers(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go()
    figures = page.locator("figure").all()
    assert len(figures) > 8
    for figure in figures:
        assert figure.locator("svg[role=img]").get_attribute("aria-label")
        figure.locator("summary").click()
        assert figure.locator("tbody tr").count() > 0


def test_a_bar_leads_to_its_rows(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go()
    page.locator("figure", has_text="Difficulty").locator("a.hit").nth(1).click()
    expect(page).to_have_url(re.compile(r"#/pairs\?difficulty=2$"))
    count = sum(row["metadata"]["difficulty"] == 2 for row in few.rows)
    expect(page.locator(".count")).to_have_text(f"{count} of {len(few.rows)} pairs")


@pytest.mark.parametrize("words", ["stencil", "MUL atomic", "score_ro", "no such words"])
def test_the_search_finds_all_rows_with_all_the_words(few: Few, open_site: Open, words: str) -> None:
    page = open_site(few.site).go("#/pairs")
    page.get_by_role("searchbox", name="Search pairs").fill(words)
    wanted = [row["metadata"] for row in few.rows]
    for word in words.lower().split():
        wanted = [each for each in wanted if any(word in str(each[name]).lower() for name in SEARCHED)]
    expect(page.locator(".count")).to_have_text(f"{len(wanted)} of {len(few.rows)} pairs")
    for each in wanted[:3]:
        expect(page.locator(".space .name a", has_text=each["kernel_name"]).first).to_be_visible()


def test_filters_narrow_each_other_and_are_in_the_address(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs")
    page.get_by_role("checkbox", name=re.compile("^jax ")).check()
    expect(page.locator(".count")).to_have_text("24 of 48 pairs")
    page.get_by_role("checkbox", name=re.compile("^2 ")).check()
    count = sum(row["metadata"]["difficulty"] == 2 and row["metadata"]["frontend"] == "jax" for row in few.rows)
    expect(page.locator(".count")).to_have_text(f"{count} of 48 pairs")
    expect(page).to_have_url(re.compile(r"#/pairs\?frontend=jax&difficulty=2$"))
    page.reload()
    expect(page.locator(".count")).to_have_text(f"{count} of 48 pairs")
    page.get_by_role("button", name="Remove Front end jax").click()
    page.get_by_role("button", name="Clear all").click()
    expect(page.locator(".count")).to_have_text("48 pairs")


def test_several_operations_mean_all_of_them(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs?op=add&op=mul")
    count = sum({'"add"', '"mul"'} <= set(re.findall(r'"\w+"', row["metadata"]["ops"])) for row in few.rows)
    assert 0 < count < len(few.rows)
    expect(page.locator(".count")).to_have_text(f"{count} of 48 pairs")


def test_every_filter_of_the_table_is_there(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs")
    titles = page.locator(".facet > summary").all_inner_texts()
    named = {title.splitlines()[0] for title in titles}
    wanted = "Front end, Category, Recipe, Difficulty, Level, Split, Operation, Verified, Gradient, Folder"
    assert named >= set(wanted.split(", "))


def test_a_column_sorts_both_ways(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs")
    lines = sorted(row["python_source"].count("\n") for row in few.rows)
    page.locator(".heads").get_by_role("button", name="Lines").click()
    expect(page.locator(".space .cell.lines").first).to_have_text(str(lines[0]))
    page.locator(".heads").get_by_role("button", name="Lines").click()
    expect(page.locator(".space .cell.lines").first).to_have_text(str(lines[-1]))


def test_a_pair_shows_its_texts_as_they_are(few: Few, open_site: Open) -> None:
    page = pair(few, open_site, "?level=cuda_backward").page
    row = whole(few)
    for side, text in (("py", row["python_source"]), ("ir", row["cuda_backward"])):
        shown = page.locator(f".pane.{side} .line code").all_text_contents()
        assert "\n".join("" if line == "\u200b" else line for line in shown) + "\n" == text
        assert page.locator(f".pane.{side} .c-word").count() > 0


def test_hovering_marks_the_lines_that_belong_together_both_ways(few: Few, open_site: Open) -> None:
    page = pair(few, open_site, "?level=cpp_forward").page
    lines = lines_of(whole(few), "cpp_forward")
    early, *_, late = sorted(lines)
    page.locator(f"#py-{early}").hover()
    assert marked(page, "hot", "py") == [early]
    assert marked(page, "hot", "ir") == lines[early]
    page.locator(f"#ir-{lines[late][0]}").hover()
    assert marked(page, "hot", "py") == [late]
    assert marked(page, "hot", "ir") == lines[late]
    page.locator("h1").hover()
    assert marked(page, "hot", "ir") == []


def test_a_click_keeps_a_line_brings_the_other_side_along_and_is_in_the_address(few: Few, open_site: Open) -> None:
    page = pair(few, open_site, "?level=cpp_forward").page
    python, lines = line_in_pieces(whole(few))
    page.locator(f"#py-{python}").click()
    expect(page).to_have_url(re.compile(rf"\?level=cpp_forward&line=py{python}$"))
    page.locator("h1").hover()
    assert marked(page, "pin", "ir") == lines
    start, other = runs_in(lines)
    for each in (other, start):
        page.locator(".pane.ir header").get_by_role("button", name=re.compile(rf"^{each}\b")).click()
        expect(page.locator(f"#ir-{each}")).to_be_in_viewport()
    page.locator(f"#ir-{start}").click()
    expect(page).to_have_url(re.compile(rf"&line=ir{start}$"))
    assert marked(page, "pin", "py") == [python]
    page.locator(f"#ir-{start}").click()
    assert marked(page, "pin", "py") == []
    expect(page).to_have_url(re.compile(r"\?level=cpp_forward$"))


@pytest.mark.parametrize("last", [False, True])
def test_an_address_holds_a_pair_a_level_and_a_line(few: Few, open_site: Open, last: bool) -> None:
    places = [(line, python) for python, lines in lines_of(whole(few), "cuda_backward").items() for line in lines]
    first, python = max(places) if last else min(place for place in places if place[0] > 40)
    page = pair(few, open_site, f"?level=cuda_backward&line=ir{first}").page
    expect(page.get_by_role("tab", selected=True)).to_contain_text("cuda_backward")
    assert first in marked(page, "pin", "ir")
    assert marked(page, "pin", "py") == [python]
    expect(page.locator(f"#ir-{first}")).to_be_in_viewport()


@pytest.mark.parametrize("hash_", ["#/pair/nothing", "#/pairs?sort=constructor&nonsense=1", "#/nowhere", "#/pair/%"])
def test_an_address_of_nothing_breaks_nothing(few: Few, open_site: Open, hash_: str) -> None:
    page = open_site(few.site).go(hash_)
    expect(page.locator("main")).not_to_be_empty()


def test_a_line_that_there_is_not_is_none(few: Few, open_site: Open) -> None:
    page = pair(few, open_site, "?level=__proto__&line=ir999999").page
    expect(page.get_by_role("tab", selected=True)).to_contain_text("cpp_forward")


def test_each_front_end_s_levels_are_tabs_with_what_was_proved(few: Few, open_site: Open) -> None:
    of_jax = next(row for row in few.rows if row["metadata"]["frontend"] == "jax")
    for row, levels in ((whole(few), 4), (of_jax, 2)):
        page = pair(few, open_site, row=row).page
        assert page.get_by_role("tab").count() == levels
        page.get_by_role("tab").last.click()
        expect(page.get_by_role("tab").last).to_have_attribute("aria-selected", "true")
        proved = page.locator(".card", has_text="What was proved")
        assert proved.locator("tbody td", has_text="verified").count() == levels


def test_a_pair_says_where_it_comes_from_and_how_to_make_it_again(few: Few, open_site: Open) -> None:
    page = pair(few, open_site).page
    metadata = whole(few)["metadata"]
    signature = json.loads(metadata["signature"])
    expect(page.locator(".card", has_text="Where it comes from")).to_contain_text(metadata["structure_hash"])
    expect(page.locator(".card", has_text="Signature").locator("tbody tr")).to_have_count(
        len(signature["arguments"]) + len(signature["results"])
    )
    commands = page.locator(".command code").all_text_contents()
    folder = few.folders[0]
    assert commands == [
        f"irsmith show {folder} --id warp-{metadata['index']}", f"irsmith replay {folder} --id warp-{metadata['index']}"
    ]  # fmt: skip


@pytest.mark.needs("warp")
def test_a_run_shows_inputs_and_outputs_and_others_say_why_not(few: Few, open_site: Open) -> None:
    assert few.rows.index(whole(few)) < 6  # so it is among those that are run
    page = pair(few, open_site).page
    run = page.locator(".card", has=page.get_by_role("heading", name="A run"))
    names = run.locator(".array .strong").all_text_contents()
    arguments = json.loads(whole(few)["metadata"]["signature"])["arguments"]
    given = [each["name"] for each in arguments if each["role"] != "output"]
    assert names == given + [each["name"] for each in arguments if each["role"] != "input"]
    assert len(run.locator(".values").last.inner_text().split()) > 3
    for _ in range(6):
        page.locator("a.step[rel=n]").click()
    expect(page.locator(".card", has_text="A run")).to_contain_text("No run is shown")


def test_the_keyboard_does_all_of_it(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go()
    page.keyboard.press("/")
    search = page.get_by_role("searchbox", name="Search pairs")
    expect(search).to_be_visible()
    page.keyboard.press("/")
    expect(search).to_be_focused()
    page.keyboard.type("warp-free jax nonsense")
    page.keyboard.press("Escape")
    expect(page.locator(".count")).to_have_text("48 pairs")
    page.keyboard.press("Escape")
    for key in ("j", "ArrowDown", "j", "k"):
        page.keyboard.press(key)
    expect(page.locator(".grid.pairs")).to_be_focused()
    expect(page.locator("#pairs-2")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(few.rows[2]["metadata"]["kernel_name"])
    page.keyboard.press("n")
    expect(page.locator("h1")).to_have_text(few.rows[3]["metadata"]["kernel_name"])
    page.keyboard.press("]")
    expect(page.get_by_role("tab", selected=True)).to_contain_text("cpp_backward")
    page.keyboard.press("j")
    for _ in range(30):
        page.keyboard.press("j")
        if marked(page, "hot", "ir"):
            break
    page.keyboard.press("Enter")
    assert marked(page, "pin", "ir")
    page.keyboard.press("Escape")
    assert not marked(page, "pin", "ir")
    page.keyboard.press("Escape")
    expect(page.locator(".grid.pairs")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("r")
    expect(page.locator(".grid.ledger")).to_be_visible()
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keyboard")).to_be_visible()


def test_what_has_the_focus_can_be_seen(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs")
    for _ in range(12):
        page.keyboard.press("Tab")
        outline = page.evaluate("() => getComputedStyle(document.activeElement).outlineStyle")
        assert outline not in ("none", "")


def test_colours_are_the_system_s_until_somebody_chooses(few: Few, open_site: Open) -> None:
    def paper(page: Page) -> str:
        return str(page.evaluate("() => getComputedStyle(document.body).backgroundColor"))

    light, dark = open_site(few.site).go(), open_site(few.site, color_scheme="dark").go()
    assert paper(light) == "rgb(251, 251, 250)"
    assert paper(dark) == "rgb(20, 22, 26)"
    dark.get_by_role("button", name="Light or dark").click()
    assert paper(dark) == paper(light)
    dark.reload()
    assert paper(dark) == paper(light)


@pytest.mark.parametrize("hash_", ["#/", "#/pairs", "#/rejections", "PAIR"])
def test_a_small_screen_has_room_for_all_of_it(few: Few, open_site: Open, hash_: str) -> None:
    visit = open_site(few.site, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = visit.go(hash_.replace("PAIR", f"#/pair/{key_of(whole(few))}"))
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 390
    assert page.get_by_role("link", name="Rejections").is_visible()


def test_a_small_screen_shows_one_text_and_has_a_switch(few: Few, open_site: Open) -> None:
    visit = open_site(few.site, viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = visit.go(f"#/pair/{key_of(whole(few))}")
    expect(page.locator(".pane.py")).to_be_visible()
    expect(page.locator(".pane.ir")).to_be_hidden()
    page.get_by_role("group", name="Text").get_by_role("button", name=LEVELS[0]).click()
    expect(page.locator(".pane.py")).to_be_hidden()
    expect(page.locator(".pane.ir")).to_be_visible()


def test_a_large_screen_shows_both_texts(few: Few, open_site: Open) -> None:
    page = pair(few, open_site).page
    expect(page.locator(".pane.py")).to_be_visible()
    expect(page.locator(".pane.ir")).to_be_visible()
    expect(page.get_by_role("group", name="Text")).to_be_hidden()


def test_long_lines_are_broken_on_demand(few: Few, open_site: Open) -> None:
    page = open_site(few.site, viewport={"width": 900, "height": 900}).go(f"#/pair/{key_of(whole(few))}")
    lines = page.locator(".pane.ir .lines")
    assert lines.evaluate("node => node.scrollWidth > node.clientWidth")
    page.locator(".pane.ir").get_by_role("button", name="Wrap").click()
    assert lines.evaluate("node => node.scrollWidth <= node.clientWidth")
    page.locator(".pane.py").get_by_role("button", name="Wrap").click()
    assert lines.evaluate("node => node.scrollWidth > node.clientWidth")


def test_the_first_view_says_what_made_the_rows(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/")
    made = page.locator(".made")
    expect(made).to_contain_text("warp of seed 0")
    expect(made).to_contain_text(re.compile(r"irsmith \S+ .*jax \S+ .*site of \d{4}-\d\d-\d\d"))


def test_rejected_kernels_and_dropped_texts_are_told_apart(few: Few, open_site: Open) -> None:
    dropped = [each for each in ledger_of(few) if each["level"] is not None]
    page = open_site(few.site).go("#/")
    expect(page.locator(".stat", has_text="kernels rejected")).to_contain_text(
        f"and {len(dropped)} texts of rows dropped"
    )
    page.get_by_role("figure", name="Dropped texts").locator("a").first.click()
    expect(page.locator(".space .row").first).to_be_visible()
    assert "what=text+of+a+row" in page.url
    page = open_site(few.site).go("#/rejections?what=text+of+a+row")
    lacking = {each["index"] for each in dropped}
    expect(page.locator(".count")).to_contain_text(re.compile(rf"^{len(lacking)} (of \d+ )?candidates"))
    page.locator(".space .row").first.click()
    expect(page.locator(".detail .told")).to_have_count(sum(each["index"] == dropped[0]["index"] for each in dropped))


def test_filters_of_a_small_screen_lie_over_the_list(few: Few, open_site: Open) -> None:
    page = open_site(few.site, viewport={"width": 390, "height": 844}).go("#/pairs")
    expect(page.locator(".side")).to_be_hidden()
    page.get_by_role("button", name="Filters").click()
    page.get_by_role("checkbox", name=re.compile("^jax ")).check()
    page.get_by_role("button", name="Show 24").click()
    expect(page.locator(".side")).to_be_hidden()
    expect(page.locator(".space .name a").first).to_be_visible()


def ledger_of(few: Few) -> list[dict[str, Any]]:
    lines = (few.folders[0] / "_irsmith" / "rejections.jsonl").read_text().splitlines()
    return [json.loads(line) for line in lines]


def test_rejections_are_searched_and_told_in_full(few: Few, open_site: Open) -> None:
    ledger = ledger_of(few)
    wrong = [each for each in ledger if each["symptom"] == "wrong_gradient"]
    same = {each["index"] for each in wrong if each["kernel_name"] == wrong[0]["kernel_name"]}
    page = open_site(few.site).go("#/rejections?symptom=wrong_gradient")
    page.get_by_role("searchbox").fill(wrong[0]["kernel_name"])
    expect(page.locator(".count")).to_have_text(f"{len(same)} of {len({each['index'] for each in ledger})} candidates")
    page.locator(".space .row").first.click()
    expect(page.locator(".detail")).to_contain_text(wrong[0]["detail"])
    expect(page.locator(".detail .command code")).to_have_text(
        f"irsmith replay {few.folders[0]} --id warp-{wrong[0]['index']}"
    )


def test_a_pair_without_a_level_leads_to_why(few: Few, open_site: Open) -> None:
    ledger = ledger_of(few)
    row = next(row for row in few.rows if not row.get("cpp_backward"))
    page = pair(few, open_site, row=row).page
    page.get_by_role("link", name="Why a level is absent").click()
    expect(page.locator(".count")).to_have_text(f"1 of {len({each['index'] for each in ledger})} candidates")
    page.locator(".space .row").first.click()
    for each in ledger:
        if each["index"] == row["metadata"]["index"]:
            expect(page.locator(".detail")).to_contain_text(each["detail"])


def test_an_address_may_have_a_row_s_short_id(few: Few, open_site: Open) -> None:
    metadata = whole(few)["metadata"]
    short = f"warp-{metadata['index']}"
    page = open_site(few.site).go(f"#/pair/{short}")
    expect(page.locator(".facts")).to_contain_text([metadata["id"]])
    page = open_site(few.site).go(f"#/pairs?q={short}")
    expect(page.locator(".space .name", has_text=metadata["kernel_name"])).to_be_visible()


def test_levels_have_letters_of_their_own_and_their_names_on_hover(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs?frontend=warp")
    marks = page.locator(".space .row").first.locator(".marks i")
    assert marks.all_inner_texts() == ["cpf", "cpb", "cuf", "cub"]
    assert re.match("cpp_forward: ", marks.first.get_attribute("title") or "")


def test_the_list_is_where_it_was_left(few: Few, open_site: Open) -> None:
    page = open_site(few.site).go("#/pairs")
    page.locator(".grid.pairs").evaluate("grid => grid.scrollTop = 900")
    page.locator("#pairs-20").click()
    expect(page.locator("h1.code")).to_be_visible()
    page.go_back()
    expect(page.locator("#pairs-20")).to_be_in_viewport()


def test_a_server_serves_it_too(served: str, open_site: Open) -> None:
    visit = open_site(served)
    page = visit.go("#/pairs?frontend=jax")
    expect(page.locator(".count")).to_have_text("24 of 48 pairs")
    page.locator(".space .row").first.click()
    expect(page.locator(".pane .line").first).to_be_visible()


def test_a_file_that_is_gone_is_told_of(few: Few, open_site: Open, tmp_path: Path) -> None:
    site = tmp_path / "site"
    shutil.copytree(few.site, site)
    (site / "data" / "rows-00001.js").unlink()
    visit = open_site(site)
    page = visit.go("#/pairs")
    for key in ("j", "End", "Enter"):
        page.keyboard.press(key)
    expect(page.locator("main")).to_contain_text("data/rows-00001.js is missing")
    assert [each for each in visit.complaints if "ERR_FILE_NOT_FOUND" not in each] == []
    visit.complaints.clear()
