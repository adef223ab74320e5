"""Pictures of steps: what is marked, what is covered, what is never hidden."""

from __future__ import annotations

import io
import math

import pytest
from PIL import Image, ImageChops

from nvrflow.errors import NvrflowError
from nvrflow.report.pictures import Box, Picture, png, thumbnail

DARK, LIGHT = (20, 24, 32), (250, 250, 250)
MARK = (229, 38, 58)


def picture(
    target: Box | None = None,
    masks: tuple[Box, ...] = (),
    scale: float = 1.0,
    ground: tuple[int, int, int] = DARK,
    size: tuple[int, int] = (400, 200),
) -> Picture:
    out = io.BytesIO()
    Image.new("RGB", size, ground).save(out, "PNG")
    return Picture("click-ok", out.getvalue(), target, masks, scale)


def marked(shot: Picture, number: int = 7) -> Image.Image:
    return shot.annotated(shot.raw(), number)


def changed(shot: Picture, number: int = 7) -> tuple[int, int, int, int]:
    """The smallest box that holds every pixel that the annotation touched."""
    box = ImageChops.difference(shot.raw(), marked(shot, number)).getbbox()
    assert box is not None
    return box


def luminance(colour: tuple[int, int, int]) -> float:
    parts = [part / 255 for part in colour]
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("ground", [DARK, LIGHT])
def test_the_frame_stands_out_on_dark_and_on_light(ground: tuple[int, int, int]) -> None:
    image = marked(picture(Box(150, 80, 100, 30), ground=ground))
    assert image.getpixel((200, 76)) == MARK
    bright, dim = sorted((luminance(MARK) + 0.05, luminance(ground) + 0.05), reverse=True)
    assert bright / dim >= 3


def test_neither_frame_nor_badge_covers_the_target() -> None:
    shot, target = picture(Box(150, 80, 100, 30)), (150, 80, 250, 110)
    assert ImageChops.difference(marked(shot).crop(target), shot.raw().crop(target)).getbbox() is None


@pytest.mark.parametrize("corner", [(0, 0), (300, 0), (0, 170), (300, 170), (150, 0), (0, 80)])
def test_at_the_edge_only_the_rim_of_the_target_is_covered(corner: tuple[int, int]) -> None:
    shot = picture(Box(*corner, 100, 30))
    inner = (corner[0] + 8, corner[1] + 8, corner[0] + 92, corner[1] + 22)
    assert ImageChops.difference(marked(shot).crop(inner), shot.raw().crop(inner)).getbbox() is None


@pytest.mark.parametrize("corner", [(0, 0), (360, 0), (0, 180), (360, 180)])
@pytest.mark.parametrize("number", [1, 12, 123])
def test_the_badge_is_whole_inside_the_picture(corner: tuple[int, int], number: int) -> None:
    image = marked(picture(Box(*corner, 40, 20)), number)
    columns = [x for x in range(400) if sum(image.getpixel((x, y)) == MARK for y in range(200)) >= 8]
    rim = [image.getpixel((x, y)) for x in range(400) for y in range(200)].count(MARK)
    assert rim > math.pi * 9**2 * 0.5 and columns


def test_the_badge_moves_to_where_it_hides_least() -> None:
    shot = picture(Box(150, 80, 100, 30))
    calm = changed(shot)
    busy = shot.raw()
    for x in range(120, 165, 2):
        for y in range(50, 95):
            busy.putpixel((x, y), (255, 255, 255))
    moved = ImageChops.difference(busy, shot.annotated(busy, 7)).getbbox()
    assert moved is not None
    assert calm[:2] == (127, 57), "upper left corner when nothing is there"
    assert moved[0] > 140 or moved[1] > 70


def test_a_target_as_large_as_the_picture_is_marked_at_its_edge() -> None:
    assert marked(picture(Box(0, 0, 400, 200))).getpixel((200, 2)) == MARK


def test_boxes_are_css_pixels_times_the_scale() -> None:
    twice = marked(picture(Box(75, 40, 50, 15), scale=2.0))
    assert twice.getpixel((200, 72)) == MARK
    assert twice.getpixel((200, 95)) == DARK


def test_a_part_of_the_target_is_marked_when_the_rest_is_outside() -> None:
    assert changed(picture(Box(380, 100, 80, 30)))[2] == 400


@pytest.mark.parametrize("target", [Box(500, 40, 60, 20), Box(-80, 40, 60, 20), Box(10, 199, 60, 20), Box(10, 10, 0, 0)])
def test_a_target_outside_the_picture_is_an_error_and_never_a_wrong_picture(target: Box) -> None:
    with pytest.raises(NvrflowError, match="click-ok: the target lies outside the picture"):
        marked(picture(target))


def test_bytes_that_are_no_picture_are_an_error() -> None:
    with pytest.raises(NvrflowError, match="click-ok: the screenshot cannot be read"):
        Picture("click-ok", b"\xff\xd8 no jpeg", None, (), 1.0).raw()


def test_masks_cover_every_pixel_they_touch_in_the_raw_picture() -> None:
    raw = picture(masks=(Box(100.4, 40.6, 30.2, 10.1),)).raw()
    covered = {raw.getpixel((x, y)) for x in range(100, 131) for y in range(40, 51)}
    assert len(covered) == 1 and DARK not in covered
    assert raw.getpixel((95, 45)) == DARK


def test_masks_outside_the_picture_harm_nothing() -> None:
    shot = picture(masks=(Box(900, 40, 30, 10), Box(-90, -40, 30, 10), Box(390, 190, 300, 300)))
    assert shot.raw().getpixel((399, 199)) != DARK
    assert shot.raw().getpixel((200, 100)) == DARK


def test_the_annotated_picture_has_the_masks_too() -> None:
    shot = picture(Box(100, 40, 60, 20), (Box(100, 40, 60, 20),))
    assert marked(shot).getpixel((130, 50)) == shot.raw().getpixel((130, 50)) != DARK


def test_a_step_without_a_target_has_its_screen_unmarked() -> None:
    shot = picture()
    assert ImageChops.difference(shot.raw(), marked(shot)).getbbox() is None


def test_the_same_picture_gives_the_same_bytes() -> None:
    shot = picture(Box(80, 40, 60, 20), (Box(10, 10, 20, 20),))
    assert png(marked(shot)) == png(marked(shot))


def test_numbers_can_be_told_apart() -> None:
    shot = picture(Box(80, 40, 60, 20))
    assert len({png(marked(shot, number)) for number in range(1, 30)}) == 29


def test_thumbnails_are_reduced_and_never_enlarged() -> None:
    large, small = thumbnail(Image.new("RGB", (1920, 1080))), thumbnail(Image.new("RGB", (400, 200)))
    assert Image.open(io.BytesIO(large)).size == (960, 540)
    assert Image.open(io.BytesIO(small)).size == (400, 200)
