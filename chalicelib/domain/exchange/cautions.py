"""What is taken as it is delivered, but should be looked at by somebody (« points à vérifier »)."""

from calendar import monthrange
from datetime import date, timedelta

from chalicelib.domain.rent_papers import ChargeStatement

LATE = (
    "Le décompte est remis moins d’un mois avant sa régularisation\u00a0: vérifiez qu’il a déjà été "
    "communiqué (loi du 6\u00a0juillet 1989, article\u00a023)."
)


def caution_about(statement: ChargeStatement, today: date) -> str:
    """Tell that a charge statement comes late, for one whose balance is still to be booked; else nothing.

    The landlord may have sent it by post in time, so this is no reason to refuse it.
    """
    return LATE if today <= statement.booked_on < _a_month_after(today) else ""


def _a_month_after(day: date) -> date:
    """Give the same day of the next month, or that month's last one."""
    following = day.replace(day=1) + timedelta(days=31)
    return following.replace(day=min(day.day, monthrange(following.year, following.month)[1]))
