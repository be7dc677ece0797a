import pytest
from hypothesis import given
from hypothesis import strategies as st

from synthesis.frontends.warp.texts import clean, clean_lines, clean_tokens, has_word, tokens, words

FRAGMENTS = st.lists(
    st.sampled_from(
        [
            "a",
            "sq_0",
            " ",
            "\n",
            "//",
            "/*",
            "*/",
            '"',
            "'",
            "\\",
            "1.5e-3f",
            "0x1F",
            'R"(',
            ')"',
            "(",
            ";",
            "#line 3",
            '#line 3 "a.py"',
            'extern "C" ',
            "/",
            "{",
        ]
    )
)


@pytest.mark.needs("warp")
@given(FRAGMENTS.map("".join))
def test_tokens_joined_are_the_text(text: str) -> None:
    assert "".join(token for _, token in tokens(text)) == text


@given(FRAGMENTS.map("".join), st.sampled_from([{}, {"sq_0": "cube", "a": "b"}]))
def test_lines_that_need_no_tokens_are_the_same_without_them(text: str, renames: dict[str, str]) -> None:
    assert clean_lines(text, renames) == clean_tokens(text, renames)


@given(FRAGMENTS.map("".join), st.sampled_from(["a", "sq_0", "line", "C"]))
def test_a_word_is_found_where_the_words_are(text: str, word: str) -> None:
    assert has_word(text, word) == (word in words(text))


def test_comments_directives_and_blank_lines_go() -> None:
    text = 'int a; // def f(x):\n\n#line 7 "file.py"\n/* two\nlines */ int b = a /* x */ + 1;\n    // adj: all of it\n'
    assert clean(text, {}) == "int a;\n int b = a  + 1;\n"


def test_a_comment_that_goes_on_over_a_line_end_goes_whole() -> None:
    assert clean("int a; // one \\\n two\nint b;\n", {}) == "int a;\nint b;\n"


def test_strings_are_never_looked_into() -> None:
    line = 'f("// %f sq_0 \\" /* no */", \'"\', R"x(// sq_0\n)x"); sq_0();\n'
    assert clean(line, {"sq_0": "cube_0"}) == line.replace("sq_0();", "cube_0();")


def test_only_whole_identifiers_are_renamed() -> None:
    assert clean("sq_0 + var_sq_0 + sq_01 + adj_sq_0;", {"sq_0": "f"}) == "f + var_sq_0 + sq_01 + adj_sq_0;\n"


def test_words_are_those_outside_strings_and_comments() -> None:
    assert words('struct A { int b; }; // c\nconst char* d = "e";') == {"struct", "A", "int", "b", "const", "char", "d"}
