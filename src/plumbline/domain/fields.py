"""The lead model: every field a file can be mapped to, and what is derived from which."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from plumbline.domain.words import Kind

#: Fields a customer adds: ``extra.specialization``. Text unless a signal declares another kind.
EXTRA: Final = "extra."
#: What the reader found in messages: ``reading.budget``. Each has its chance of being right beside it.
READING: Final = "reading."
CONFIDENCE: Final = ".confidence"


@dataclass(frozen=True, slots=True)
class Field:
    """A column of the lead model. ``personal`` marks data about a person rather than an organisation."""

    name: str
    kind: Kind
    about: str
    personal: bool = False
    lineage: tuple[str, ...] = ()


_RECEIVED = (
    Field("lead.id", Kind.TEXT, "The id of the lead in the system it comes from."),
    Field("lead.created_at", Kind.DATE, "When the lead came in."),
    Field("lead.source", Kind.TEXT, "Where the lead came from, as the source system says."),
    Field("lead.campaign", Kind.TEXT, "The campaign that brought it."),
    Field("lead.message", Kind.TEXT, "What the person wrote first.", personal=True),
    Field("lead.last_contact_at", Kind.DATE, "When sales last spoke to them."),
    Field("lead.objected", Kind.FLAG, "The person objected to profiling.", personal=True),
    Field("contact.name", Kind.TEXT, "Full name.", personal=True),
    Field("contact.email", Kind.TEXT, "E-mail address.", personal=True),
    Field("contact.phone", Kind.TEXT, "Phone number.", personal=True),
    Field("contact.title", Kind.TEXT, "Job title.", personal=True),
    Field("account.id", Kind.TEXT, "The id of the organisation in the system it comes from."),
    Field("account.name", Kind.TEXT, "Company name."),
    Field("account.website", Kind.TEXT, "Website or domain."),
    Field("account.industry", Kind.TEXT, "Industry."),
    Field("account.employees", Kind.NUMBER, "Number of employees."),
    Field("account.revenue", Kind.NUMBER, "Yearly revenue."),
    Field("account.country", Kind.TEXT, "Country."),
    Field("account.region", Kind.TEXT, "State, province or sales region."),
    Field("account.city", Kind.TEXT, "City."),
    Field("account.tier", Kind.TEXT, "Tier given by sales, such as strategic."),
)

#: What is looked at for suspicious values.
_LOOKED_AT: Final = (
    "contact.name",
    "contact.email",
    "contact.phone",
    "account.name",
    "account.website",
    "lead.message",
    "lead.created_at",
    "lead.source",
)

_DERIVED = (
    Field(
        "triage.email_kind",
        Kind.TEXT,
        "business, free, disposable, role or invalid; unknown without an address.",
        personal=True,
        lineage=("contact.email",),
    ),
    Field("triage.email_domain", Kind.TEXT, "The part after the @.", lineage=("contact.email",)),
    Field("triage.shares_email", Kind.FLAG, "Another lead has this address.", lineage=("contact.email",)),
    Field(
        "triage.company",
        Kind.TEXT,
        "Company name without its legal form.",
        lineage=("account.name", "account.country"),
    ),
    Field(
        "triage.domain",
        Kind.TEXT,
        "Registered domain of the website, else of a business address.",
        lineage=("account.website", "contact.email"),
    ),
    Field(
        "triage.phone",
        Kind.TEXT,
        "Phone number as E.164; unknown where it cannot be told.",
        personal=True,
        lineage=("contact.phone", "account.country"),
    ),
    Field("triage.country", Kind.TEXT, "Two-letter code of the country.", lineage=("account.country",)),
    Field(
        "triage.region",
        Kind.TEXT,
        "ISO 3166-2 code of a state, or a sales area such as DACH.",
        lineage=("account.region", "account.country"),
    ),
    Field("triage.industry", Kind.TEXT, "Section of NACE Rev. 2, in words.", lineage=("account.industry",)),
    Field(
        "triage.size_band",
        Kind.TEXT,
        "Band of the head count, also of ranges such as 51-200.",
        lineage=("account.employees",),
    ),
    Field(
        "triage.seniority",
        Kind.TEXT,
        "entry, professional, senior, manager, head, director, vp or executive; unknown where unclear.",
        personal=True,
        lineage=("contact.title",),
    ),
    Field(
        "triage.function",
        Kind.TEXT,
        "Function of the job title, such as sales; unknown where unclear.",
        personal=True,
        lineage=("contact.title",),
    ),
    Field(
        "triage.flags",
        Kind.TEXT,
        "Codes of what looks suspicious, with spaces between; none where nothing does.",
        personal=True,
        lineage=_LOOKED_AT,
    ),
    Field(
        "triage.suspicious",
        Kind.NUMBER,
        "How many kinds of suspicious things were found.",
        personal=True,
        lineage=_LOOKED_AT,
    ),
    *(
        Field(f"{READING}{name}", Kind.TEXT, about, personal=True, lineage=("lead.message",))
        for name, about in (
            ("request", "What they ask for: demo, pricing, trial, support, … Unknown when nothing."),
            ("need", "explicit or implied; unknown when no need is named."),
            ("urgency", "high, normal or none."),
            ("timeline", "<= 30 days, <= 90 days, <= 12 months, > 12 months; unknown when not named."),
            ("budget", "approved, exists or none_available; unknown when not mentioned."),
            ("authority", "decision_maker, influencer or evaluator; unknown when not stated."),
            ("competitor", "yes or no: whether another product is named."),
            ("not_a_buyer", "job_seeker, student, vendor, press, spam, … or no."),
            ("data_rights", "unsubscribe, object, erase, access, rectify or no."),
        )
    ),
)

RECEIVED: Final[dict[str, Field]] = {field.name: field for field in _RECEIVED}
DERIVED: Final[dict[str, Field]] = {field.name: field for field in _DERIVED}


def is_receivable(name: str) -> bool:
    """Whether a file's column can be mapped to this field."""
    return name in RECEIVED or (name.startswith(EXTRA) and name.removeprefix(EXTRA).isidentifier())


def lineage(name: str) -> tuple[str, ...]:
    """The received fields that a field stands on: itself, unless it is derived."""
    derived = DERIVED.get(name)
    return derived.lineage if derived else (name,)
