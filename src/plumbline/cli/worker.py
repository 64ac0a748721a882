"""``plumbline worker``: the process that carries out imports, runs, deliveries and what is due."""

from __future__ import annotations

import random
import signal
from typing import Annotated

import typer

from plumbline.cli.application import Data, load_application
from plumbline.cli.output import Json, Output, Quiet


def worker(
    data: Data = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due, then end.")] = False,
    json: Json = False,
    quiet: Quiet = False,
) -> None:
    """Carry out what pages and programs have asked for, until it is told to stop (SIGTERM or Ctrl-C).

    Any number of workers may run beside each other. One that is killed loses nothing: another takes over.
    """
    load_application(data)
    from plumbline.app.jobs import HANDLERS, TIMERS  # noqa: PLC0415
    from plumbline.app.worker import Worker  # noqa: PLC0415

    one = Worker(HANDLERS, TIMERS, random.random)
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: one.stop.set())
    output = Output(json=json, quiet=quiet)
    if once:
        done = one.drain()
        output.data({"done": done})
        output.say(f"Jobs done: {done}.")
        return
    output.say("The worker is ready.")
    one.run()
    output.data({"stopped": True})
    output.say("The worker has stopped; what was under way goes on with the next one.")
