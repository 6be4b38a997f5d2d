"""Countries by their two letters: names, where the emergency number is known, and when weeks start."""

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from journal.codes import WeekStart

COUNTRIES: dict[str, str | Promise] = {
    "AE": _("United Arab Emirates"),
    "AR": _("Argentina"),
    "AT": _("Austria"),
    "AU": _("Australia"),
    "BD": _("Bangladesh"),
    "BE": _("Belgium"),
    "BG": _("Bulgaria"),
    "BR": _("Brazil"),
    "CA": _("Canada"),
    "CH": _("Switzerland"),
    "CL": _("Chile"),
    "CN": _("China"),
    "CO": _("Colombia"),
    "CR": _("Costa Rica"),
    "CY": _("Cyprus"),
    "CZ": _("Czechia"),
    "DE": _("Germany"),
    "DK": _("Denmark"),
    "EC": _("Ecuador"),
    "EE": _("Estonia"),
    "EG": _("Egypt"),
    "ES": _("Spain"),
    "FI": _("Finland"),
    "FR": _("France"),
    "GB": _("United Kingdom"),
    "GE": _("Georgia"),
    "GG": _("Guernsey"),
    "GH": _("Ghana"),
    "GR": _("Greece"),
    "HK": _("Hong Kong"),
    "HR": _("Croatia"),
    "HU": _("Hungary"),
    "IE": _("Ireland"),
    "IL": _("Israel"),
    "IM": _("Isle of Man"),
    "IN": _("India"),
    "IS": _("Iceland"),
    "IT": _("Italy"),
    "JE": _("Jersey"),
    "JP": _("Japan"),
    "KE": _("Kenya"),
    "KR": _("South Korea"),
    "KW": _("Kuwait"),
    "LI": _("Liechtenstein"),
    "LK": _("Sri Lanka"),
    "LT": _("Lithuania"),
    "LU": _("Luxembourg"),
    "LV": _("Latvia"),
    "MT": _("Malta"),
    "MX": _("Mexico"),
    "MY": _("Malaysia"),
    "NG": _("Nigeria"),
    "NL": _("Netherlands"),
    "NO": _("Norway"),
    "NZ": _("New Zealand"),
    "PA": _("Panama"),
    "PE": _("Peru"),
    "PH": _("Philippines"),
    "PK": _("Pakistan"),
    "PL": _("Poland"),
    "PT": _("Portugal"),
    "PY": _("Paraguay"),
    "QA": _("Qatar"),
    "RO": _("Romania"),
    "SA": _("Saudi Arabia"),
    "SE": _("Sweden"),
    "SG": _("Singapore"),
    "SI": _("Slovenia"),
    "SK": _("Slovakia"),
    "TH": _("Thailand"),
    "TR": _("Türkiye"),
    "TW": _("Taiwan"),
    "UA": _("Ukraine"),
    "US": _("United States"),
    "UY": _("Uruguay"),
    "VN": _("Vietnam"),
    "ZA": _("South Africa"),
}

WEEK_FROM_SATURDAY = frozenset("AE AF BH DJ DZ EG IQ IR JO KW LY OM QA SD SY".split())
WEEK_FROM_SUNDAY = frozenset(
    "AG AO AS BD BR BS BT BW BZ CA CO CV DM DO ET GT GU HK HN ID IL IN JM JP KE KH KR LA MH MM MO MT MX MZ "
    "NI NP PA PE PH PK PR PT PY SA SG ST SV TH TL TT TW UM US VE VI WS YE ZA ZW".split()
)
"""First days of the week by country: Unicode CLDR, supplemental week data. Everywhere else it is Monday."""


def first_weekday(region: str) -> int:
    """The weekday that weeks start on in a country; Monday where it is not known."""
    if region.upper() in WEEK_FROM_SATURDAY:
        return WeekStart.SATURDAY.value
    return (WeekStart.SUNDAY if region.upper() in WEEK_FROM_SUNDAY else WeekStart.MONDAY).value


def by_name() -> list[tuple[str, str]]:
    """(two letters, name) of every country, in the order of the names."""
    return sorted(((code, str(name)) for code, name in COUNTRIES.items()), key=lambda one: one[1])
