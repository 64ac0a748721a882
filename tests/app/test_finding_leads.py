"""Search, queue pages, similar leads, history, drafts and files of leads."""

from __future__ import annotations

import io

import polars as pl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from helpers_app import STRATEGIC, arrive
from helpers_rep import NOW, of, queued, standing
from plumbline.app.errors import InvalidInputError, NotAllowedError, NotFoundError
from plumbline.app.models import Access, Lead, SavedView, Standing
from plumbline.app.services import (
    dossier,
    exports,
    history,
    outcomes,
    overrides,
    questions,
    queue,
    responses,
    search,
    similar,
    views,
)
from plumbline.app.standings import mostly, place, standing_of
from plumbline.domain.words import Route

pytestmark = pytest.mark.django_db

FORMULA = "=cmd|' /C calc'!A0"


def many(cast, count: int) -> list[Lead]:
    """As many leads as asked for in Alice's queue, at the price of one decision."""
    first = queued(cast, "M0")
    like = standing(first)
    leads = Lead.objects.bulk_create(
        Lead(
            external_id=f"M{number}",
            title=f"Lead {number}",
            received={},
            digest="",
            arrived_at=first.arrived_at,
            changed_at=first.changed_at,
        )
        for number in range(1, count)
    )
    for lead in leads:
        like.pk, like.lead = lead.pk, lead
        # Every other one shares its place with the one before.
        like.place = place(Route.QUEUE, like.points, lead.arrived_at) - lead.pk // 2
        like.save(force_insert=True)
    return [first, *leads]


def found(user, text: str, **more: str) -> set[str]:
    wanted = search.Wanted.of({"q": text} | more)
    return {lead.external_id for lead in search.page_of(of(user), wanted).leads}


def test_pages_of_a_queue_follow_each_other_without_gap_or_repeat(cast) -> None:
    leads, seen, after = many(cast, 60), [], ""
    while True:
        page = queue.page_of(of(cast.alice), queue.Filters(), after=after)
        seen += [one.pk for one in page.lines]
        if not (after := page.after):
            break
    assert len(seen) == len(set(seen)) == len(leads)
    order = [Standing.objects.get(pk=pk).place for pk in seen]
    assert order == sorted(order, reverse=True)


def test_a_page_of_the_queue_costs_the_same_however_long_it_is(cast) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as caught:
            queue.page_of(of(cast.alice), queue.Filters())
        return len(caught)

    queued(cast, "L1")
    few = queries()
    many(cast, 60)
    assert queries() == few


def test_the_best_lead_is_first_and_the_next_one_follows(cast) -> None:
    low, high = queued(cast, "L1"), queued(cast, "L2", route=Route.FAST_TRACK)
    page = queue.page_of(of(cast.alice), queue.Filters())
    assert [one.lead for one in page.lines] == [high, low]
    assert page.waiting == 2
    assert queue.following(of(cast.alice), queue.Filters(), high.key) == low.key
    assert queue.following(of(cast.alice), queue.Filters(), low.key) == high.key  # round again
    with pytest.raises(NotFoundError):
        queue.following(of(cast.bob), queue.Filters(), low.key)


def test_blind_leads_stand_apart_and_no_filter_gives_their_score_away(cast) -> None:
    seen, blind = queued(cast, "L1"), queued(cast, "L2", blind=True)
    page = queue.page_of(of(cast.alice), queue.Filters())
    assert ([one.lead for one in page.blind], [one.lead for one in page.lines]) == ([blind], [seen])
    band = standing(blind).band
    for wanted in (queue.Filters(band=band), queue.Filters(route="queue")):
        page = queue.page_of(of(cast.alice), wanted)
        assert blind not in [one.lead for one in (*page.blind, *page.lines)]
    assert found(cast.alice, "fieldworks", band=band) == {"L1"}
    assert found(cast.audra, "fieldworks", band=band) == {"L1", "L2"}  # judges nothing


def test_filters_say_which_value_they_cannot_have(cast) -> None:
    for wrong in ({"band": "E"}, {"route": "bin"}, {"whose": "bobs"}, {"state": "gone"}):
        with pytest.raises(InvalidInputError):
            queue.Filters.of(wrong)
    with pytest.raises(InvalidInputError):
        queue.page_of(of(cast.alice), queue.Filters(), after="x")
    with pytest.raises(NotAllowedError):
        queue.page_of(of(cast.audra), queue.Filters())
    assert queue.Filters.of({"band": "A", "state": ""}).query == "band=A"


def test_a_line_says_what_counts_most_unless_a_rule_says_more(cast) -> None:
    lead = queued(cast)
    now = standing(lead)
    if now.decision.reason == "BAND_ROUTE":
        assert now.because.count(",") == 2
        assert "Budget +14" in now.because
    terms = (("points.term.a", "Size"), ("points.term.b", "Source"), ("points.term.c", "Age"))
    row = {"points.term.a": -3, "points.term.b": 14, "points.term.c": 0}
    assert mostly(row, terms) == "Source +14, Size \N{MINUS SIGN}3"
    decided = {"reason": "RULE_HIT", "because": "A rule."}
    assert standing_of({**_row(), **decided}, lead.arrived_at, "Source +14")["because"] == "A rule."
    decided["reason"] = "BAND_ROUTE"
    assert standing_of({**_row(), **decided}, lead.arrived_at, "Source +14")["because"] == "Source +14"


def _row() -> dict[str, object]:
    names = ("owner", "band", "points", "fit_level", "intent_level", "readiness_level", "action")
    return dict.fromkeys((*names, "draw.holdout", "draw.blind")) | {"route": "queue"}


def test_saved_views_keep_filters_and_nothing_else(cast) -> None:
    views.save(of(cast.alice), " Hot  ones ", "band=A&next=//evil.example&state=open")
    (view,) = views.of(of(cast.alice))
    assert (view.name, view.query) == ("Hot ones", "band=A&state=open")
    views.save(of(cast.alice), "Hot ones", "band=B")
    assert SavedView.objects.get().query == "band=B"
    with pytest.raises(InvalidInputError):
        views.save(of(cast.alice), " ", "")
    with pytest.raises(NotFoundError):
        views.remove(of(cast.mara), view.pk)
    views.remove(of(cast.alice), view.pk)
    assert views.of(of(cast.alice)) == []


@pytest.mark.parametrize(
    "text", ["Field", "field", "Jo Field", "jo fi", "Fieldworks", "FIELDWORKS L", "l1@f", "L1", "KEY"]
)
def test_a_lead_is_found_by_how_its_names_begin(cast, text) -> None:
    lead = queued(cast)
    queued(cast, "X9", fields={"contact.name": "Bo Oak", "account.name": "Oak plc"})
    assert found(cast.alice, lead.key if text == "KEY" else text) == {"L1"}


@pytest.mark.parametrize("text", ["ield", "%ield", "_ield", "works"])
def test_the_middle_of_a_name_finds_nothing(cast, text) -> None:
    queued(cast)
    assert found(cast.alice, text) == set()


def test_a_search_stays_in_the_team_and_hides_persons_from_whom_they_are_hidden(cast) -> None:
    queued(cast)
    arrive(STRATEGIC, "L2")
    assert found(cast.bob, "Field") == {"L2"}
    assert found(cast.alice, "x@big") == set()
    assert found(cast.audra, "Jo Field") == set()
    assert found(cast.audra, "Big pl") == {"L2"}
    with pytest.raises(InvalidInputError):
        found(cast.alice, "F")
    with pytest.raises(NotAllowedError):
        found(cast.adam, "Field")


def test_every_way_of_searching_enters_an_index(cast) -> None:
    """What makes a search among a million leads quick: no way reads the whole table."""
    plans = {}
    for column in ("external_id", "email", "filed_under"):
        rows = Lead.objects.filter(search.begins(column, "field")).order_by().values("pk")
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
        plans[column] = rows.explain()
    for column, plan in plans.items():
        assert "Index" in plan or "SEARCH" in plan, column
        assert "SCAN plumbline_lead" not in plan, column
    slow = Lead.objects.filter(title__gte="a", title__lt="b").order_by().values("pk").explain()
    assert "Seq Scan" in slow or "SCAN" in slow  # negative control: a column without an index


def test_the_newest_leads_come_page_by_page(cast) -> None:
    leads = many(cast, 60)
    first = search.page_of(of(cast.alice), search.Wanted())
    rest = search.page_of(of(cast.alice), search.Wanted(), after=first.after)
    assert [one.pk for one in (*first.leads, *rest.leads)] == [one.pk for one in reversed(leads)]
    assert (len(first.leads), rest.after) == (search.PAGE, "")


def test_a_file_of_leads_runs_no_formula_and_its_taking_is_kept(cast) -> None:
    queued(cast, fields={"contact.name": FORMULA, "account.name": "+49 Werke", "lead.source": "@SUM(1)"})
    pieces = list(exports.csv_of(of(cast.mara), search.Wanted(), purpose="reporting"))
    text = b"".join(pieces).decode("utf-8-sig")
    row = pl.read_csv(io.StringIO(text), infer_schema=False).row(0, named=True)
    assert row["title"].startswith("'=cmd")
    assert row["company"] == "'+49 Werke"
    assert row["source"] == "'@SUM(1)"
    kept = Access.objects.get(what="export")
    assert (kept.purpose, kept.count, kept.actor) == ("reporting", 1, f"user:{cast.mara.key}")


def test_a_file_in_pieces_is_one_file(cast, monkeypatch) -> None:
    monkeypatch.setattr(exports, "_CHUNK", 7)
    many(cast, 20)
    text = b"".join(exports.csv_of(of(cast.mara), search.Wanted(), purpose="audit")).decode("utf-8-sig")
    assert pl.read_csv(io.StringIO(text), infer_schema=False)["external_id"].n_unique() == 20
    with exports.parquet_of(of(cast.mara), search.Wanted(), purpose="audit") as file:
        frame = pl.read_parquet(file)
    assert frame["external_id"].n_unique() == 20
    assert frame.schema["arrived_at"] == pl.Datetime("us", "UTC")


def test_an_empty_file_still_says_its_columns(cast) -> None:
    (piece,) = exports.csv_of(of(cast.mara), search.Wanted(band="D"), purpose="audit")
    assert piece.decode("utf-8-sig").startswith("lead,external_id,")


def test_a_file_hides_what_the_page_hides(cast) -> None:
    queued(cast, "L1", blind=True)

    def row_for(user) -> dict[str, object]:
        pieces = exports.csv_of(of(user), search.Wanted(), purpose="audit")
        return pl.read_csv(b"".join(pieces)).row(0, named=True)

    masked, blind = row_for(cast.olga), row_for(cast.mara)
    assert (masked["email"], masked["title"]) == (None, None)
    assert masked["band"] is not None
    assert (blind["band"], blind["points"], blind["route"]) == (None, None, None)
    assert blind["email"] == "l1@fieldworks.example"


def test_files_are_for_those_who_may_and_say_what_for(cast) -> None:
    queued(cast)
    with pytest.raises(NotAllowedError):
        exports.csv_of(of(cast.alice), search.Wanted(), purpose="audit")
    with pytest.raises(InvalidInputError):
        exports.csv_of(of(cast.mara), search.Wanted(), purpose="curiosity")
    assert not Access.objects.filter(what="export").exists()


def test_similar_leads_are_those_in_the_same_cells_with_what_became_of_them(cast) -> None:
    lead = queued(cast, "L1")
    like = queued(cast, "L2")
    less = queued(cast, "L3", fields={"account.industry": "Software", "account.employees": "9"})
    for one, kind in ((like, "won"), (less, "contacted")):
        outcomes.report(of(cast.alice), one.key, kind, at=NOW(), now=NOW())
    past = similar.similar_to(of(cast.alice), lead, now=NOW())
    assert [one.lead for one in past] == [like, less]
    assert past[0].outcome.kind == "won"
    assert len(past[0].shared) == past[0].of > len(past[1].shared)
    assert "Industry: Construction" in past[0].shared


def test_nothing_is_similar_where_there_is_nothing_to_compare(cast) -> None:
    lead = queued(cast, "L1")
    assert similar.similar_to(of(cast.alice), lead, now=NOW()) == []
    other = arrive(STRATEGIC, "L2")  # another team's
    outcomes.report(of(cast.bob), other.key, "won", at=NOW(), now=NOW())
    assert similar.similar_to(of(cast.alice), lead, now=NOW()) == []
    assert len(similar.similar_to(of(cast.audra), lead, now=NOW())) == 1
    Lead.objects.filter(pk=other.pk).update(objected_at=NOW())
    assert similar.similar_to(of(cast.audra), lead, now=NOW()) == []


def test_the_question_asked_is_the_one_that_moves_most(cast) -> None:
    lead = queued(cast, fields={"extra.timeframe": "", "extra.budget": ""})
    packet = dossier.of(of(cast.alice), lead.key).evidence.packet
    asked = questions.question_of(packet)
    most = max((one for one in packet.unknowns if one.question), key=lambda one: one.changes_band)
    assert asked in {most.question, *packet.decision.questions}
    draft = questions.draft(lead, asked, "Alice", masked=False)
    assert asked in draft.text
    assert draft.mailto.startswith("mailto:l1@fieldworks.example?subject=")
    assert "\n" not in draft.mailto
    hidden = questions.draft(lead, asked, "Alice", masked=True)
    assert (hidden.mailto, "Jo Field" in hidden.text) == ("", False)


def test_a_history_tells_everything_once_newest_first(cast) -> None:
    lead, now = queued(cast), NOW()
    responses.answer(
        of(cast.alice), lead.key, "wrong", version=standing(lead).version, now=now, reason="no_need"
    )
    overrides.create(
        of(cast.mara),
        lead.key,
        to="fast_track",
        reason="timing",
        note="Call again",
        until=now + overrides.LONGEST,
        version=standing(lead).version,
        now=NOW(),
    )
    told = history.history_of(of(cast.alice), lead, hidden=False)
    kinds = [one.kind for one in told.moments]
    assert kinds[:2] == ["override", "answer"]
    assert kinds.count("outcome") == 0  # the answer is the outcome
    assert told.moments[0].who == "Mara"
    assert "Call again" in told.moments[0].note
    masked = history.history_of(of(cast.audra), lead, hidden=False)
    assert all(one.note == "" for one in masked.moments)
    hidden = history.history_of(of(cast.alice), lead, hidden=True)
    assert (hidden.scores, {one.kind for one in hidden.moments}) == ([], {"assignment"})
