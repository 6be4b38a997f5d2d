from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class JournalConfig(AppConfig):
    name = "journal"
    verbose_name = _("diary")

    def ready(self) -> None:
        """Have whoever looks after the server told how far reviews are."""
        from journal import waiting
        from spasmlog import health, metrics

        health.also_tell("oldest_stale_day_s", waiting.oldest_stale_day_s)
        metrics.also_measure("spasmlog_reviews", "Diaries by the state of their review.", waiting.reviews)
        metrics.also_measure("spasmlog_night", "Diaries of the nights that are not finished.", waiting.night)
        metrics.also_measure("spasmlog_stale_days", "Days that wait for their review.", waiting.stale_days)
