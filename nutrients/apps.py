from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class NutrientsConfig(AppConfig):
    name = "nutrients"
    verbose_name = _("foods and reference intakes")
