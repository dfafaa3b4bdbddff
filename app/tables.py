"""Every table of the office, imported so that the metadata is whole for Alembic."""

from sqlmodel import SQLModel

import app.alerts.models
import app.citizens.models
import app.consultations.models
import app.deadlines.models
import app.deliveries.models
import app.documents.models
import app.dossiers.models
import app.fees.models
import app.jobs.models
import app.journal.models
import app.notices.models
import app.org.models
import app.org.territory
import app.procedures.models
import app.quality.models
import app.reports.models
import app.results.models
import app.sentinel.models
import app.sessions.models
import app.signatures.models
import app.steps.models  # noqa: F401

metadata = SQLModel.metadata
