"""The deadline ledger, the timers, and the calendars they were counted by."""

from datetime import date, datetime, time
from enum import StrEnum
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, CheckConstraint, Column, Identity, Index, PrimaryKeyConstraint, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from app.kit.columns import document, moment, office, one_of


class LineKind(StrEnum):
    """What a line of the ledger did to the clock."""

    START = "start"  # the term begins to run
    PAUSE = "pause"  # it stands still
    RESUME = "resume"  # the remainder runs on
    RESTART = "restart"  # a full new term
    EXTEND = "extend"  # a new date, with its ground
    RECOUNT = "recount"  # the calendar changed under an open term
    MARK = "mark"  # time ran out somewhere and had an effect in law (silence); the due moment stays
    END = "end"  # handling is finished, refused, withdrawn or stopped


class DeadlineLine(SQLModel, table=True):
    """One line of a dossier's deadline ledger (thời hạn giải quyết). Written once, never changed.

    The due moment is a function of these lines and of the calendars they name: app.deadlines.ledger.replay.
    `line_no` counts from 1 in each dossier; its uniqueness is what keeps two hands from writing at once.
    """

    __tablename__ = "deadline_line"
    __table_args__ = (
        UniqueConstraint("dossier_id", "line_no", name="uq_deadline_line_no"),
        one_of("kind", LineKind),
        CheckConstraint("reading IN ('days', 'hours')", name="ck_deadline_line_reading"),
        CheckConstraint("(kind = 'start') = (line_no = 1)", name="ck_deadline_line_starts_once"),
        CheckConstraint("(kind = 'pause') = (due_after IS NULL)", name="ck_deadline_line_paused_is_not_due"),
        Index("ix_deadline_line_calendar", "calendar_version"),
    )

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), primary_key=True))
    office_id: int = Field(sa_column=office())
    dossier_id: UUID
    line_no: int
    at: datetime = Field(sa_column=moment())  # when the fact took effect: receipt, request, answer
    written_at: datetime = Field(sa_column=moment())  # when it was written down
    kind: str = Field(max_length=10)
    cause: str = Field(max_length=80)  # a word of the office: supplement, apology, withdrawn
    actor_id: UUID | None = None  # None: the system
    rule: str = Field(max_length=80)
    source: str = Field(max_length=300)
    due_before: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_after: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    term: str = Field(max_length=40)  # "3 working-days"
    reading: str = Field(max_length=5)
    way: str = Field(max_length=25)  # what is counted: counting.Way
    left_after: int  # what is left of the term when the line was written, in what `way` counts; -1: late when paused
    cutoff: time  # after it a same-day term ends on the next working day
    calendar_version: str = Field(max_length=40)
    note: str = Field(default="", max_length=1000)  # the written reason; no personal data


class WorkingCalendar(SQLModel, table=True):
    """A calendar some ledger line was counted by, kept word for word so that an old due moment can be explained."""

    __tablename__ = "working_calendar"

    version: str = Field(max_length=40, primary_key=True)
    scope: str = Field(max_length=35)  # "VN", or the office the overrides are for
    first_day: date
    last_day: date
    content: str  # Calendar.as_text()
    kept_at: datetime = Field(sa_column=moment())


class Timer(SQLModel, table=True):
    """When a waiting piece of a drawing must be woken. Found by an index on time, never by opening dossiers."""

    __tablename__ = "timer"
    # Its task is not in the key: the timer that follows another takes over its row (docs/decisions/0070).
    __table_args__ = (PrimaryKeyConstraint("dossier_id", "id", name="timer_pkey"), Index("ix_timer_due", "due_at"))

    id: int | None = Field(default=None, sa_column=Column(BigInteger, Identity(always=True), nullable=False))
    dossier_id: UUID
    task_no: int  # the engine's number for the waiting task
    office_id: int = Field(sa_column=office())
    name: str = Field(max_length=80)  # its id in the drawing
    due_at: datetime = Field(sa_column=moment())
    set_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # from when `term` is counted
    term: str | None = Field(default=None, max_length=40)  # None: an absolute moment no calendar moves


class ChangeState(StrEnum):
    """Where a change of the calendar stands."""

    PROPOSED = "proposed"  # its effect is being looked at
    APPLYING = "applying"  # in force; open dossiers are being counted again
    APPLIED = "applied"
    DROPPED = "dropped"


class CalendarChange(SQLModel, table=True):
    """One decision that changes the working calendar (thay đổi lịch làm việc), with the dossiers it moves.

    What it says is never edited; what it said wrong, a later one mends. One at a time comes into force.
    """

    __tablename__ = "calendar_change"
    __table_args__ = (
        one_of("state", ChangeState),
        Index("ix_calendar_change_state", "state", "proposed_at"),
        Index("uq_calendar_change_applying", "state", unique=True, postgresql_where=text("state = 'applying'")),
    )

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    scope: str = Field(max_length=35)  # "VN", a province's or an office's code: for whom it holds
    state: str = Field(default="proposed", max_length=10)
    decision: str = Field(max_length=300)  # number and day of the paper
    source: str = Field(default="", max_length=300)
    content: str  # TOML of the lines it adds and takes back, as workflows/calendar/ writes them
    proposed_by: UUID
    proposed_at: datetime = Field(sa_column=moment())
    seen_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # when its effect was all looked at
    applied_by: UUID | None = None
    applied_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))  # in force from here on
    finished_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    total: int = 0  # open dossiers there were to look at when looking, or counting again, began
    looked_at: int = 0  # of them looked at, or counted again, so far
    moved: int = 0  # of them with another due moment
    told: int = 0  # applicants told so far
    left_out: int = 0  # whose ledger could not be counted; named in the log
    cursor: UUID | None = None  # the last dossier done: a killed run goes on behind it
    later: list[str] = Field(default_factory=list, sa_column=document())  # dossiers somebody was working on: again


class CalendarEffect(SQLModel, table=True):
    """What one change does to one dossier: foreseen, and once it is in force, done."""

    __tablename__ = "calendar_effect"
    __table_args__ = (
        Index("ix_calendar_effect_office", "change_id", "office_id", "due_after", "dossier_id"),
        Index("ix_calendar_effect_untold", "change_id", "dossier_id", postgresql_where=text("told_at IS NULL")),
    )

    change_id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(primary_key=True)
    office_id: int = Field(sa_column=office())
    due_before: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    due_after: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    steps: int = 0  # open steps with another due moment
    timers: int = 0
    moved_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
    told_at: datetime | None = Field(default=None, sa_column=moment(nullable=True))
