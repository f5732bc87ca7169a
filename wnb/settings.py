"""What the files of `config/` are made of: the model that every part of them is, and the values that several hold."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from wnb.date_forms import fault_of

Name = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9-]*$")]
Words = Annotated[str, Field(min_length=1)]
Percent = Annotated[float, Field(ge=0, le=100)]
Whole = Annotated[int, Field(ge=0, strict=True)]


class Model(BaseModel):
    """Unknown keys are errors; nothing changes after it was read."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True, use_attribute_docstrings=True)


def _whole_form(form: str) -> str:
    if fault := fault_of(form):
        raise ValueError(fault)
    return form


Form = Annotated[str, AfterValidator(_whole_form)]
