import pytest

from tray_app.core.licenses import license_name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("\n   Apache License\n     Version 2.0, January 2004", "Apache License 2.0"),
        ("Copyright\nPermission is hereby granted, free of charge, to any", "MIT License"),
        ("GNU AFFERO GENERAL PUBLIC LICENSE\n  Version 3, 19 November 2007", "AGPL 3.0"),
        ("GNU LESSER GENERAL PUBLIC LICENSE\n  Version 3", "LGPL 3.0"),
        ("LLAMA 3.2 COMMUNITY LICENSE AGREEMENT\nmore", "Llama 3.2 Community License"),
        ("TERMS OF SERVICE FOR THE AI MODEL", "Terms of Service for the AI Model"),
        ("Gemma Terms of Use \n\nLast modified", "Gemma Terms of Use"),
        (" \n\t\n", ""),
        ("", ""),
    ],
)
def test_licenses_by_the_name_that_people_know(text: str, name: str) -> None:
    assert license_name(text) == name


def test_only_the_beginning_is_looked_at() -> None:
    assert license_name("Mine\n" + "x" * 4000 + "Apache License Version 2.0") == "Mine"
