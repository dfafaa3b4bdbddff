"""What a procedure asks of a person: the shape of `form.json` in `workflows/<code>-<slug>/`, and of an action's fields."""

from typing import Annotated, Literal

from pydantic import Field, model_validator

from app.procedures.parts import Identifier, Part, Words


class Option(Part):
    """One choice of a field."""

    value: Annotated[str, Field(max_length=60)]
    label: Words
    hint: Words | None = None


class FormField(Part):
    """One value asked of a person.

    `when` is an expression over the dossier's facts; a field that does not apply is neither shown nor required.
    `fill` names where a known value comes from: "citizen.name", "citizen.personal_number", "citizen.birth", …
    """

    id: Identifier
    kind: Literal[
        "text", "long_text", "name", "choice", "choices", "yes_no", "number", "money", "date", "partial_date",
        "personal_number", "phone", "email", "address", "time",
    ]
    label: Words
    hint: Words | None = None
    required: bool = True
    options: tuple[Option, ...] = ()
    least: int | None = None
    most: int | None = None  # letters for texts, value for numbers
    decimals: int = Field(default=0, ge=0, le=4)  # numbers: digits behind the comma
    unit: str | None = None  # numbers: "m²"; may be typed or left out, is not kept
    past: bool = False  # dates: today or earlier
    when: str | None = None
    fill: str | None = None
    width: Literal["full", "half", "short"] = "full"

    @model_validator(mode="after")
    def _choices_have_options(self) -> "FormField":
        if self.kind in ("choice", "choices") and not self.options:
            raise ValueError(f"field {self.id}: a choice needs options")
        return self


class FormPage(Part):
    """One question page: one question or one tight group. Its answers are kept under its id."""

    id: Identifier
    section: Identifier
    title: Words
    hint: Words | None = None
    fields: tuple[FormField, ...] = Field(min_length=1)
    when: str | None = None


class FormSection(Part):
    """A line of the task list."""

    id: Identifier
    title: Words


class Form(Part):
    """The electronic form (mẫu điện tử tương tác) of a procedure: sections, pages, fields."""

    title: Words
    form_number: str | None = None  # of the paper form it stands for
    sections: tuple[FormSection, ...]
    pages: tuple[FormPage, ...]

    @model_validator(mode="after")
    def _whole(self) -> "Form":
        sections = {section.id for section in self.sections}
        seen: set[str] = set()
        for page in self.pages:
            if page.section not in sections:
                raise ValueError(f"page {page.id}: section {page.section} is not declared")
            if page.id in seen:
                raise ValueError(f"page {page.id} is declared twice")
            seen.add(page.id)
        return self

    def page(self, page_id: str) -> FormPage | None:
        return next((page for page in self.pages if page.id == page_id), None)
