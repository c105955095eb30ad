"""The operator's story: whether the publication's machinery is well.

A chapter each: ``monitoring`` (whether the database answers, figures for a monitor). Each function takes the
database.
"""

from newsletter.store.accounts.metrics import Figures
from newsletter.upkeep.monitoring import check_database, figures

__all__ = ["Figures", "check_database", "figures"]
