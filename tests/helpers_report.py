"""Hand-made packets and a run, shared by the tests of the report room."""

from __future__ import annotations

from dataclasses import fields, is_dataclass, replace
from typing import Any

from plumbline.qualify.packet import (
    DecisionLine,
    DimensionLine,
    DrawLine,
    Fact,
    Packet,
    Reason,
    RuleLine,
    Score,
    Unknown,
    Versions,
    WhatIf,
)
from plumbline.qualify.summary import (
    BandCount,
    BlankWord,
    GridCount,
    IssueCount,
    LedgerHead,
    MissingField,
    ProposalCount,
    QuestionCount,
    QueueLine,
    RouteCount,
    RowSample,
    RunSummary,
    RunVersions,
    draw_count,
)

VERSIONS = Versions(
    policy="new-business 7",
    policy_hash="b7f0c2f1a6e94d0c8f5a3c7b1e2d4f60718293a4b5c6d7e8f90a1b2c3d4e5f60",
    scorecard_hash="1d4e5f60718293a4b5c6d7e8f90a1b2cb7f0c2f1a6e94d0c8f5a3c7b1e2d4f60",
    plumbline="0.1.0",
    as_of="2026-03-01T12:00:00+00:00",
    row=1138,
)

DRAWS = (
    DrawLine("audit", None, None),
    DrawLine("explore", None, None),
    DrawLine("holdout", 1000, drawn=False),
    DrawLine("blind", 2000, drawn=True),
    DrawLine("probe", 100, drawn=False),
)

RICH_SCORE = Score(
    band="A",
    points=68,
    base=0,
    lowest=51,
    highest=86,
    band_change=2600,
    cutoffs=(60, 30, 0),
    dimensions=(
        DimensionLine("fit", 30, "high", 20, 5),
        DimensionLine("intent", 33, "high", 15, 5),
        DimensionLine("readiness", 5, "medium", 10, 0),
    ),
    reasons=(
        Reason("employees", "Employees", "250 or more", 15, "fit"),
        Reason("email_kind", "E-mail address", "business", 10, "fit"),
        Reason("industry", "Industry", "Manufacturing", 10, "fit"),
        Reason("country", "Country", "Ireland", -5, "fit"),
        Reason("demo_requests", "Demo requests, fading by half in 14 days", "1.5 or more", 20, "intent"),
        Reason("page_views", "Pages viewed in 30 days", "10 to 24", 8, "intent"),
        Reason("source", "Source", "Partner referral", 5, "intent"),
        Reason("days_waiting", "Days waiting", "under 3", 10, "readiness"),
        Reason("title", "Job title", "no buying role", -5, "readiness"),
        Reason("city", "City", "any", 0, "fit"),
        Reason("budget", "Budget", "unknown", 0, "readiness"),
        Reason("timeline", "Timeline", "unknown", 0, "readiness"),
    ),
)

RICH = Packet(
    lead_id="00Q5f-1138",
    title="Northwind Traders · Ada Byrne",
    decision=DecisionLine(
        route="fast_track",
        intended_route="fast_track",
        action="ask",
        owner="senior-reps",
        decided_by="band A",
        reason="BAND_ROUTE",
        because="Band A: a company in our market that asked for a demo and is waiting.",
        proposes=None,
        autonomy="recommend",
        confidence=7400,
        questions=("budget", "timeline"),
    ),
    score=RICH_SCORE,
    unknowns=(
        Unknown("budget", "Budget", "Has a budget been set aside for this year?", -12, 10, 2200),
        Unknown("timeline", "Timeline", "When do you want to be running?", -5, 8, 0),
    ),
    up=None,
    down=WhatIf(
        "B", 53, ("Employees: 50 to 249 instead of 250 or more", "Industry: other instead of Manufacturing")
    ),
    rules=(
        RuleLine(
            "strategic",
            "miss",
            "account tier is strategic",
            "Named account: a person decides.",
            (),
            near=False,
        ),
        RuleLine(
            "big_and_eager",
            "hit",
            "at least 250 employees and a demo request in the last 14 days",
            "A large company that asked for a demo is called within a day.",
            (),
            near=False,
        ),
        RuleLine(
            "partner_region",
            "miss",
            "region is partner and source is not Partner referral",
            "Partners serve this region.",
            ("source is not Partner referral",),
            near=True,
        ),
        RuleLine(
            "budget_gone",
            "unknown",
            "budget is none this year",
            "Without a budget this year the lead goes to nurture.",
            ("budget is none this year",),
            near=False,
        ),
        RuleLine(
            "student", "miss", "title is student and band is D", "Students are not buyers.", (), near=False
        ),
    ),
    draws=DRAWS,
    facts=(
        Fact(
            "account.name",
            "Company",
            " Northwind Traders ",
            "Northwind Traders",
            "",
            personal=False,
            used=False,
            age_days=2,
        ),
        Fact("account.employees", "Employees", "1,200", "1200", "", personal=False, used=True, age_days=2),
        Fact(
            "contact.email",
            "E-mail",
            "ada.byrne@northwind.example",
            "ada.byrne@northwind.example",
            "",
            personal=True,
            used=True,
            age_days=2,
        ),
        Fact(
            "contact.title",
            "Job title",
            "Office coordinator",
            "Office coordinator",
            "",
            personal=True,
            used=True,
            age_days=2,
        ),
        Fact(
            "account.industry",
            "Industry",
            "Manufacturing",
            "Manufacturing",
            "",
            personal=False,
            used=True,
            age_days=420,
        ),
        Fact("account.country", "Country", "Ireland", "Ireland", "", personal=False, used=True, age_days=2),
        Fact(
            "lead.source",
            "Source",
            "Partner Referral",
            "Partner referral",
            "",
            personal=False,
            used=True,
            age_days=2,
        ),
        Fact("account.city", "City", "Select", None, "blank", personal=False, used=True, age_days=2),
        Fact(
            "lead.created_at",
            "Came in",
            "27/02/2026",
            "2026-02-27",
            "",
            personal=False,
            used=True,
            age_days=2,
        ),
        Fact("extra.budget", "Budget", "tbc!!", None, "unreadable", personal=False, used=True, age_days=2),
        Fact("extra.timeline", "Timeline", None, None, "missing", personal=False, used=True, age_days=None),
        Fact(
            "contact.phone",
            "Phone",
            "+353 1 555 0100",
            "+35315550100",
            "",
            personal=True,
            used=False,
            age_days=2,
        ),
    ),
    issues=("Budget “tbc!!” is not a number: treated as unknown.",),
    versions=VERSIONS,
)

ALL_UNKNOWN = Packet(
    lead_id="row-7",
    title="Lead row-7",
    decision=DecisionLine(
        route="review",
        intended_route="review",
        action="review",
        owner="revops",
        decided_by="unknowns",
        reason="DEPENDS_ON_UNKNOWN",
        because="Missing fields could well change the band, so somebody should ask.",
        proposes=None,
        autonomy="approve",
        confidence=3800,
        questions=("How many people work at your company?",),
    ),
    score=Score(
        band="C",
        points=0,
        base=0,
        lowest=-35,
        highest=78,
        band_change=6200,
        cutoffs=(60, 30, 0),
        dimensions=(
            DimensionLine("fit", 0, "low", 20, 5),
            DimensionLine("intent", 0, "low", 15, 5),
            DimensionLine("readiness", 0, "medium", 10, 0),
        ),
        reasons=(
            Reason("employees", "Employees", "unknown", 0, "fit"),
            Reason("email_kind", "E-mail address", "unknown", 0, "fit"),
        ),
    ),
    unknowns=(
        Unknown("employees", "Employees", "How many people work at your company?", -10, 15, 4100),
        Unknown("email_kind", "E-mail address", None, -10, 10, 3300),
        Unknown("demo_requests", "Demo requests", None, 0, 33, 900),
        Unknown("budget", "Budget", "Has a budget been set aside for this year?", -15, 20, 3000),
    ),
    up=WhatIf("B", 30, ("Employees: 250 or more", "Budget: set aside")),
    down=WhatIf("D", -10, ("Employees: under 50",)),
    rules=(
        RuleLine(
            "strategic",
            "?",
            "account tier is strategic",
            "Named account: a person decides.",
            ("account tier is strategic",),
            near=False,
        ),
    ),
    draws=(DrawLine("audit", 1500, drawn=False), DrawLine("explore", 500, drawn=False), *DRAWS[2:]),
    facts=(
        Fact(
            "account.employees", "Employees", None, None, "missing", personal=False, used=True, age_days=None
        ),
        Fact("contact.email", "E-mail", "N/A", None, "blank", personal=True, used=True, age_days=None),
    ),
    issues=(),
    versions=VERSIONS,
)

OBJECTOR = Packet(
    lead_id="00Q5f-2201",
    title="Fabrikam · Rui Matos",
    decision=DecisionLine(
        route="queue",
        intended_route="queue",
        action="call",
        owner="privacy-desk",
        decided_by="objection",
        reason="OBJECTION",
        because="The person objected to profiling: nothing was scored, a person handles the lead.",
        proposes=None,
        autonomy="approve",
        confidence=10_000,
        questions=(),
    ),
    score=None,
    unknowns=(),
    up=None,
    down=None,
    rules=(),
    draws=(),
    facts=(
        Fact("account.name", "Company", "Fabrikam", "Fabrikam", "", personal=False, used=False, age_days=12),
        Fact(
            "lead.objected", "Objected to profiling", "yes", "yes", "", personal=True, used=True, age_days=12
        ),
    ),
    issues=(),
    versions=VERSIONS,
)

DISQUALIFY = Packet(
    lead_id="00Q5f-0900",
    title="University of Erewhon · Sam Okafor",
    decision=DecisionLine(
        route="review",
        intended_route="review",
        action="propose_disqualify",
        owner="revops",
        decided_by="student",
        reason="DISQUALIFY_PROPOSED",
        because="Students are not buyers, and nothing else speaks for this lead.",
        proposes="disqualify",
        autonomy="approve",
        confidence=10_000,
        questions=(),
    ),
    score=Score(
        band="D",
        points=-25,
        base=5,
        lowest=-25,
        highest=-25,
        band_change=0,
        cutoffs=(60, 30, 0),
        dimensions=(
            DimensionLine("fit", -20, "low", 20, 5),
            DimensionLine("intent", 0, "low", 15, 5),
            DimensionLine("readiness", -10, "low", 10, 0),
        ),
        reasons=(
            Reason("email_kind", "E-mail address", "free or disposable", -10, "fit"),
            Reason("employees", "Employees", "under 50", -10, "fit"),
            Reason("title_is_student", "Student by title", "yes", -10, "readiness"),
        ),
    ),
    unknowns=(),
    up=WhatIf(
        "C",
        10,
        (
            "E-mail address: business instead of free or disposable",
            "Employees: 50 to 249 instead of under 50",
        ),
    ),
    down=None,
    rules=(
        RuleLine(
            "student", "h", "title is student and band is D", "Students are not buyers.", (), near=False
        ),
    ),
    draws=(DrawLine("audit", 1500, drawn=True), DrawLine("explore", 500, drawn=False), *DRAWS[2:]),
    facts=(
        Fact(
            "contact.title",
            "Job title",
            "BSc student",
            "BSc student",
            "",
            personal=True,
            used=True,
            age_days=95,
        ),
    ),
    issues=(),
    versions=VERSIONS,
)

#: Text that tries to act: markup, a script, a template, terminal control, reordering, and plain length.
NASTY = (
    '"><script>alert(1)</script><img src=x onerror=alert(2)>{{ 7 * 7 }}[bold red]&amp;'
    "\x1b[2J\x1b]0;owned\x07\x00\u202egnp.exe\u2066 שלום مرحبا 🙂👩🏽‍🚀 "
)


def hostile(value: Any, text: str = NASTY + "x" * 900) -> Any:
    """The same data with every free text replaced; words of a fixed vocabulary stay."""
    if isinstance(value, str):
        return text
    if isinstance(value, tuple):
        return tuple(hostile(item, text) for item in value)
    if is_dataclass(value) and not isinstance(value, type):
        changed = {
            field.name: hostile(getattr(value, field.name), text)
            for field in fields(value)
            if field.name not in FIXED_WORDS
        }
        return replace(value, **changed)
    return value


FIXED_WORDS = frozenset(
    {"band", "route", "intended_route", "dimension", "level", "outcome", "note", "autonomy", "stream"}
)

HOSTILE = hostile(RICH)

PACKETS = {
    "rich": RICH,
    "all_unknown": ALL_UNKNOWN,
    "objector": OBJECTOR,
    "disqualify": DISQUALIFY,
    "hostile": HOSTILE,
}

_LEVELS = ("high", "medium", "low")
_GRID = (
    *(40, 62, 31, 55, 148, 120, 20, 96, 88),
    *(71, 180, 141, 160, 742, 905, 92, 810, 1204),
    *(12, 66, 80, 44, 391, 1010, 31, 560, 1936),
)

RUN = RunSummary(
    source="leads.csv",
    as_of="2026-03-01T12:00:00+00:00",
    read=9240,
    accepted=9198,
    rejected=42,
    duplicates=96,
    decided=9102,
    unscored=7,
    routes=(
        RouteCount("review", "revops", 611),
        RouteCount("review", "enterprise", 38),
        RouteCount("review", "privacy-desk", 7),
        RouteCount("fast_track", "senior-reps", 402),
        RouteCount("queue", "reps", 4320),
        RouteCount("nurture", "marketing", 3724),
    ),
    bands=(BandCount("A", 431), BandCount("B", 1502), BandCount("C", 3180), BandCount("D", 3982)),
    grid=tuple(
        GridCount(fit, intent, readiness, _GRID[9 * r + 3 * f + i])
        for r, readiness in enumerate(_LEVELS)
        for f, fit in enumerate(_LEVELS)
        for i, intent in enumerate(_LEVELS)
    ),
    issues=(
        IssueCount(
            "too_many_cells",
            "A row has as many cells as the header.",
            31,
            rejected=True,
            samples=(RowSample(418, "", "a;b;c;d;e;f"), RowSample(2204, "", "x")),
        ),
        IssueCount(
            "no_identity",
            "A lead has an e-mail, a phone or a company.",
            11,
            rejected=True,
            samples=(RowSample(77, "contact.email", ""),),
        ),
        IssueCount(
            "not_a_number",
            "Employees is a number.",
            204,
            rejected=False,
            samples=(RowSample(12, "account.employees", "10-50"), RowSample(40, "account.employees", "many")),
        ),
    ),
    blank_words=(BlankWord("extra.specialization", "Select", 1942), BlankWord("account.city", "N/A", 310)),
    missing=(
        MissingField("budget", "Budget", 8100),
        MissingField("employees", "Employees", 2904),
        MissingField("industry", "Industry", 1200),
    ),
    questions=(
        QuestionCount("budget", "Budget", "Has a budget been set aside for this year?", 4012, 980),
        QuestionCount("employees", "Employees", "How many people work at your company?", 2810, 611),
        QuestionCount("industry", "Industry", None, 702, 55),
    ),
    depends_on_unknown=1646,
    material=2500,
    proposals=(ProposalCount("student", "Students are not buyers.", "revops", 118),),
    draws=(
        draw_count("audit", chances={1500: 3724}, drawn=571),
        draw_count("explore", chances={500: 3724}, drawn=181),
        draw_count("holdout", chances={1000: 9095}, drawn=941),
        draw_count("blind", chances={2000: 9095}, drawn=1794),
        draw_count("probe", chances={100: 9095}, drawn=90),
    ),
    queue=(
        QueueLine(
            "00Q5f-1138",
            "Northwind Traders · Ada Byrne",
            "fast_track",
            "senior-reps",
            "A",
            68,
            "A large company that asked for a demo is called within a day.",
            "packets/00Q5f-1138.html",
        ),
        QueueLine(
            "00Q5f-0417",
            "Tailspin Toys · Noor de Wit",
            "fast_track",
            "senior-reps",
            "A",
            64,
            "Band A: in our market and asking now.",
            "packets/00Q5f-0417.html",
        ),
        QueueLine(
            "00Q5f-2201",
            "Fabrikam · Rui Matos",
            "review",
            "privacy-desk",
            None,
            None,
            "The person objected to profiling.",
            None,
        ),
        QueueLine(
            "00Q5f-3310",
            "Contoso · Mei Tan",
            "queue",
            "reps",
            "B",
            52,
            "Band B: good fit, little interest shown yet.",
            "packets/00Q5f-3310.html",
        ),
    ),
    ledger=LedgerHead(
        9104,
        "9f3c1b7a5d2e4f60718293a4b5c6d7e8f90a1b2c3d4e5f60b7f0c2f1a6e94d0c",
        "plumbline ledger verify run/ledger.db",
    ),
    versions=RunVersions(
        "new-business 7",
        VERSIONS.policy_hash,
        VERSIONS.scorecard_hash,
        "c6d7e8f90a1b2c3d4e5f60b7f0c2f1a6e94d0c9f3c1b7a5d2e4f60718293a4b5",
        "0.1.0",
    ),
)

EMPTY_RUN = replace(
    RUN,
    **dict.fromkeys(
        ("read", "accepted", "rejected", "duplicates", "decided", "unscored", "depends_on_unknown"), 0
    ),
    **dict.fromkeys(
        (
            "routes",
            "bands",
            "grid",
            "issues",
            "blank_words",
            "missing",
            "questions",
            "proposals",
            "draws",
            "queue",
        ),
        (),
    ),
    ledger=None,
)
