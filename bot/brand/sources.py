"""What `sources.yml` says: where profiles come from beside the customer file, and whom to believe where sources disagree.

Addresses and secrets never stand in a brand's folder: the file names the environment variables that hold them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

import phonenumbers
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from bot.brand.channels import Variable
from bot.brand.words import BrandModel

FILE = "file"
"""The customer file and imports: a source that is always there."""


NEWEST = "newest"
RESERVED = frozenset({FILE, NEWEST, "joined", "site"})
"""Names with a meaning of their own: sources that are there by themselves."""


def _region(code: str) -> str:
    if code not in phonenumbers.SUPPORTED_REGIONS:
        raise ValueError(f"{code!r} is no country; write two capital letters such as FR")
    return code


def _source_name(name: str) -> str:
    if name in RESERVED:
        raise ValueError(f"{name!r} has a meaning of its own; take another name")
    return name


SourceName = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,31}$"), AfterValidator(_source_name)]
Region = Annotated[str, AfterValidator(_region)]
Column = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[^\x00]*$")]
Columns = Annotated[tuple[Column, ...], Field(min_length=1, max_length=8)]
ProfileField = Literal[
    "first_name",
    "last_name",
    "phones",
    "emails",
    "birthday",
    "language",
    "loyalty_number",
    "city",
    "postcode",
    "home_store",
    "notes_for_advisors",
    "consents_to_marketing",
    "created",
]
"""Of `bot.customers.profile.Profile`, all but the id."""
LookUp = Literal["phone", "email", "loyalty"]


class ColumnRules(BrandModel):
    """Which columns hold which fields. Telephone numbers and addresses may stand in several."""

    id: Column
    first_name: Column | None = None
    last_name: Column | None = None
    phones: Column | Columns | None = None
    emails: Column | Columns | None = None
    birthday: Column | None = None
    language: Column | None = None
    loyalty_number: Column | None = None
    city: Column | None = None
    postcode: Column | None = None
    home_store: Column | None = None
    notes_for_advisors: Column | None = None
    consents_to_marketing: Column | None = None
    created: Column | None = None


class LookUpRules(BrandModel):
    """The columns a customer is found by; each should have an index there."""

    phone: Column | Columns | None = None
    email: Column | Columns | None = None
    loyalty: Column | Columns | None = None


class SqlSource(BrandModel):
    """A database of the brand's, read when somebody writes whom it may know."""

    kind: Literal["sql"]
    url: Variable
    """Holds a SQLAlchemy URL, with a user who may only read."""
    table: Annotated[str, StringConstraints(pattern=r"^[^\x00]{1,200}$")] | None = None
    """A table or a view, with its schema before a point where it needs one."""
    query: str | None = None
    """A select instead of a table, for what lies in several."""
    columns: ColumnRules
    look_up: LookUpRules
    country: Region | None = None
    """Where telephone numbers without a country code are from."""
    emails_in_capitals: bool = False
    """Whether addresses may have capital letters there: they are then compared in small ones, which needs an index of its own."""
    time_out_seconds: Annotated[float, Field(gt=0, le=4)] = 1.0
    """Longest a message waits for it."""
    cache_seconds: Annotated[float, Field(ge=0, le=86_400)] = 300.0
    """How long it is not asked again about the same number or address."""

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.table is None) == (self.query is None):
            raise ValueError("write either `table` or `query`")
        if not self.look_up.model_dump(exclude_none=True):
            raise ValueError("`look_up` needs a column for `phone`, `email` or `loyalty`: by what is a customer found?")
        for kind, field in (("phone", "phones"), ("email", "emails"), ("loyalty", "loyalty_number")):
            for one in as_columns(getattr(self.look_up, kind)):
                if one not in as_columns(getattr(self.columns, field)):
                    raise ValueError(
                        f"`look_up` finds customers by {one!r}, which is not among `columns: {field}:`; add it there"
                    )
        return self


class CrmSource(BrandModel):
    """A system that pushes what changes to `/webhooks/crm/{name}`."""

    kind: Literal["crm"]
    secret: Variable
    """Signs what is pushed."""
    country: Region | None = None
    """Where telephone numbers without a country code are from."""


Source = Annotated[SqlSource | CrmSource, Field(discriminator="kind")]


def _ordered(given: Any) -> Any:
    if isinstance(given, str):
        if given != NEWEST:
            raise ValueError(f"{given!r} is no order; write `newest`, or sources with the one to believe first, like [crm, file]")
        return (NEWEST,)
    return given


OrderedBy = Annotated[tuple[str, ...], BeforeValidator(_ordered), Field(min_length=1)]


class Sources(BrandModel):
    """What `sources.yml` says."""

    sources: Mapping[SourceName, Source] = Field(default_factory=dict)
    order: Mapping[Literal["default"] | ProfileField, OrderedBy] = Field(default_factory=dict)
    """Whom to believe first, for all fields and for some; `newest` alone: whoever changed it last."""

    @property
    def names(self) -> tuple[str, ...]:
        """Every source, the one to believe first at the top."""
        return self.order.get("default", (FILE,))

    @property
    def by_field(self) -> dict[str, tuple[str, ...]]:
        """The fields with an order of their own."""
        return {name: order for name, order in self.order.items() if name != "default" and order != (NEWEST,)}

    @property
    def newest(self) -> frozenset[str]:
        """The fields for which whoever changed them last is believed."""
        return frozenset(name for name, order in self.order.items() if order == (NEWEST,))


def as_columns(given: str | tuple[str, ...] | None) -> tuple[str, ...]:
    """One column or several as several."""
    return () if given is None else (given,) if isinstance(given, str) else given
