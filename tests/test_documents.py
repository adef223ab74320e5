"""What docs/generate.py writes says what the source says now: `.venv/bin/python docs/generate.py` writes them."""

from __future__ import annotations

import generate
from house import FLOORS, HEIGHT, parts


def test_each_generated_document_is_up_to_date() -> None:
    made = generate.documents()
    assert set(made) == {"architecture.md", "api.md", "settings.md", "ci.md"}
    said = {name: (generate.DOCS / name).read_text(encoding="utf-8") for name in made}
    assert [name for name in made if said[name] != made[name]] == [], "run: .venv/bin/python docs/generate.py"


def test_everything_that_may_be_called_has_an_example_and_no_example_is_left_over() -> None:
    named = [name for _, _, members in generate.sections() for name, _ in members]
    assert sorted(generate.examples()) == sorted(named)


def test_everything_that_may_be_called_says_what_it_does() -> None:
    found = [name for _, _, members in generate.sections() for name, value in members if not generate.prose(value)]
    assert not found


def test_every_error_is_offered_and_stands_in_the_table() -> None:
    import nvrflow
    from nvrflow.errors import NvrflowError

    def family(error: type[NvrflowError]) -> list[str]:
        return [error.__name__, *(name for child in error.__subclasses__() for name in family(child))]

    shipped = {name for name in family(NvrflowError) if hasattr(nvrflow.errors, name)}
    assert shipped <= set(nvrflow.__all__)
    assert all(f"| `{name}` |" in "\n".join(generate.errors()) for name in shipped)


def test_the_picture_shows_every_part_and_each_arrow_goes_down_or_stays_on_its_floor() -> None:
    drawn = list(generate.drawing())
    assert all(f"    p_{part}[{part}]" in drawn for _, _, inside in FLOORS for part in inside.split())
    arrows = [line.strip().replace("p_", "", 1).split(" --> p_") for line in drawn if " --> " in line]
    assert len(arrows) > 20 and all(HEIGHT[one] >= HEIGHT[other] for one, other in arrows)


def test_an_arrow_is_left_out_only_where_a_longer_way_leads_to_the_same_part() -> None:
    below = parts()
    drawn = {part: set[str]() for part in below}
    for line in generate.drawing():
        if " --> " in line:
            one, other = line.strip().split(" --> ")
            drawn[one.removeprefix("p_")].add(other.removeprefix("p_"))
    assert all(generate.reached(part, drawn) == generate.reached(part, below) for part in below)


def test_what_a_team_imports_is_offered_by_name() -> None:
    import nvrflow

    assert all(getattr(nvrflow, name) is not None for name in nvrflow.__all__)
    assert set(nvrflow.__all__) <= set(dir(nvrflow))
