"""A policy's own examples, carried out: no examples, no publication; one that fails blocks it too."""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import polars as pl

from plumbline.domain.issues import Issue
from plumbline.domain.words import RuleOutcome, Stream
from plumbline.qualify.path import decide_signals
from plumbline.signals import signal_dtype

if TYPE_CHECKING:
    from collections.abc import Mapping

    from plumbline.domain.signals import SignalSpec
    from plumbline.policy.compiled import Example
    from plumbline.qualify.bundle import Bundle


#: An example of the policy comes out otherwise than it says.
EXAMPLE_FAILS: Final = "example_fails"


@dataclass(frozen=True, slots=True)
class ExampleResult:
    """What came of an example. ``differences`` maps what was expected otherwise to (expected, came out)."""

    why: str
    differences: Mapping[str, tuple[object, object]]

    @property
    def passed(self) -> bool:
        """Whether everything that is written came out."""
        return not self.differences


def run_examples(bundle: Bundle) -> tuple[ExampleResult, ...]:
    """Decide every example, without lotteries, and compare what is written with what comes out."""
    examples = bundle.policy.examples
    if not examples:
        return ()
    unlucky = MappingProxyType(dict.fromkeys(Stream, 0))
    certain = replace(bundle, policy=replace(bundle.policy, draws=unlucky))
    signals = _signals(certain, examples)
    decisions = decide_signals(signals, _bare_leads(len(examples)), certain)
    rows = decisions.iter_rows(named=True)
    return tuple(_compare(bundle, example, row) for example, row in zip(examples, rows, strict=True))


def example_issues(bundle: Bundle) -> list[Issue]:
    """Failing examples as problems of the policy."""
    return [
        Issue(EXAMPLE_FAILS, f"{result.why}: {_told(result)}", path=f"examples.{at}")
        for at, result in enumerate(run_examples(bundle))
        if not result.passed
    ]


def _told(result: ExampleResult) -> str:
    return "; ".join(
        f"{name} should be {_shown(want)}, is {_shown(got)}"
        for name, (want, got) in result.differences.items()
    )


def _shown(value: object) -> str:
    """A word of a vocabulary without what Python calls it."""
    return repr(str(value)) if isinstance(value, str) else repr(value)


def _signals(bundle: Bundle, examples: tuple[Example, ...]) -> pl.DataFrame:
    """The signals as written; those made from others follow, unless the example names them itself."""
    specs = bundle.policy.signals
    columns = [_column(spec, examples) for spec in specs]
    given = pl.DataFrame(columns, nan_to_null=False).with_columns(
        pl.Series("lead.id", _ids(len(examples))), unreadable=pl.lit([], dtype=pl.List(pl.String))
    )
    derived = bundle.assembler.derive(given)
    return derived.with_columns(pl.coalesce(given[spec.name], pl.col(spec.name)) for spec in specs)


def _column(spec: SignalSpec, examples: tuple[Example, ...]) -> pl.Series:
    values = [example.lead.get(spec.name) for example in examples]
    return pl.Series(spec.name, values, dtype=signal_dtype(spec.kind), strict=False)


def _ids(count: int) -> list[str]:
    return [f"example-{at}" for at in range(count)]


def _bare_leads(count: int) -> pl.DataFrame:
    ids = _ids(count)
    text = pl.Series([None] * count, dtype=pl.String)
    return pl.DataFrame({"row": range(1, count + 1), "lead.id": ids}).with_columns(
        text.alias("triage.email_kind"),
        text.alias("triage.email_domain"),
        pl.lit([], dtype=pl.List(pl.String)).alias("triage.unreadable"),
    )


def _compare(bundle: Bundle, example: Example, row: dict[str, object]) -> ExampleResult:
    fired = [
        rule.id
        for rule, letter in zip(bundle.policy.rules, str(row["rules"]), strict=True)
        if letter == RuleOutcome.HIT
    ]
    found = {**row, "rules": [rule for rule in example.expect.get("rules", ()) if rule in fired]}
    wanted = {**example.expect}
    if "rules" in wanted:
        wanted["rules"] = list(wanted["rules"])
    differences = {name: (want, found[name]) for name, want in wanted.items() if found[name] != want}
    return ExampleResult(example.why, differences)
