"""``plumbline read``: what messages say, with the words quoted."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from plumbline.cli.output import Corrections, Json, Output, Quiet, SecondReader, Us
from plumbline.cli.pages import write_page
from plumbline.library.messages import message_in, read_messages
from plumbline.library.readers import reader_from
from plumbline.report import messages_html, print_messages


class Channel(StrEnum):
    """Where a text comes from: it decides who speaks in it."""

    EMAIL = "email"
    FORM = "form"
    CHAT = "chat"
    CALL_NOTE = "call_note"
    TRANSCRIPT = "transcript"


def read(
    files: Annotated[
        list[Path], typer.Argument(help="Messages of one sender, oldest first: .eml, text, HTML.")
    ],
    channel: Annotated[
        Channel, typer.Option("--channel", help="Where texts come from; .eml is always e-mail.")
    ] = Channel.EMAIL,
    received: Annotated[
        datetime | None,
        typer.Option("--received", formats=["%Y-%m-%d"], help="Day of receipt, for 'next Friday'."),
    ] = None,
    us: Us = None,
    sender: Annotated[
        str, typer.Option("--sender", help="Who wrote, as objections know them; a second reader needs it.")
    ] = "",
    html: Annotated[
        Path | None, typer.Option("--html", help="Write the messages with their quotes here.")
    ] = None,
    second_reader: SecondReader = None,
    corrections: Corrections = None,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Read messages: what they ask for and say, each answer with the words it stands on, or "cannot tell".

    Nothing a message says is obeyed. Nothing leaves this machine without a second reader.
    """
    output = Output(json=json, quiet=quiet)
    day = received.date() if received else None
    messages = [
        replace(message_in(path, channel=channel.value, received=day, our_names=us or ()), sender=sender)
        for path in files
    ]
    with reader_from(second_reader, corrections) as reader:
        found = read_messages(messages, reader)
    output.data(found)
    print_messages(found.lines, found.brief, output.console)
    if html is not None:
        write_page(html, messages_html(found.lines, found.brief))
        output.say(f"\nWritten to {html}")
