"""The style sheet: contrast of every pair of tokens, no colour elsewhere, nothing foreign."""

import re

import pytest

from audit_portal.look.assets import FOLDER, PARTS, Assets
from audit_portal.look.pages import Pages, is_safe_link

TOKENS = (FOLDER / "styles" / "tokens.css").read_text()
SHEETS = {part: (FOLDER / "styles" / f"{part}.css").read_text() for part in PARTS}
LIGHT, DARK = TOKENS.split("@media")

TEXT_ON = [
    *[("ink", ground) for ground in ("paper", "sunken", "pale", "alarm-pale", "good-pale")],
    *[("ink-soft", ground) for ground in ("paper", "sunken")],
    *[("accent", ground) for ground in ("paper", "sunken")],
    *[("accent-deep", ground) for ground in ("paper", "sunken", "pale")],
    ("on-accent", "accent"),
    ("on-accent", "accent-deep"),
    ("alarm", "paper"),
    ("alarm", "sunken"),
    ("change", "paper"),
]
SHAPE_ON = [
    *[(shape, "paper") for shape in ("line-strong", "accent", "alarm", "good", "change", "focus")],
    ("line-strong", "sunken"),
    ("alarm", "alarm-pale"),
    ("good", "good-pale"),
    ("accent", "pale"),
]


def colour(sheet: str, name: str) -> tuple[float, ...]:
    digits = re.search(rf"--{name}: #([0-9a-f]{{6}});", sheet)[1]
    return tuple(int(digits[at : at + 2], 16) / 255 for at in (0, 2, 4))


def luminance(rgb: tuple[float, ...]) -> float:
    """Relative luminance (WCAG 2.2)."""
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in rgb)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(sheet: str, one: str, other: str) -> float:
    darker, lighter = sorted(luminance(colour(sheet, name)) for name in (one, other))
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("sheet", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "ground"), TEXT_ON)
def test_text_stands_out_from_its_ground(sheet, text, ground):
    assert contrast(sheet, text, ground) >= 4.5


@pytest.mark.parametrize("sheet", [LIGHT, DARK], ids=["light", "dark"])
@pytest.mark.parametrize(("shape", "ground"), SHAPE_ON)
def test_shapes_that_mean_something_stand_out(sheet, shape, ground):
    assert contrast(sheet, shape, ground) >= 3.0


@pytest.mark.parametrize("part", [part for part in PARTS if part != "tokens"])
def test_only_tokens_hold_colours(part):
    sheet = re.sub(r"@media print \{.*", "", SHEETS[part], flags=re.DOTALL)
    assert re.findall(r"#[0-9a-f]{3,8}\b|rgba?\(|hsl", sheet) == []


@pytest.mark.parametrize("part", PARTS)
def test_no_sheet_takes_a_side(part):
    """Logical properties only: the pages can be read from right to left."""
    sided = r"(?:margin|padding|border|inset)-(?:left|right)|text-align: (?:left|right)|float:"
    assert re.findall(sided, SHEETS[part]) == []


@pytest.mark.parametrize("part", PARTS)
def test_no_sheet_asks_anybody_else(part):
    assert "url(" not in SHEETS[part]
    assert "@import" not in SHEETS[part]


@pytest.mark.parametrize("part", PARTS)
def test_every_token_that_is_used_exists(part):
    for name in re.findall(r"var\((--[a-z0-9-]+)\)", SHEETS[part]):
        assert f"{name}:" in LIGHT


def test_every_class_in_a_template_has_a_style():
    styled = set(re.findall(r"\.([a-z][a-z0-9-]*)", "".join(SHEETS.values())))
    rooms = FOLDER.parent
    used = {
        name
        for template in rooms.glob("*/templates/*.html")
        for names in re.findall(r'class="([^"{]*)"', template.read_text())
        for name in names.split()
    }
    assert used <= styled


def test_an_asset_is_named_after_its_bytes():
    assets = Assets.load()
    assert assets.styles.path.startswith("/look/styles.")
    assert assets.styles.path == Assets.load().styles.path
    assert {route.path for route in assets.routes()} == {assets.styles.path, assets.icon.path}


@pytest.mark.parametrize("link", ["https://lumen.example/terms", "http://lumen.example"])
def test_a_plain_link_is_a_link(link):
    assert is_safe_link(link)


@pytest.mark.parametrize(
    "link", ["", "javascript:alert(1)", "data:text/html,x", "//evil.example", "https:", "http://["]
)
def test_anything_else_is_text(link):
    assert not is_safe_link(link)


def test_a_name_nobody_gave_is_an_error_and_every_text_is_escaped():
    template = Pages.of().environment.from_string("{{ told }}")
    assert template.render(told="<b>") == "&lt;b&gt;"
    with pytest.raises(Exception, match="undefined"):
        template.render()
