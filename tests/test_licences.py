"""Licences: normalised SPDX identifiers of declared licences, and allow-lists."""

import pytest

from synthesis.core.errors import ConfigError
from synthesis.core.licences import PERMISSIVE, check_expression, check_licences, declared_licence, is_allowed


@pytest.mark.parametrize(
    ("expression", "text", "classifiers", "licence"),
    [
        ("apache-2.0", None, [], "Apache-2.0"),
        ("LicenseRef-NVIDIA", None, [], "LicenseRef-NVIDIA"),
        (None, "Apache License, Version 2.0", [], "Apache-2.0"),
        (None, "3-Clause BSD License", [], "BSD-3-Clause"),
        (None, "MIT License\n\nPermission is hereby granted", [], "MIT"),
        (
            None,
            "\n   Apache License\n   Version 2.0, January 2004\n   http://www.apache.org/licenses/",
            [],
            "Apache-2.0",
        ),
        (None, "Apache License\nVersion 1.1", [], "Apache License"),
        (None, "", ["License :: OSI Approved :: MIT License", "Topic :: Games"], "MIT"),
        (None, "BSD", ["License :: OSI Approved :: BSD License"], "BSD"),
        (None, None, ["License :: OSI Approved :: MIT License", "License :: OSI Approved :: BSD License"], "unknown"),
        (None, None, [], "unknown"),
    ],
)
def test_what_is_declared_comes_to_one_form(
    expression: str | None, text: str | None, classifiers: list[str], licence: str
) -> None:
    assert declared_licence(expression, text, classifiers) == licence


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("mit", True),
        ("GPL-3.0-only", False),
        ("MIT OR GPL-3.0-only", True),
        ("MIT AND GPL-3.0-only", False),
        ("Apache-2.0 AND (GPL-2.0-only OR ISC)", True),
        ("Apache-2.0 WITH LLVM-exception", True),
        ("GPL-2.0-only WITH Classpath-exception-2.0", False),
        ("BSD", False),
        ("unknown", False),
        ("", False),
        ("(MIT", False),
    ],
)
def test_an_allow_list_lets_through_what_can_be_kept_to(licence: str, allowed: bool) -> None:
    assert is_allowed(licence, PERMISSIVE) is allowed


def test_an_allow_list_is_of_names_that_there_are() -> None:
    check_licences(PERMISSIVE)
    for name in ("free", "MIT OR ISC", ""):
        with pytest.raises(ConfigError, match="is not an SPDX identifier"):
            check_licences([name])


def test_a_stated_licence_is_an_expression_of_known_licences() -> None:
    check_expression("own_licence", "MIT OR Apache-2.0")
    for licence in ("free", "MIT OR", ""):
        with pytest.raises(ConfigError, match=r"own_licence: .* is not an SPDX licence expression"):
            check_expression("own_licence", licence)
