"""The Patients of a FHIR file, and of which of them an Appointment is: exactly one, or nobody can say."""

from collections.abc import Iterator, Mapping
from typing import Any

from wnb.ingest.fhir_resources import NHS_NUMBER, listed, of_patient

Told = Mapping[str, str]  # our columns of a Patient


class Patients:
    """Patients by the words in which Appointments refer to them."""

    def __init__(self) -> None:
        self._by_reference: dict[str, Told | None] = {}  # None: told twice and differently
        self._address: dict[str, str] = {}  # Patient/id -> where its server keeps it, as the Bundle says

    def add(self, resource: Mapping[str, Any], url: str) -> None:
        """One more; `url` is the entry's `fullUrl`, or empty."""
        told = of_patient(resource)
        relative = f"Patient/{resource.get('id')}"
        for key in filter(None, (relative, url)):
            if self._by_reference.setdefault(key, told) != told:
                self._by_reference[key] = None
        if url.startswith("http"):
            self._address[relative] = url

    def of(self, appointment: Mapping[str, Any]) -> Told | None:
        """The one whom the appointment is of; None where there is none in the file, or more than one."""
        found: list[Told | None] = []
        for participant in listed(appointment.get("participant")):
            actor = participant.get("actor") or {}
            reference = actor.get("reference")
            if reference:
                found += self._referred(reference.partition("/_history/")[0], appointment)
            elif (actor.get("identifier") or {}).get("system") == NHS_NUMBER:
                found.append(of_patient({"identifier": [actor["identifier"]]}))
        return found[0] if found and all(told == found[0] for told in found) else None

    def _referred(self, reference: str, appointment: Mapping[str, Any]) -> Iterator[Told | None]:
        """The Patient that a reference names, None for one that is not there; nothing where it names something else."""
        if reference.startswith("#"):
            for inner in listed(appointment.get("contained")):
                if inner.get("resourceType") == "Patient" and inner.get("id") == reference[1:]:
                    yield of_patient({**inner, "id": ""})  # a name within one resource is nobody's number
            return
        relative = "/".join(reference.split("/")[-2:])
        if reference in self._by_reference:
            yield self._by_reference[reference]
        elif relative.startswith("Patient/"):
            elsewhere = reference.startswith("http") and self._address.get(relative, reference) != reference
            yield None if elsewhere else self._by_reference.get(relative)
