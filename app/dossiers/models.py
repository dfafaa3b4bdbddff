"""The dossier: the one thing everything else is about."""

from datetime import date, datetime
from enum import StrEnum
from typing import Any, Final
from uuid import UUID, uuid4

from sqlalchemy import Column, Date, Index, PrimaryKeyConstraint, Text, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of, packed


class Channel(StrEnum):
    """How the dossier came (cách thức nộp)."""

    COUNTER = "counter"
    ONLINE = "online"
    POST = "post"


class DossierState(StrEnum):
    """Where a dossier stands. `NATIONAL` in states.py maps each to the portal's codes 1–10."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    REFUSED_AT_INTAKE = "refused_at_intake"
    RECEIVED = "received"
    IN_PROGRESS = "in_progress"
    SUPPLEMENT_REQUESTED = "supplement_requested"
    PAYMENT_REQUESTED = "payment_requested"
    AWAITING_SIGNATURE = "awaiting_signature"
    AWAITING_SEAL = "awaiting_seal"
    RESULT_READY = "result_ready"
    RETURNED = "returned"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    STOPPED = "stopped"


OPEN = text("finished_at IS NULL AND code IS NOT NULL")
# States that something still comes out of; the others leave the index (docs/decisions/0062-what-is-open-is-hot.md).
WAITING: Final = (
    "state IN ('draft', 'submitted', 'received', 'in_progress', 'supplement_requested', 'payment_requested',"
    " 'awaiting_signature', 'awaiting_seal', 'result_ready')"
)


class Dossier(SQLModel, table=True):
    """An application and all that becomes of it (hồ sơ). Its code is issued at submission, once, never reused."""

    __tablename__ = "dossier"
    __table_args__ = (
        one_of("channel", Channel),
        one_of("state", DossierState),
        Index("uq_dossier_code", "code", unique=True, postgresql_where=text("code IS NOT NULL")),
        # Carries what boards count, so that counting never opens the rows themselves.
        Index("ix_dossier_open", "office_id", "due_at", "id", postgresql_where=OPEN,
              postgresql_include=["procedure_code", "state", "submitted_at"]),
        Index("ix_dossier_applicant", "applicant_id", "created_at"),
        Index("ix_dossier_state", "office_id", "state", "submitted_at", "id", postgresql_where=text(WAITING),
              postgresql_include=["due_at"]),
        Index("ix_dossier_draft", "assisted_by", "created_at", "id", postgresql_where=text("state = 'draft'")),
        Index("ix_dossier_newest", "office_id", "created_at", "id"),
        Index(
            "ix_dossier_support", "support_office_id", "created_at",
            postgresql_where=text("support_office_id IS NOT NULL"),
        ),
        Index("ix_dossier_alarm", "alarm_at", postgresql_where=text("alarm_at IS NOT NULL")),
        Index("ix_dossier_without_due", "office_id", postgresql_where=text(
            "received_at IS NOT NULL AND due_at IS NULL AND paused_at IS NULL")),
        Index("ix_dossier_received", "office_id", "received_at", postgresql_where=text("received_at IS NOT NULL")),
        Index("ix_dossier_finished", "office_id", "finished_at", postgresql_where=text("finished_at IS NOT NULL")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    code: str | None = Field(default=None, max_length=40)
    submission_key: UUID = Field(default_factory=uuid4, unique=True)  # one code a submission, however often sent
    procedure_code: str = Field(max_length=20)
    procedure_version_id: UUID = Field(foreign_key="procedure_version.id")
    channel: str = Field(max_length=10)
    state: str = Field(default="draft", max_length=24)
    return_way: str | None = Field(default=None, max_length=10)
    return_address: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    applicant_id: UUID = Field(foreign_key="citizen.id")
    holder_name: str = Field(max_length=200)  # chủ hồ sơ
    title: str = Field(default="", max_length=300)  # trích yếu, shown in lists
    search: str = Field(default="")  # read by releases before 0006_names_searched; FoundBy is what is searched
    language: str = Field(default="vi", max_length=5)
    assisted_by: UUID | None = None  # the officer who filed it for the citizen
    consent: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # how the citizen agreed to that
    sets: int = 1
    facts: dict[str, Any] = Field(default_factory=dict, sa_column=document())  # small routing facts of the case
    supplements_asked: int = 0
    created_at: datetime = Field(sa_column=moment())
    submitted_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    received_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    original_due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    paused_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    returned_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    support_office_id: int | None = None  # where it was handed in for this office, regardless of boundaries
    alarm_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # the next escalation of its term
    alarm_no: int = Field(default=0, sa_column_kwargs={"server_default": "0"})  # how many rang for this due moment
    version: int = 0


class FoundBy(SQLModel, table=True):
    """One key a dossier is found by (naming.py): folded words of its names, or the end of a number. `at` is its begin."""

    __tablename__ = "found_by"
    __table_args__ = (
        PrimaryKeyConstraint("office_id", "key", "at", "dossier_id", name="found_by_pkey", postgresql_include=["marks"]),
    )

    office_id: int = Field(sa_column=office())
    marks: int  # how the words are spelt, for the order of results
    at: datetime = Field(sa_column=moment())
    dossier_id: UUID
    key: str = Field(sa_type=Text(collation="C"))


class KnownWord(SQLModel, table=True):
    """A folded word of some name in the office, under itself and under itself with one letter left out."""

    __tablename__ = "known_word"

    office_id: int = Field(primary_key=True)
    cut: str = Field(sa_type=Text(collation="C"), primary_key=True)
    word: str = Field(sa_type=Text(collation="C"), primary_key=True)


class LateCause(SQLModel, table=True):
    """Why a dossier was late, as the office said (nguyên nhân quá hạn): report 07a counts by it. One a dossier."""

    __tablename__ = "late_cause"

    dossier_id: UUID = Field(primary_key=True)
    office_id: int = Field(sa_column=office())
    cause: str = Field(max_length=40)  # a word of workflows/reports/causes.toml
    words: str = Field(default="", max_length=1000)
    said_by: UUID
    said_at: datetime = Field(sa_column=moment())


class Answer(SQLModel, table=True):
    """What the applicant said under one question of the form (tờ khai). Replaced as a whole, by the newest writer."""

    __tablename__ = "answer"

    dossier_id: UUID = Field(primary_key=True)
    question: str = Field(primary_key=True, max_length=80)
    office_id: int = Field(sa_column=office())
    value: dict[str, Any] = Field(sa_column=document())
    saved_at: datetime = Field(sa_column=moment())
    serial: int = 0  # rises with each save: a late, older save cannot overwrite a newer one


class Process(SQLModel, table=True):
    """The engine's state of a dossier: a few hundred bytes, never business data, never jsonb (speed.md H)."""

    __tablename__ = "process"

    dossier_id: UUID = Field(primary_key=True)
    office_id: int = Field(sa_column=office())
    version: int = 0
    state: bytes = Field(sa_column=Column(packed().type, nullable=False))
    ended: str | None = Field(default=None, max_length=80)


class CodeSerial(SQLModel, table=True):
    """The last dossier serial of an office on a day."""

    __tablename__ = "code_serial"

    office_id: int = Field(primary_key=True)
    day: date = Field(sa_type=Date, primary_key=True)
    last: int


class SupplementRequest(SQLModel, table=True):
    """One complete list of what must be mended (yêu cầu bổ sung), and its answer."""

    __tablename__ = "supplement_request"
    __table_args__ = (
        Index("ix_supplement_request_dossier", "dossier_id"),
        Index("ix_supplement_request_open", "due_at", postgresql_where=text("closed IS NULL")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    n: int
    items: list[dict[str, Any]] = Field(sa_column=document())  # [{component, what, why}]
    reason: str
    basis: str | None = None  # needed from the second request on
    asked_by: UUID
    approved_by: UUID | None = None
    asked_at: datetime = Field(sa_column=moment())
    due_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    answered_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    closed: str | None = Field(default=None, max_length=12)  # answered, lapsed, withdrawn


class PaperVerdict(SQLModel, table=True):
    """The officer's verdict on one paper of the checklist: ok, missing, wrong (Đạt, Thiếu, Sai)."""

    __tablename__ = "verdict"
    __table_args__ = (one_of("verdict", ("ok", "missing", "wrong")),)

    dossier_id: UUID = Field(primary_key=True)
    component: str = Field(primary_key=True, max_length=60)
    office_id: int = Field(sa_column=office())
    verdict: str = Field(max_length=10)
    note: str | None = None
    officer_id: UUID
    at: datetime = Field(sa_column=moment())


class IdempotencyKey(SQLModel, table=True):
    """A command already carried out for this caller: the same key gets the same answer, another body a refusal."""

    __tablename__ = "idempotency_key"
    __table_args__ = (Index("ix_idempotency_key_at", "at"),)

    actor: str = Field(primary_key=True, max_length=80)
    key: str = Field(primary_key=True, max_length=120)
    route: str = Field(max_length=200)
    body_sha256: str = Field(max_length=64)
    status: int
    answer: dict[str, Any] = Field(default_factory=dict, sa_column=document())
    at: datetime = Field(sa_column=moment())
