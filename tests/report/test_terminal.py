"""The terminal: 80 columns, no colour needed, and nothing a lead says can act on it."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.cells import cell_len
from rich.console import Console

from helpers_report import EMPTY_RUN, HOSTILE, OBJECTOR, PACKETS, RICH, RICH_SCORE, RUN, hostile
from plumbline.domain.issues import Issue, Severity
from plumbline.report import print_issues, print_packet, print_summary, words

ISSUES = (
    Issue("unknown_signal", "There is no signal 'emploees'; did you mean 'employees'?", "rules.3.when", 41),
    Issue("no_owner", "The route fast_track has no owner.", "owners", 0),
    Issue(
        "shadowed_rule", "This rule can never decide: 'strategic' covers it.", "rules.5", 52, Severity.WARNING
    ),
)


def printed(show, data, *, width: int = 80, encoding: str = "utf-8", **options: object) -> str:
    raw = io.BytesIO()
    file = io.TextIOWrapper(raw, encoding=encoding, errors="strict", newline="")
    show(data, Console(file=file, width=width, **options))
    file.flush()
    return raw.getvalue().decode(encoding)


@pytest.mark.parametrize("name", PACKETS)
def test_packets_stay_as_they_were_reviewed(name, snapshots) -> None:
    snapshots.check(f"packet_{name}.txt", printed(print_packet, PACKETS[name]))


@pytest.mark.parametrize(("name", "run"), [("run", RUN), ("run_empty", EMPTY_RUN)])
def test_summaries_stay_as_they_were_reviewed(name, run, snapshots) -> None:
    snapshots.check(f"{name}.txt", printed(print_summary, run))


def test_lists_of_problems_stay_as_they_were_reviewed(snapshots) -> None:
    snapshots.check("issues.txt", printed(print_issues, ISSUES))


@pytest.mark.parametrize("width", [40, 60, 80, 200])
@pytest.mark.parametrize(
    ("show", "data"), [(print_packet, RICH), (print_packet, HOSTILE), (print_summary, RUN)]
)
def test_no_line_is_wider_than_the_terminal_or_ends_in_blanks(show, data, width) -> None:
    lines = printed(show, data, width=width).splitlines()
    assert max(map(cell_len, lines)) <= min(width, 96)
    assert all(line == line.rstrip() for line in lines)


@pytest.mark.parametrize(
    ("show", "data"),
    [(print_packet, HOSTILE), (print_summary, hostile(RUN)), (print_issues, tuple(map(hostile, ISSUES[:1])))],
)
def test_no_text_reaches_the_terminal_as_a_command(show, data) -> None:
    text = printed(show, data)
    assert not {"\x1b", "\x07", "\x00", "\u202e"} & set(text)
    assert "[bold" in text


def test_a_command_is_noticed_when_control_characters_are_not_shown(monkeypatch) -> None:
    """Negative control: without the step that shows them, they reach the terminal."""
    monkeypatch.setattr(words, "visible", lambda text: text)
    assert "\x1b" in printed(print_packet, HOSTILE)


def test_colour_adds_nothing_that_the_words_do_not_say() -> None:
    plain = printed(print_packet, RICH)
    coloured = Console(
        file=io.StringIO(), width=80, force_terminal=True, color_system="truecolor", record=True
    )
    print_packet(RICH, coloured)
    assert coloured.export_text() == plain
    assert "\x1b[" in coloured.file.getvalue()


def test_a_terminal_that_knows_only_ascii_shows_everything_too() -> None:
    for show, data in (
        (print_packet, RICH),
        (print_packet, HOSTILE),
        (print_summary, RUN),
        (print_issues, ISSUES),
    ):
        text = printed(show, data, encoding="ascii")
        assert text.isascii()
    assert "0 + 15 + 10 + 10 - 5 + 20 + 8 + 5 + 10 - 5 = 68" in printed(print_packet, RICH, encoding="ascii")


def test_act_now_is_said_in_words_and_only_where_it_is_meant() -> None:
    assert "ACT NOW" in printed(print_packet, RICH)
    assert "ACT NOW" not in printed(print_packet, PACKETS["all_unknown"])


def test_a_person_who_objected_has_no_score_no_draws_and_no_questions_in_the_terminal() -> None:
    careless = replace(OBJECTOR, unknowns=RICH.unknowns, draws=RICH.draws, up=RICH.down)
    for packet in (OBJECTOR, careless):
        lines = printed(print_packet, packet).splitlines()
        assert not {"Reasons", "What we do not know yet", "What would change the band", "Draws"} & set(lines)
        assert "No score" in lines
    assert "Draws" in printed(print_packet, RICH).splitlines()


def test_points_that_do_not_add_up_are_said_so_in_the_terminal() -> None:
    assert "do not add up" in printed(print_packet, replace(RICH, score=replace(RICH_SCORE, points=69)))
    assert "does not add up" in printed(print_summary, replace(RUN, read=9_241))


def test_an_unusual_number_of_draws_asks_for_a_look() -> None:
    odd = tuple(replace(line, drawn=line.highest + 40) for line in RUN.draws)
    text = printed(print_summary, replace(RUN, draws=odd))
    assert "look into this" in " ".join(text.split())
    assert "look into this" not in " ".join(printed(print_summary, RUN).split())


def test_problems_stand_in_the_order_of_their_lines_and_those_that_block_come_first() -> None:
    text = printed(print_issues, tuple(reversed(ISSUES)))
    places = [
        text.index(part) for part in ("2\xa0problems to solve", "no_owner", "unknown_signal", "shadowed_rule")
    ]
    assert places == sorted(places)
    assert printed(print_issues, ()) == "No problems found.\n"


def test_a_cut_off_too_close_to_its_neighbour_is_left_unlabelled() -> None:
    text = printed(print_packet, replace(RICH, score=replace(RICH_SCORE, cutoffs=(61, 60, 0))))
    labels = next(line.split() for line in text.splitlines() if line.split()[:1] == ["0"])
    assert labels == ["0", "60"]


def test_a_summary_says_only_what_there_is_to_say() -> None:
    nothing_wrong = replace(RUN, rejected=0, accepted=9_198, read=9_198, issues=(), blank_words=())
    certain = replace(nothing_wrong, questions=(), missing=(), proposals=(), unscored=0)
    lines = printed(print_summary, certain).splitlines()
    assert not any("not be" in line and "accepted" in line for line in lines if not line.startswith("  "))
    assert "Waiting for a person" not in lines
    waiting = printed(print_summary, replace(RUN, unscored=0)).splitlines()
    assert "Waiting for a person" in waiting
