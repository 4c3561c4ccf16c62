"""The core: facts about a claimant + law + a day in, dated obligations with citations out.

Pure: the standard library and dateutil only; no clock, file, SQL or YAML. `on` is always a parameter.
"""

from forloeb.obligations.model import (
    AUTHORITY_OF,
    Anchor,
    Assumption,
    Benefit,
    Citation,
    Claimant,
    Fact,
    Force,
    Form,
    Holder,
    Obligation,
    Plan,
    Record,
    Status,
    Step,
)
from forloeb.obligations.parameters import Law, Parameter
from forloeb.obligations.plan import plan
from forloeb.obligations.rules import first_meeting_by, form_choice, no_applications_from

__all__ = [
    "AUTHORITY_OF",
    "Anchor",
    "Assumption",
    "Benefit",
    "Citation",
    "Claimant",
    "Fact",
    "Force",
    "Form",
    "Holder",
    "Law",
    "Obligation",
    "Parameter",
    "Plan",
    "Record",
    "Status",
    "Step",
    "first_meeting_by",
    "form_choice",
    "no_applications_from",
    "plan",
]
