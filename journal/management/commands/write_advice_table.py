"""Write docs/advice.md from the rules themselves, so that a reviewer reads what really runs."""

from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from journal import rule_words
from journal.calc.advice_rules import RULES, SEVERITIES, Rule
from journal.calc.redflags import RED_FLAGS, RedFlag

PAGE = Path(settings.BASE_DIR) / "docs" / "advice.md"

INTRODUCTION = f"""# Advice rules

Written by `python manage.py write_advice_table` from the rules in `journal/calc`; a test checks that it
is current.

The diary never diagnoses, estimates no blood level, gives no dose and recommends no supplement for
cramps. A card says what was logged, on how many days, beside which public reference, and what would
change it. Where no card is shown, that is no proof that all is well.

**These rules await review by a registered clinician and a registered dietitian before public use.**
Sources name the place where a reviewer should check; limits on days, confidence and cool-downs are
product choices unless a source says otherwise. Emergency numbers stand in
`fixtures/emergency_numbers.csv`; an unknown country gets the words "your local emergency number". They
are general knowledge and await the same check.

Layers are looked at in the order R, S, X, C, L, H, I. In each layer at most one new card comes a day;
red flags, and the dangers a phone may ring for, do not wait for another day. Severities, most severe
first: {", ".join(f"`{s}`" for s in SEVERITIES)}.

No card recommends starting magnesium or potassium for cramps. Under nine years of age nothing rests on a
reference; infants get no card but dangers and signs to show a clinician.
"""

RED = """
## R. Red flags: judged inside the save, from ticked signs only

Severity `urgent_now`; one card for each entry and rule. A card stays until "got help" is said or the
tick is removed, and asks again on the next diary day once acknowledged. It cannot be snoozed or
dismissed. No nutrition or supplement tip is created or shown beside an open one, nor for 72 hours after
it was raised or ended, whichever is later; one that was withdrawn because its tick was removed counts
from that moment, too. "Got help" closes older open cards of the same rule with it, and no newer one.

| rule | version | urgency | fires on | sources |
| --- | --- | --- | --- | --- |
"""

SUPPRESS = """
## S. Suppressions: no card, they change others

Judged when cards are computed, and again at the moment a card is shown, so that a new answer counts at
once.

| id | when | effect |
| --- | --- | --- |
"""

OTHERS = """
## X, C, L, H and I

A card that is open is kept with the numbers of the latest review, and withdrawn when its trigger no
longer holds. Key: rule, nutrient and ISO week of the window's end; where the cool-down is shorter than a
week, the day of what set it off. A further card comes only after the cool-down, counted from the day the
last one was raised (or put away by the diarist, if that is later), and only if something changed or 7 new
usable days are in the window. What was withdrawn comes back, as it was left, when its trigger holds again
under the same key.

Of several about one topic the most severe is shown; of those alike in severity the one with the higher
number under "before". A weaker one that is open stays until the stronger may come. While drinking too much
is warned of, no other card of layer H comes. "Off by": taken away, or put more carefully. "Beside R: no":
falls silent beside a red flag and for 72 hours after. "At once": judged inside the save of a dose, or of a
drink or exercise, too. "Ring": a phone may ring for it.

| rule | version | topic | severity | cool-down, d | fires when | off by | beside R | at once | ring | before | sources |
| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |
"""  # noqa: E501


def page() -> str:
    """The whole document as text."""
    with translation.override("en"):
        return "".join(
            [
                INTRODUCTION,
                RED,
                *(_red_flag(rule) for rule in RED_FLAGS),
                SUPPRESS,
                *(_row(id, *rule_words.suppressed(id)) for id in rule_words.SUPPRESSED),
                OTHERS,
                *(_rule(rule) for rule in RULES),
            ]
        )


def _red_flag(rule: RedFlag) -> str:
    urgency, when = rule_words.urgency(rule.id), rule_words.when(rule.id)
    return _row(rule.id, rule.version, urgency, when, "; ".join(rule.sources))


def _rule(rule: Rule) -> str:
    may_be = rule_words.may_be(rule.id)
    severity = f"`{rule.severity}`" + (f"; {may_be}" if may_be else "")
    topics = ", ".join(dict.fromkeys(rule.topic(nutrient) for nutrient in rule.nutrients))
    return _row(
        rule.id, rule.version, topics.replace("_", " "), severity, rule.cooldown_days,
        rule_words.when(rule.id), ", ".join(rule_words.off_by(rule.not_when)) or "nothing",
        "no" if rule.is_tip else "yes", rule.at_save or "no", "yes" if rule.push else "no", rule.before,
        "; ".join(rule.sources),
    )  # fmt: skip


def _row(*cells: object) -> str:
    return "| " + " | ".join(str(cell) for cell in cells) + " |\n"


class Command(BaseCommand):
    help = "Write docs/advice.md, the table of advice rules, from the rules themselves."

    def add_arguments(self, parser):
        parser.add_argument("--check", action="store_true", help="Only say whether the table is current.")

    def handle(self, *args, **options):
        if not options["check"]:
            PAGE.parent.mkdir(exist_ok=True)
            PAGE.write_text(page(), encoding="utf-8")
        elif not PAGE.exists() or PAGE.read_text(encoding="utf-8") != page():
            raise CommandError("docs/advice.md is not current. Run: python manage.py write_advice_table")
