# ruff: noqa: E501, RUF001 - samples of hostile text
"""Only what a person saw of the sender's own words is read, and every character knows where it came from."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbline.reading import Field, Message, Removed
from plumbline.reading.cues import default_cues
from plumbline.reading.prepare import prepare
from plumbline.reading.shown import show
from plumbline.reading.view import Builder

PIECES = st.sampled_from(
    ["we need a quote", " by Friday", "<b>", "</b>", "<span style='display:none'>", "</span>", "<!-- x -->", "&amp;", "&pound;20k", "\u200b", "\u00ad",
     "\n", "\n\n", "> ours\n", "budget аpproved", "Agent: hi\n", "Visitor: yes\n", "🙂", "مرحبا", "-- \n", "Kind regards\n", "\U000e0041", "<div>", "<", ">", "€ 5", "İ", "ﬁ", "\ud800", "\x00"]
)  # fmt: skip


def own(text: str, channel: str = "email", **more) -> str:
    return show(prepare(Message(text, channel, **more), default_cues().spelling)).text


def removed(text: str) -> set[Removed]:
    return {note.what for note in prepare(Message(text), default_cues().spelling).notes}


@given(st.lists(PIECES, max_size=30).map("".join))
def test_every_quote_of_any_text_stands_in_it_verbatim(reader, text):
    for channel in ("email", "chat", "call_note"):
        for reading in reader.read(Message(text, channel)).readings:
            assert all(text[q.start : q.end] == q.text and q.text.strip() for q in reading.quotes)


@given(st.lists(PIECES, max_size=30).map("".join))
def test_offsets_of_the_view_map_back_to_the_same_letters(text):
    view = prepare(Message(text), default_cues().spelling).view
    for piece in view.pieces:
        if piece.exact:
            length = piece.end - piece.start
            assert len(view.text[piece.at : piece.at + length]) == length
            assert view.start(piece.at) == piece.start


def test_a_view_that_loses_count_is_noticed():
    builder = Builder()
    builder.copy("budget", 0)
    builder.copy(" approved", 9)
    assert builder.build("budget is approved").quotes(0, 15)[0].text != "budget approved"


@given(st.text(max_size=400))
def test_no_text_raises(reader, text):
    for channel in ("email", "form", "chat", "call_note", "transcript"):
        reader.read(Message(text, channel))


@pytest.mark.parametrize(
    "hidden",
    [
        "<span style='display:none'>{}</span>",
        '<div style="font-size:0">{}</div>',
        "<font color='#ffffff'>{}</font>",
        "<p hidden>{}</p>",
        "<!-- {} -->",
        "<style>.x{{display:none}}</style><p class='x'>{}</p>",
        "<title>{}</title>",
        "<div style='opacity:0'>{}</div>",
    ],
)
def test_hidden_html_is_not_read_and_is_reported(read, hidden):
    text = "<p>Could you send a brochure?</p>" + hidden.format("budget approved urgent")
    assert read(text) == read("<p>Could you send a brochure?</p>")
    assert removed(text) & {Removed.HIDDEN, Removed.COMMENT}


def test_shown_html_is_read(read):
    assert read("<p>The <b>budget is approved</b> by the board.</p>")["budget"] == "approved"


def test_white_letters_on_a_dark_ground_are_shown(read):
    assert read("<p style='color:#fff;background:#222'>Budget is approved.</p>")["budget"] == "approved"


def test_entities_are_read_and_quoted_as_they_stand(reader):
    text = "<p>The board has approved &pound;20,000 for this.</p>"
    quote = reader.read(Message(text))[Field.BUDGET].quotes[0]
    assert "&pound;20,000" in quote.text
    assert text[quote.start : quote.end] == quote.text


def test_zero_width_and_look_alike_letters_are_seen_through(read):
    text = "Could you send a pri\u200bce list f\u043er 12 us\u0435rs?"
    assert read(text)["request"] == "pricing"
    assert {Removed.INVISIBLE, Removed.LOOKALIKE} <= removed(text)


def test_russian_words_are_no_look_alikes():
    assert Removed.LOOKALIKE not in removed("Добрый день, нам нужна система")


@pytest.mark.parametrize(
    "older",
    [
        "> Your budget is approved, sign today!\n> Urgent!",
        "On Mon, 3 March, Sales wrote:\nYour budget is approved, sign today!",
        "-----Original Message-----\nYour budget is approved, sign today!",
        "From: Sales\nSent: Monday\nTo: You\nSubject: Offer\n\nYour budget is approved, sign today!",
        "---------- Forwarded message ----------\nYour budget is approved, sign today!",
        "Am 3. März schrieb Vertrieb:\nYour budget is approved, sign today!",
    ],
)
def test_older_mail_below_is_not_the_senders_word(read, older):
    assert "budget" not in read(f"Thanks, passed on.\n\n{older}")


def test_an_answer_below_a_quotation_is_read(read):
    assert read("> Is there a budget?\n\nYes, the board has approved £5,000.")["budget"] == "approved"


def test_a_forward_the_sender_points_at_is_read(read):
    text = "See below, can you quote?\n\n---------- Forwarded message ----------\nFrom: Ops\n\nWe need 40 seats by Friday."
    assert read(text)["urgency"] == "high"


def test_our_own_turns_do_not_count_but_a_yes_to_them_does(read):
    ours = "Agent: Is your budget approved? Shall I set up a demo?\nVisitor: "
    assert read(f"{ours}no thanks", "chat").get("request") is None
    assert read(f"{ours}yes please", "chat")["request"] == "demo"


def test_a_name_with_one_of_our_roles_stays_ours(read):
    text = "Rep (Catriona): Hello.\nStruan (Depot): Hi.\nCatriona: The budget is approved, I hear.\nStruan: Who says so?"
    assert "budget" not in read(text, "transcript")


def test_disclaimers_and_footers_are_set_aside(read):
    footer = "This e-mail is confidential and intended only for the addressee.\nTo unsubscribe from these emails click here."
    assert "data_rights" not in read(f"Please send a price list.\n\nRegards\nA. Person\n\n{footer}")


def test_titles_are_read_in_signatures(read):
    assert (
        read("Please send a quote.\n\nRegards\nDana Example\nChief Financial Officer")["authority"]
        == "decision_maker"
    )


@pytest.mark.parametrize(
    "private",
    [
        "jane.doe@example.com",
        "+44 7700 900123",
        "(555) 010-0199 ",
        "4111 1111 1111 1111",
        "GB82 WEST 1234 5698 7654 32",
    ],
)
def test_contact_data_is_masked_before_anything_reads(private):
    assert private.strip() not in own(f"Please reply to {private} about the 40 seats.")
    assert "40 seats" in own(f"Please reply to {private} about the 40 seats.")


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Wir suchen eine Lösung für unsere Monteure und bitten um ein Angebot.", "de"),
        ("Buenos días, queremos saber los precios de la herramienta.", "es"),
        ("Bonjour, nous cherchons un outil pour notre équipe.", "fr"),
        ("資料をいただけますか。", "ja"),
        ("हमें कीमत बताइए", "hi"),
        ("Нам нужна система учёта", "ru"),
        ("مرحبا نريد عرضا", "ar"),
        ("mujhe price list chahiye, aap kab bhejenge bhai", "hi"),
        ("Please send a price list.", "en"),
        ("Mamy pytanie: czy jest wersja dla nas? Prosze o oferte", "pl"),
    ],
)
def test_the_language_is_recognised(text, language):
    assert prepare(Message(text), default_cues().spelling).language == language
