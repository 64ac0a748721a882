"""How a contest of two scorecards, and a look at those in shadow, are told."""

from __future__ import annotations

from typing import TYPE_CHECKING

from plumbline.cli.output import Output, complain, table_of
from plumbline.learning.words import ABOUT

if TYPE_CHECKING:
    from plumbline.engines.shadow import Beside
    from plumbline.learning.contest import Contest
    from plumbline.store.model_acts import Act


def tell_contest(found: Contest, number: int, act: Act, output: Output) -> None:
    """The figures, the verdict and its code."""
    rows = [(name.replace("_", " "), str(figure)) for name, figure in found.figures.items()]
    output.say(f"{found.rows:,} later leads, {found.good:,} of them good.")
    if rows:
        output.console.print(table_of(("on them", "95 %"), rows))
    if found.code is None:
        output.say(f"Version {number} is the candidate. Somebody who did not learn it may promote it.")
    else:
        output.say(f"Version {number}: {act}. {ABOUT[found.code]} [{found.code}]")
    if not output.quiet:
        for note in found.notes:
            complain(f"note: {note} [{note.code}]")


def tell_shadow(one: Beside, output: Output) -> None:
    """Bands decided against bands in shadow."""
    output.say(
        f"{one.shadow}: another band for {one.other_band:,} of {one.leads:,} leads, "
        f"another route for {one.other_route:,}."
    )
    rows = [(live, *(one.bands.get(f"{live}{theirs}", 0) for theirs in "ABCD")) for live in "ABCD"]
    output.console.print(table_of(("decided", "A", "B", "C", "D"), rows, right=(1, 2, 3, 4)))
