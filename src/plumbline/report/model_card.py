"""The card of a model as a document: every line is made from what was recorded, none is typed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from plumbline.report.words import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from plumbline.scorecard import Scorecard
    from plumbline.store.model_acts import Deed
    from plumbline.store.models import Version

_FIGURES: Final = {
    "auc": "AUC (0.5 is a lot)",
    "auc_newest": "AUC, newest part",
    "auc_written": "AUC of the written scorecard",
    "auc_gain": "AUC, gain (paired)",
    "log_loss_gain": "log loss, less is better (paired)",
    "auc_in_charge": "AUC of the scorecard then in charge",
    "coarse_ahead": "AUC of the coarse scorecard, less its own (paired)",
    "brier": "Brier score",
}
_CHANCES: Final = {
    "logged": "the chance that each lead was worked was logged; rows are weighted by it",
    "given": "weights came with the training table",
    "assumed": "every lead counts as worked: nobody recorded who was left out",
}


def model_card(version: Version, deeds: Sequence[Deed], *, status: str) -> str:
    """Markdown. ``deeds``: what was done with this version; ``status``: what it is now, in words."""
    card, about = version.card, version.card.manifest or {}
    parts = [
        f"# {_text(card.name)}, version {version.number}\n",
        f"Generated from the registry. Status: {status}.\n",
        _section("What it is", _what(version, about)),
        _section("What it was learned from", _data(about)),
        _section("How it did when it was learned", [_table(_learned(about))]),
        *(_section(f"Judged on {deed.at:%Y-%m-%d}", _judged(deed)) for deed in deeds if deed.judgement),
        _section("What it uses", [_table(_signals(card))]),
        _section("What it cannot say", _limits(about)),
        _section("What was done with it", [f"* {_deed(deed)}" for deed in deeds]),
    ]
    return "\n".join(parts)


def _section(title: str, lines: Iterable[str]) -> str:
    return "\n".join([f"## {title}\n", *lines, ""])


def _text(value: object) -> str:
    """Names come from policies and people: shown, never markup."""
    return visible(str(value)).replace("|", "\\|").replace("<", "&lt;").replace("\n", " ")


def _table(rows: Sequence[Sequence[str]]) -> str:
    return "\n".join("| " + " | ".join(row) + " |" for row in (rows[0], ["---"] * len(rows[0]), *rows[1:]))


def _what(version: Version, about: Mapping[str, Any]) -> list[str]:
    card = version.card
    chance = card.calibration
    return [
        f"* Purpose: order leads under the policy `{_text(about.get('policy', 'unknown'))[:12]}`.",
        f"* Made by: {_text(about.get('learner', 'unknown'))}, {about.get('cells', '?')} cells at most.",
        f"* Put in by {_text(version.learned_by)} on {version.at:%Y-%m-%d}; seed {about.get('seed', '?')}.",
        f"* Scorecard `{card.hash}`; {card.scale} points double the odds.",
        f"* Coarse scorecard beside it: `{version.coarse.hash}`."
        if version.coarse
        else "* No coarse scorecard beside it.",
        f"* Chances: sigmoid on {chance.rows:,} leads judged before their outcome was used."
        if chance
        else "* No chances yet: too few leads.",
        f"* To be learned anew by: {version.retrain_by or 'not known, since its leads had no times'}.",
    ]


def _data(about: Mapping[str, Any]) -> list[str]:
    window = about.get("window")
    first, last = window if isinstance(window, list) and len(window) == 2 else ("", "")
    span = f"{first[:10]} to {last[:10]}" if first else "no times"
    return [
        f"* {about.get('rows', '?'):,} leads, {about.get('good', '?'):,} of them good; {span}.",
        f"* A good lead: {_text(about.get('definition', 'not said'))}.",
        f"* Who is stood for: {_CHANCES.get(str(about.get('label_chances')), 'not known')}.",
        f"* Rows `{_text(about.get('data', 'unknown'))}`.",
        f"* Verdict of the gate then: {_text(about.get('verdict', 'unknown'))}.",
    ]


def _learned(about: Mapping[str, Any]) -> list[list[str]]:
    figures = about.get("figures")
    said: dict[str, Any] = figures if isinstance(figures, dict) else {}
    rows = [[_FIGURES.get(name) or name, _text(value)] for name, value in said.items()]
    return [[f"on {_text(about.get('figures_on', 'later leads'))}", "95 %"], *rows]


def _judged(deed: Deed) -> Iterator[str]:
    said = deed.judgement or {}
    yield (
        f"On {said['rows']:,} later leads, {said['good']:,} of them good ({said['window'][0][:10]} to "
        f"{said['window'][1][:10]}), against version {said['against']}: **{deed.act}**.\n"
    )
    rows = [
        [_FIGURES.get(name, name), f"{value:.3f} ({low:.3f} to {high:.3f})"]
        for name, (value, low, high) in said["figures"].items()
    ]
    if rows:
        yield _table([["on these leads", "95 %"], *rows])


def _signals(card: Scorecard) -> list[list[str]]:
    rows = [
        [
            _text(term.label),
            term.dimension.value,
            f"{min(term.points):+d} to {max(term.points):+d}",
            f"{sum(term.rows[1:]):,}" if term.rows else "",
        ]
        for term in card.terms
    ]
    return [["signal", "dimension", "points", "leads that knew it"], *rows]


def _limits(about: Mapping[str, Any]) -> list[str]:
    rare = about.get("rare")
    seldom = [f"{_text(name)} ({', '.join(map(_text, bins))})" for name, bins in (rare or {}).items()]
    return [
        "* Why a lead is good: it counts what went together, not what causes what.",
        "* Anything about leads that nobody worked, unless some were drawn and worked anyway.",
        "* What a change of market, prices or follow-up since then would do.",
        *([f"* Much about rarely seen values: {'; '.join(seldom)}."] if seldom else []),
    ]


def _deed(deed: Deed) -> str:
    why = f": {_text(deed.why)}" if deed.why else ""
    return f"{deed.at:%Y-%m-%d %H:%M} {deed.act.replace('_', ' ')} by {_text(deed.by)}{why}"
