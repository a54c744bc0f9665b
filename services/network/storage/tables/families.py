"""Tables of people, families, and who stands around them."""

from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy import Index, LargeBinary, Text, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from services.network.storage.tables.base import Base, of_case, of_person
from shared.db.base import CountyId


class PersonRow(Base):
    """A person. `words` (sealed with the person's key) holds the names, the birth date, safe words and the county's own id.

    `band_lookups` are keyed hashes of the days on which the person enters another age band, as far as they are still to come.
    """

    __tablename__ = "people"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    name_lookups: Mapped[list[str]] = mapped_column(ARRAY(Text))
    external_lookup: Mapped[str | None] = mapped_column(Text)
    spoken_language: Mapped[str] = mapped_column(Text)
    written_language: Mapped[str] = mapped_column(Text)
    interpreter_needed: Mapped[bool]
    time_zone: Mapped[str] = mapped_column(Text)
    quiet_from: Mapped[time]
    quiet_until: Mapped[time]
    voicemail_ok: Mapped[bool]
    staff_id: Mapped[str | None] = mapped_column(Text)
    confidential_address: Mapped[bool]
    shared_device: Mapped[bool] = mapped_column(server_default=text("false"))
    safe_channels: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    urgent_at_night: Mapped[bool] = mapped_column(server_default=text("false"))
    relay_person_id: Mapped[UUID | None]
    wants_direct_messages: Mapped[bool] = mapped_column(server_default=text("false"))
    direct_messages_approved: Mapped[bool] = mapped_column(server_default=text("false"))
    band_lookups: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    registered_by: Mapped[str] = mapped_column(Text)
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        UniqueConstraint("county_id", "external_lookup"),
        UniqueConstraint("county_id", "staff_id"),
        *of_person("relay_person_id"),
    )


class PersonNameRow(Base):
    """A keyed hash of a name, and who bears it. A trigger keeps it as `people.name_lookups` is: nobody else writes it.

    Behind the wall PostgreSQL uses an index only where its operator cannot leak; equality of texts is such a one, `&&` is not.
    """

    __tablename__ = "person_names"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    lookup: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)

    __table_args__ = (Index(None, "county_id", "person_id"),)


class ContactPointRow(Base):
    """One way to reach a person; `value` is sealed with the person's key, `lookup` finds it."""

    __tablename__ = "contact_points"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    person_id: Mapped[UUID]
    rank: Mapped[int]
    channel: Mapped[str] = mapped_column(Text)
    value: Mapped[bytes] = mapped_column(LargeBinary)
    lookup: Mapped[str] = mapped_column(Text)
    preferred: Mapped[bool]
    consent: Mapped[str] = mapped_column(Text)
    consent_source: Mapped[str] = mapped_column(Text)
    consent_at: Mapped[datetime]
    is_substitute: Mapped[bool]

    __table_args__ = (*of_person("person_id"), Index(None, "county_id", "person_id"), Index(None, "county_id", "lookup"))


class FindRow(Base):
    """That a worker found a person by searching, and when: for a while they may add that person to a family of theirs."""

    __tablename__ = "finds"

    county_id: Mapped[CountyId] = mapped_column(primary_key=True)
    staff_id: Mapped[str] = mapped_column(Text, primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    found_at: Mapped[datetime]

    __table_args__ = (*of_person("person_id"),)


class CaseRow(Base):
    """A family. `words` (sealed with the case's key) holds its title and the county's own id."""

    __tablename__ = "cases"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    words: Mapped[bytes] = mapped_column(LargeBinary)
    external_lookup: Mapped[str | None] = mapped_column(Text)
    time_zone: Mapped[str] = mapped_column(Text)
    unit: Mapped[str] = mapped_column(Text)
    assigned: Mapped[list[str]] = mapped_column(ARRAY(Text))
    shared_with: Mapped[list[str]] = mapped_column(ARRAY(Text))
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        UniqueConstraint("county_id", "external_lookup"),
        Index(None, "county_id", "updated_at", "id"),
        Index(None, "county_id", "unit"),
    )


class ChildRow(Base):
    """A child's place in a family's work, with the placement facts."""

    __tablename__ = "children"

    case_id: Mapped[UUID] = mapped_column(primary_key=True)
    person_id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    entered_care_on: Mapped[date | None]
    disposition_on: Mapped[date | None]
    icwa_status: Mapped[str] = mapped_column(Text)
    placement_kind: Mapped[str] = mapped_column(Text)
    intensive_services: Mapped[bool]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (of_case(), *of_person("person_id"), Index(None, "county_id", "person_id"))


class MemberRow(Base):
    """A member of a family's network, kept after leaving.

    `relationship_words` and `words` are sealed with the case's key. `words` holds what was seen of the qualities, by whom and when,
    the reasons and the words of the vetting; None where nothing of that kind is on record.
    """

    __tablename__ = "members"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    person_id: Mapped[UUID]
    relationship: Mapped[str] = mapped_column(Text)
    relationship_words: Mapped[bytes | None] = mapped_column(LargeBinary)
    side: Mapped[str] = mapped_column(Text)
    circle: Mapped[str] = mapped_column(Text)
    support_type: Mapped[str] = mapped_column(Text)
    caregiver_of_concern: Mapped[bool]
    knows_level: Mapped[str] = mapped_column(Text, server_default=text("'nothing'"))
    contacted_on: Mapped[date | None]
    met_agency_on: Mapped[date | None]
    set_aside: Mapped[str | None] = mapped_column(Text)
    vetting: Mapped[str] = mapped_column(Text, server_default=text("'not_vetted'"))
    vetting_limits: Mapped[list[str]] = mapped_column(ARRAY(Text), server_default=text("'{}'"))
    will_do_something: Mapped[bool] = mapped_column(server_default=text("false"))
    state: Mapped[str] = mapped_column(Text, server_default=text("'identified'"))
    was_active: Mapped[bool] = mapped_column(server_default=text("false"))
    words: Mapped[bytes | None] = mapped_column(LargeBinary)
    joined_at: Mapped[datetime]
    left_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        UniqueConstraint("county_id", "id"),
        of_case(),
        *of_person("person_id"),
        Index("uq_members_present", "case_id", "person_id", unique=True, postgresql_where=text("left_at IS NULL")),
        Index(None, "county_id", "person_id"),
    )


class SeparationRow(Base):
    """A rule that keeps two people apart, kept after it was lifted. `reason` is sealed with the case's key."""

    __tablename__ = "separation_rules"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    county_id: Mapped[CountyId]
    case_id: Mapped[UUID]
    person_a: Mapped[UUID]
    person_b: Mapped[UUID]
    reason: Mapped[bytes] = mapped_column(LargeBinary)
    until: Mapped[date | None]
    set_at: Mapped[datetime]
    lifted_at: Mapped[datetime | None]
    version: Mapped[int]
    updated_at: Mapped[datetime]

    __table_args__ = (
        of_case(),
        *of_person("person_a", "person_b"),
        UniqueConstraint("county_id", "id"),
        Index(None, "county_id", "person_a"),
        Index(None, "county_id", "person_b"),
        Index(
            "uq_separation_rules_present",
            "case_id",
            "person_a",
            "person_b",
            unique=True,
            postgresql_where=text("lifted_at IS NULL"),
        ),
    )
