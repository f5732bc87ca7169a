"""Whether an Appointment or a Patient has the shape of FHIR R4 in the elements that are read, and in no others.

A list where R4 has one value, a text where it has a list: read on, such a value would be missing without a word. What a
profile adds or leaves out is no fault, and neither are elements that nobody reads here. `fhir.resources`, which has the
whole standard, is asked about a sample as a second opinion.
"""

from collections.abc import Mapping
from typing import Any

CODED = {"coding": [{"system": str, "code": str, "display": str}], "text": str}
IDENTIFIER = {"system": str, "value": str, "use": str}
APPOINTMENT: Mapping[str, Any] = {
    "id": str,
    "status": str,
    "start": str,
    "meta": {"lastUpdated": str},
    "cancelationReason": CODED,
    "serviceType": [CODED],
    "specialty": [CODED],
    "appointmentType": CODED,
    "participant": [{"actor": {"reference": str, "type": str, "identifier": IDENTIFIER}}],
    "contained": [{"resourceType": str, "id": str}],
}
PATIENT: Mapping[str, Any] = {
    "id": str,
    "identifier": [IDENTIFIER],
    "name": [{"use": str, "family": str, "given": [str]}],
    "birthDate": str,
    "gender": str,
    "address": [{"use": str, "postalCode": str}],
    "deceasedBoolean": bool,
    "deceasedDateTime": str,
}
FIRST, EVERY = 100, 50  # resources asked about: the first of each kind, and of the others one in so many


def misshapen(resource: Mapping[str, Any], shape: Mapping[str, Any]) -> str:
    """The first element that has not the shape it should have; empty where each has it, or is not there."""
    return next((name for name, wanted in shape.items() if name in resource and not _fits(resource[name], wanted)), "")


def _fits(value: Any, wanted: Any) -> bool:
    match wanted:
        case [one] if one is str:
            return isinstance(value, list) and all(isinstance(each, str | None) for each in value)
        case [one]:
            return isinstance(value, list) and all(_fits(each, one) for each in value)
        case Mapping():
            return isinstance(value, Mapping) and not misshapen(value, wanted)
    return isinstance(value, wanted)


def changed_meaning(resource: Mapping[str, Any]) -> str:
    """The element that may turn what a resource says into its opposite, as R4 has it; empty where there is none.

    Whoever does not know what it means may not act on the resource (R4, "Modifier Extensions" and `implicitRules`).
    """
    if resource.get("implicitRules"):
        return "implicitRules"
    participants = resource.get("participant")
    parts = participants if isinstance(participants, list) else []
    if any(isinstance(part, Mapping) and part.get("modifierExtension") for part in (resource, *parts)):
        return "modifierExtension"
    return ""


class SecondOpinion:
    """Asks `fhir.resources` (its R4B, whose Appointment and Patient are R4's) about some of the resources."""

    def __init__(self) -> None:
        self._seen = {"Appointment": 0, "Patient": 0}

    def doubts(self, resource: Mapping[str, Any], shape: Mapping[str, Any]) -> bool:
        """Whether it was asked about this one, and finds an element that we read to be wrong."""
        kind = resource["resourceType"]
        self._seen[kind] += 1
        if self._seen[kind] > FIRST and self._seen[kind] % EVERY:
            return False
        return bool(wrong_elements(resource) & paths(shape))


def paths(shape: Mapping[str, Any], above: str = "") -> frozenset[str]:
    """Every element of a shape, as `participant.actor.reference`."""
    found = set[str]()
    for name, wanted in shape.items():
        inner = wanted[0] if isinstance(wanted, list) else wanted
        found |= {above + name, *(paths(inner, f"{above}{name}.") if isinstance(inner, Mapping) else ())}
    return frozenset(found)


def wrong_elements(resource: Mapping[str, Any]) -> set[str]:
    """The elements of an Appointment or Patient that are there and not as the standard has them, as `paths` has them.

    What is not there is no error here: a feed that leaves out what the standard asks for still says what it says.
    """
    from fhir.resources.R4B import get_fhir_model_class
    from pydantic import ValidationError

    try:
        get_fhir_model_class(str(resource["resourceType"])).model_validate(resource)
    except ValidationError as wrong:
        errors = wrong.errors(include_input=False, include_url=False)
        return {
            ".".join(part for part in error["loc"] if isinstance(part, str) and part != "root")
            for error in errors
            if "missing" not in error["type"]
        }
    return set()
