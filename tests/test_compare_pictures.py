"""Pictures compared as a person would: icons and colours are seen, smoother edges and what words explain are not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from PIL import Image, ImageDraw
from test_compare_controls import BAR, FORM, compared, only, told, usage  # noqa: F401 (fixtures)
from written_capture import Written, button

from nvrflow.capture.controls import Control
from nvrflow.compare.regions import regions

SIZE = (640, 420)


def drawn(shift: float = 0, colour: str = "#2d8cf0", icon: bool = True, square: bool = False) -> Image.Image:
    """A page with the buttons of FORM, four times as large and made smaller, so that its edges are smooth."""
    image = Image.new("RGB", (SIZE[0] * 4, SIZE[1] * 4), "#18202b")
    draw = ImageDraw.Draw(image)
    for x in (10, 120, 230):
        draw.rectangle([(x + shift) * 4, 1200, (x + shift + 100) * 4, 1304], fill=colour if x == 10 else "#2a3747")
    if icon:
        box = [128 * 4, 306 * 4, 142 * 4, 320 * 4]
        (draw.rectangle if square else draw.ellipse)(box, outline="#cfd9e6", width=8)
    return image.resize(SIZE, Image.Resampling.LANCZOS)


def test_two_equal_pictures_have_no_region() -> None:
    assert regions(drawn(), drawn()) == []


def test_edges_that_are_smoothed_otherwise_are_not_seen() -> None:
    assert regions(drawn(), drawn(shift=0.25)) == []


def test_an_icon_and_a_colour_are_seen_where_they_are() -> None:
    (icon,) = regions(drawn(), drawn(square=True))
    assert 126 <= icon.box[0] <= 130 and 304 <= icon.box[1] <= 308 and not icon.recoloured
    (colour,) = regions(drawn(), drawn(colour="#0f8a5f"))
    assert colour.recoloured and colour.colours == ((45, 140, 240), (15, 138, 95))
    assert (round(colour.box[0], -1), round(colour.box[1], -1)) == (10, 300)


def test_hidden_boxes_are_not_compared() -> None:
    assert regions(drawn(), drawn(colour="#0f8a5f"), [(0, 290, 120, 50)]) == []


def test_a_colour_on_many_pages_is_one_difference_and_an_icon_another(compared: Any) -> None:  # noqa: F811
    pages = {"https": FORM, "system_service": FORM}
    a = Written(pages, pictures=dict.fromkeys(pages, drawn()))
    b = Written(pages, pictures=dict.fromkeys(pages, drawn(colour="#0f8a5f", square=True)))
    found = compared(a, b).differences
    assert {(one.aspect, one.name, one.pages) for one in found} == {
        ("colour", "OK", ("https", "system_service")),
        ("icon", "Refresh", ("https", "system_service")),
    }
    colour = next(one for one in found if one.aspect == "colour")
    assert (colour.before, colour.after) == ("about #2d8cf0", "about #0f8a5f")
    assert colour.shots[0].boxes_b and colour.shots[0].a != colour.shots[0].b


def test_a_control_that_only_stands_lower_is_not_said_to_look_different(compared: Any) -> None:  # noqa: F811
    """A place between two pixels is drawn at the upper or at the lower one."""

    def page(top: float) -> Written:
        image = Image.new("RGB", SIZE, "#18202b")
        draw = ImageDraw.Draw(image)
        draw.rectangle([10, int(top), 110, int(top) + 26], fill="#307cac")
        draw.text((30, int(top) + 7), "Password", fill="#ffffff")
        return Written({"https": [*BAR, button("OK", 10, top, box=(10.0, top, 100.0, 27.0))]}, pictures={"https": image})

    assert [aspect for _, _, aspect, _ in told(compared(page(200.4), page(186.6))) if aspect in ("colour", "icon", "look")] == []


def test_what_words_explain_is_not_told_again_as_a_picture(compared: Any) -> None:  # noqa: F811
    renamed = [FORM[0], Control(**{**vars(FORM[1]), "name": "Apply"}), *FORM[2:]]
    a = Written({"https": FORM}, pictures={"https": drawn()})
    b = Written({"https": renamed}, pictures={"https": drawn(colour="#0f8a5f")})
    assert only(compared(a, b)).aspect == "words"


def test_a_capture_without_pictures_is_compared_without_them(compared: Any) -> None:  # noqa: F811
    assert told(compared(Written({"https": BAR}), Written({"https": BAR}, pictures={"https": drawn()}))) == []


@pytest.mark.parametrize("damaged", [b"", b"not a picture"])
def test_a_damaged_picture_does_no_harm(tmp_path: Path, usage: Any, damaged: bytes) -> None:  # noqa: F811
    from nvrflow.compare.comparison import compare

    a, b = (Written({"https": FORM}, pictures={"https": drawn()}).at(tmp_path / name) for name in ("a", "b"))
    (tmp_path / "b" / "pages" / "en" / "https" / "page.png").write_bytes(damaged)
    assert told(compare(a, b)) == []


@pytest.mark.parametrize(("to", "told_as"), [(60.0, ["icon"]), (60.4, [])], ids=["whole-pixels", "between-two-pixels"])
def test_a_control_that_moved_is_compared_at_its_new_place_unless_it_lies_between_two_pixels_now(
    compared: Any,  # noqa: F811
    to: float,
    told_as: list[str],
) -> None:
    """Between two pixels letters are drawn otherwise, and the mark of a list beside what moved has moved with it."""

    def page(x: float, letter: tuple[int, int, int, int]) -> Written:
        picture = Image.new("RGB", SIZE, "white")
        draw = ImageDraw.Draw(picture)
        draw.rectangle([letter[0] + round(x), letter[1], letter[2] + round(x), letter[3]], fill="black")
        draw.ellipse([round(x) - 30, 206, round(x) - 18, 218], fill="black")
        control = Control("link", "Help", "text", box=(x, 200, 44, 24), tag="a", key="t=help")
        return Written({"home": [*BAR, control]}, pictures={"home": picture})

    found = compared(page(100.0, (8, 204, 14, 220)), page(to, (20, 204, 30, 220))).differences
    assert [one.aspect for one in found] == told_as
