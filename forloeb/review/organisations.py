"""The organisations that members of staff belong to: an a-kasse or a municipality's jobcenter. None means all of them.

Which there are is the installation's (installation.yml): the ids that `a_kasse` and `municipality` say in loaded data.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from forloeb.errors import ForloebError
from forloeb.installation import Installation

ALL = "all"
_STANDARD = "standard"  # stands for those that are not listed: nobody belongs to it
_COLUMNS = {"akasse": "a_kasse", "jobcenter": "municipality"}


class UnknownOrganisation(ForloebError):
    """`unknown_organisation`: the installation has none of this name, or two."""

    def __init__(self, name: str, here: Installation) -> None:
        """Names those that there are."""
        known = ", ".join((ALL, *(each.stored for each in every(here))))
        super().__init__("unknown_organisation", f"{name} is no a-kasse or municipality here; there are: {known}")


@dataclass(frozen=True)
class Organisation:
    """Whose claimants somebody sees: `holder` is `akasse` or `jobcenter`, `id` the a-kasse's or the municipality's."""

    holder: str
    id: str

    @property
    def column(self) -> str:
        """The claimant's column that says whether they are this organisation's."""
        return _COLUMNS[self.holder]

    @property
    def stored(self) -> str:
        """As it is stored and written: `akasse:FAK`."""
        return f"{self.holder}:{self.id}"


def every(here: Installation) -> list[Organisation]:
    """All that the installation names."""
    both = (("akasse", here.akasser), ("jobcenter", here.jobcentre))
    return [Organisation(holder, each) for holder, places in both for each in places if each != _STANDARD]


def read(stored: str | None) -> Organisation | None:
    """From what is stored. What cannot be read sees nobody: it is no organisation that anybody belongs to."""
    if stored is None:
        return None
    holder, _, name = stored.partition(":")
    return Organisation(holder, name) if holder in _COLUMNS else Organisation("akasse", stored)


def named(name: str, here: Installation) -> Organisation | None:
    """What somebody means by `FAK`, `Rudersdal`, `akasse:FAK` or `all`.

    Raises:
        UnknownOrganisation: none is called so, or both an a-kasse and a municipality are.
    """
    if name == ALL:
        return None
    found = [each for each in every(here) if name in (each.id, each.stored)]
    if len(found) != 1:
        raise UnknownOrganisation(name, here)
    return found[0]


def meanings(pairs: Iterable[tuple[str, str]], here: Installation) -> dict[str, Organisation | None]:
    """What the values of a provider's claim mean; without pairs each organisation by its own name.

    Raises:
        UnknownOrganisation: a pair names none.
    """
    if given := dict(pairs):
        return {value: named(name, here) for value, name in given.items()}
    ids = Counter(each.id for each in every(here))
    both = {name: each for each in every(here) for name in (each.stored, each.id) if ids[name] < 2}
    return {**both, ALL: None}


def title(organisation: Organisation | None, here: Installation) -> str | None:
    """Its name as the installation writes it; None for all."""
    if organisation is None:
        return None
    places = here.akasser if organisation.holder == "akasse" else here.jobcentre
    place = places.get(organisation.id)
    return place.name if place else organisation.id


def choices(here: Installation) -> list[tuple[str, str]]:
    """What a form offers: as stored, and the name."""
    return [(each.stored, title(each, here) or each.id) for each in every(here)]
