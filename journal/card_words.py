"""What the cards of layers X, C, L, H and I say, each by its rule. Style and numbers are those of `wording`.

    words(rule, nutrient, variant, severity, evidence, flags, call) -> Words

A card asks and offers; it names no amount to swallow, no cause and no illness in its title, and says what it
cannot know. Whom to call stands on those that are urgent.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date

from django.utils import formats
from django.utils.text import get_text_list
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from journal import measures, pattern_words, wording
from journal.calc.facts import LinkFacts
from journal.calc.suppressions import Flags
from journal.codes import Condition, LinkState, MedicineClass, Severity, Sign
from journal.emergency import Numbers
from journal.wording import CAUSES, Text, Words, litres, number
from nutrients.codes import NUTRIENT


@dataclass(frozen=True)
class About:
    """What the words of one card may look at."""

    rule: str
    nutrient: str
    variant: str
    severity: str
    evidence: Mapping
    flags: Flags
    call: Numbers

    def __getitem__(self, name: str):
        return self.evidence[name]

    def get(self, name: str, default: object = None):
        return self.evidence.get(name, default)

    @property
    def urgent(self) -> bool:
        return self.severity == Severity.URGENT_NOW

    @property
    def day(self) -> str:
        """The day of what set it off, as people read it."""
        return formats.date_format(date.fromisoformat(self.get("event") or self["window_end"]), "DATE_FORMAT")

    @property
    def signs(self) -> str:
        labels = [str(Sign(sign).label) for sign in self.get("signs", []) if sign in Sign.values]
        return get_text_list(labels, _("and"))


Speaker = Callable[[About], Words]


def words(
    rule: str, nutrient: str, variant: str, severity: str, evidence: Mapping, flags: Flags, call: Numbers
) -> Words:
    """The words of one card."""
    return SPEAKERS[rule](About(rule, nutrient, variant, severity, evidence, flags, call))


def _words(title: str, text: str, why: str, change: str, not_a_diagnosis: str = "") -> Words:
    return Words(title, text, why, change, not_a_diagnosis or _("This is not a diagnosis."))


def _said(*parts: Text) -> str:
    return " ".join(str(part) for part in parts if part)


NO_PROOF = gettext_lazy("This is not a diagnosis. Where no card is shown, that is no proof that all is well.")
LESS = gettext_lazy("Less of it logged, or a prescription noted with the product, would change this card.")
OVER_TIME = gettext_lazy(
    "The card goes by itself when this lies behind you; other answers in the profile would end it, too."
)


def low_intake(card: About) -> Words:
    return wording.low_intake_words(card.rule, card.nutrient, card.variant, card.evidence, card.flags)


# Excess ---------------------------------------------------------------------------------------


def magnesium_above_level(card: About) -> Words:
    return _words(
        _("Magnesium from supplements: above the upper level"),
        _(
            "The magnesium logged from supplements and medicines is above the level where loose stools and "
            "cramps "
            "of the gut begin in some people. It is worth checking with a pharmacist whether a smaller "
            "amount would "
            "do. Magnesium in food does not count here."
        ),
        _(
            "Over the last 7 days it came to about %(mean)s mg a day, logged on %(n)s of 7 days. The upper "
            "level used is %(level)s mg."
        )
        % {"mean": number(card["mean"]), "n": card["days_used"], "level": number(card["level"])},
        str(LESS),
    )


def magnesium_far_above(card: About) -> Words:
    return _words(
        _("Magnesium: far above the upper level on one day"),
        _(
            "The magnesium logged for one day is far above the upper level. Check the entry first: a slip "
            "in the "
            "amount of one unit is quickly made. If it is right, please ask a pharmacist or doctor before "
            "any more of "
            "it. If a doctor gave it to empty the bowel, note it as prescribed."
        ),
        _("On %(day)s it came to %(amount)s mg from supplements and medicines.")
        % {"day": card.day, "amount": number(card["amount"])},
        str(LESS),
    )


def magnesium_danger(card: About) -> Words:
    why = []
    if card.get("amount"):
        why.append(
            _("On %(day)s you logged %(amount)s mg from supplements and medicines.")
            % {"day": card.day, "amount": number(card["amount"])}
        )
    else:
        why.append(_("Your profile lists a magnesium laxative or antacid."))
    why += [_("Your profile says kidney disease.")] if card.get("kidneys") else []
    return _danger(
        card,
        _("Magnesium products: ask before any more"),
        _("Magnesium can build up in the body, above all when kidneys clear less of it."),
        why,
    )


def potassium_danger(card: About) -> Words:
    why = []
    if card.get("event"):
        why.append(_("On %(day)s you logged a product with potassium.") % {"day": card.day})
    why += (
        [_("Your profile says that you use a potassium salt substitute.")]
        if card.get("salt_substitute")
        else []
    )
    why += [_("Your profile says kidney disease.")] if card.get("kidneys") else []
    why += (
        [_("Your profile lists a medicine that keeps potassium in the body.")] if card.get("medicine") else []
    )
    return _danger(
        card,
        _("Potassium products: ask before any more"),
        _(
            "Together with the answers in your profile, potassium from tablets, powders or salt substitutes "
            "can build up."
        ),
        why,
    )


def _danger(card: About, title: str, reason: str, why: list[str]) -> Words:
    """A product to leave until somebody has looked; with some signs somebody must look now."""
    pause = _("Please use no more of it until a doctor or pharmacist has checked.")
    if card.urgent:
        title = _("A product and new signs: be seen now")
        help_now = _(
            "With the signs you ticked this should be looked at now: call your doctor or %(advice_line)s, "
            "or go to an "
            "emergency department. If the signs are strong or grow worse, call %(emergency)s."
        ) % {"advice_line": card.call.advice_line_words, "emergency": card.call.emergency_words}
        why = [*why, _("In the last days you ticked: %(signs)s.") % {"signs": card.signs}]
        text = _said(reason, pause, help_now)
    else:
        watch = _("With palpitations, weakness or drowsiness call for help at once: %(emergency)s.") % {
            "emergency": card.call.emergency_words
        }
        text = _said(
            reason,
            pause,
            _("If it was prescribed for you, note it as prescribed, and mention it at the next contact."),
            watch,
        )
    return _words(title, text, " ".join(why), str(LESS), _("This is not a diagnosis. It is a reason to ask."))


def potassium_far_above(card: About) -> Words:
    return _words(
        _("Potassium from supplements: ask before any more"),
        _(
            "So much potassium from tablets or powders without a prescription is not safe to choose on "
            "one's own. "
            "Check the entry first; if it is right, please ask a doctor or pharmacist before any more of "
            "it. With "
            "palpitations or weakness call for help at once: %(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _("On %(day)s it came to %(amount)s mg from products that are not noted as prescribed.")
        % {"day": card.day, "amount": number(card["amount"])},
        str(LESS),
        _("This is not a diagnosis. It is a reason to ask."),
    )


def vitamin_d_above_level(card: About) -> Words:
    high = card["days_high"] if card.severity == Severity.SEE_CLINICIAN_SOON else 0
    why = _("Over the last 28 days it came to about %(mean)s µg a day. The upper level is %(level)s µg.") % {
        "mean": number(card["mean"]), "level": number(card["level"]),
    }  # fmt: skip
    if high:
        why = _said(
            why,
            _("On %(n)s of 28 days it was above %(high)s µg.") % {"n": high, "high": number(card["high"])},
        )
    ask = (
        _("Please ask a doctor in the next days before any more of it.")
        if high
        else _("It is worth checking the product with a pharmacist.")
    )
    return _words(
        _("Vitamin D: above the upper level"),
        _said(
            _(
                "The vitamin D logged is above the upper level. Over months, much of it can raise the "
                "calcium in the blood."
            ),
            ask,
            _(
                "Check the entry first: units differ, and 40 IU are 1 µg. A course that was prescribed can "
                "be noted so."
            ),
        ),
        why,
        str(LESS),
    )


def calcium_above_level(card: About) -> Words:
    return _words(
        _("Calcium: logged intake usually above the upper level"),
        _(
            "Your logged intake of calcium is usually above the upper level. Mostly that is a matter of "
            "supplements: "
            "it is worth checking them with a pharmacist. Food alone seldom reaches it."
        ),
        " ".join(wording.intake_and_reference(card.nutrient, card.evidence)),
        str(LESS),
    )


def sodium_above_level(card: About) -> Words:
    pressure = _("With high blood pressure, as in your profile, it is worth more attention.")
    return _words(
        _("Sodium: logged intake usually above the level to stay below"),
        _said(
            _(
                "Your logged intake of sodium, most of it from salt, is usually above the level above which "
                "eating less "
                "of it is advised. The benefit is one of years. Bread, cheese, sauces, soups and ready "
                "meals hold most "
                "of it."
            ),
            pressure if card.severity == Severity.ADVISE else "",
            _("If a clinician told you to eat salt, their advice stands."),
        ),
        " ".join(wording.intake_and_reference(card.nutrient, card.evidence)),
        _("A lower logged intake on finished days would change this card."),
    )


# See a clinician soon -------------------------------------------------------------------------


def frequent_cramps(card: About) -> Words:
    return wording.frequent_cramps_words(card.evidence)


def _ticked_why(card: About) -> str:
    return _("Last ticked on %(day)s: %(signs)s.") % {"day": card.day, "signs": card.signs}


def _clinician(title: str, text: str, why: str) -> Words:
    return _words(title, text, why, str(OVER_TIME), str(NO_PROOF))


def nerve_signs(card: About) -> Words:
    return _clinician(
        _("Signs that are worth an examination"),
        _(
            "Numbness, tingling, weakness, thinner muscles or twitching that lasts are worth an examination "
            "by a "
            "clinician in the next days. Bring the diary. If weakness spreads, comes suddenly or breathing "
            "is hard, "
            "call %(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _ticked_why(card),
    )


def walking_pain(card: About) -> Words:
    return _clinician(
        _("Leg pain on walking that stops on resting"),
        _(
            "Pain like a cramp that comes with walking and goes with rest should be looked at in the next "
            "day or two: "
            "a clinician can check the circulation of the leg. If a leg turns cold, pale or numb, call "
            "%(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _ticked_why(card),
    )


def new_medicine(card: About) -> Words:
    label = str(MedicineClass(card["medicine"]).label) if card["medicine"] in MedicineClass.values else ""
    name = card.get("name") or label
    how = _("began") if card["began"] else _("came at least twice as often")
    started = formats.date_format(date.fromisoformat(card["started"]), "DATE_FORMAT")
    return _clinician(
        _("More cramps since a new medicine: a question for your pharmacist"),
        _(
            "Cramps %(how)s after a medicine was started. That may be chance: cramps come and go. It is "
            "worth asking "
            "the prescriber or a pharmacist about it. Please do not stop the medicine yourself."
        )
        % {"how": how},
        _(
            "%(name)s, started on %(started)s. Days with cramps: %(after)s of %(after_days)s since then, "
            "%(before)s of "
            "%(before_days)s before."
        )
        % {
            "name": name, "started": started, "after": card["after"], "after_days": card["after_days"],
            "before": card["before"], "before_days": card["before_days"],
        },
    )  # fmt: skip


def statin(card: About) -> Words:
    return _clinician(
        _("Muscle pain or weakness beside a statin: call this week"),
        _(
            "With a statin, muscle pain or weakness is worth a call to the prescriber this week. Please do "
            "not stop the "
            "medicine before that. If the urine turns dark, go to an emergency department, or call "
            "%(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _ticked_why(card),
    )


def pregnancy(card: About) -> Words:
    return _clinician(
        _("Cramps in pregnancy: mention them at the next visit"),
        _(
            "Leg cramps are common later in pregnancy. Mention them at the next visit. Stretching and "
            "massaging the "
            "muscle is fine. For swelling of one leg, bleeding, a bad headache or changed eyesight there is "
            "the page of "
            "warning signs: tick them, or call your maternity unit."
        ),
        _("Cramps were logged on %(n)s of the last 28 days.") % {"n": card["cramp_days_28"]},
    )


def low_and_cramps(card: About) -> Words:
    names = get_text_list([str(NUTRIENT[code].name) for code in card["nutrients"]], _("and"))
    return _clinician(
        _("Frequent cramps, and intake below references: two things to bring along"),
        _(
            "You logged frequent cramps, and your logged intake of %(names)s is below the reference for "
            "your group. It "
            "is worth asking a clinician for a check. For most people no link between the two is proven, "
            "and a diary "
            "cannot show one. Cramps have many causes; often none is found."
        )
        % {"names": names},
        _("Cramps on %(n)s of the last 28 days and %(m)s of the last 7. Below the reference: %(names)s.")
        % {"n": card["cramp_days_28"], "m": card["cramp_days_7"], "names": names},
    )


RISKS: Mapping[str, Text] = {
    "vegan": gettext_lazy("a vegan diet without a supplement logged"),
    "age": gettext_lazy("an age of 65 or more"),
}


def b12_signs(card: About) -> Words:
    return _clinician(
        _("Signs worth a test of vitamin B12"),
        _(
            "With the answers in your profile, less vitamin B12 may be absorbed, and you ticked a sign that "
            "is worth "
            "asking about. Please ask a clinician for a B12 test in the next weeks: logged intake cannot "
            "settle it. "
            "Please do not stop a medicine on your own."
        ),
        _said(
            _ticked_why(card),
            _("From your profile: %(risks)s.")
            % {"risks": get_text_list([_risk(r) for r in card["risks"]], _("and"))},
        ),
    )


def _risk(code: str) -> str:
    for known in (Condition, MedicineClass):
        if code in known.values:
            return str(known(code).label)
    return str(RISKS[code])


def losses(card: About) -> Words:
    return _clinician(
        _("Vomiting or diarrhoea for more than two days, with cramps"),
        _(
            "When this goes on for more than two days and cramps come with it, see a clinician. Drink as it "
            "is tolerated, "
            "in small sips. If you feel faint, confused or very weak, call %(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _ticked_why(card),
    )


def alcohol(card: About) -> Words:
    return _clinician(
        _("Alcohol and cramps: worth telling a clinician"),
        _(
            "The alcohol logged is above the level that is advised as low risk. Much alcohol goes together "
            "with low "
            "magnesium and potassium and with harm to nerves, so it is worth telling a clinician. After "
            "heavy daily "
            "drinking please do not stop suddenly: ask first."
        ),
        _(
            "Alcohol logged: about %(grams)s g a week over four weeks; the level is %(level)s g (14 UK "
            "units). Cramps on %(n)s of the last 28 days."
        )
        % {
            "grams": number(card["alcohol_g_week"]),
            "level": number(card["level"]),
            "n": card["cramp_days_28"],
        },
    )


def clinic(card: About) -> Words:
    names = get_text_list([str(Condition(code).label) for code in card["conditions"]], _("and"))
    return _clinician(
        _("New cramps: mention them at your clinic"),
        _(
            "Cramps that are new are worth mentioning at the clinic that knows your conditions. Cramps have "
            "many causes; often none is found."
        ),
        _("The first cramp of these weeks was logged on %(day)s. Your profile says: %(names)s.")
        % {"day": card.day, "names": names},
    )


def quinine(card: About) -> Words:
    return _clinician(
        _("Quinine: only with a doctor"),
        _(
            "Quinine can have serious side effects and is advised against for everyday cramps. It should be "
            "used under a "
            "doctor's care alone: please ask yours about it. With bleeding, a rash, changed hearing or "
            "eyesight or a "
            "racing heart, call %(emergency)s."
        )
        % {"emergency": card.call.emergency_words},
        _("Listed: %(names)s.") % {"names": get_text_list(card["products"], _("and"))},
    )


# Low intake, the good news ---------------------------------------------------------------------


def improving(card: About) -> Words:
    name = str(NUTRIENT[card.nutrient].name)
    return _words(
        _("%(Nutrient)s: logged intake has come closer to the reference")
        % {"Nutrient": name[:1].upper() + name[1:]},
        _said(
            _(
                "Your logged intake of %(nutrient)s now probably meets what most people in your group need, "
                "and it did so less surely before."
            )
            % {"nutrient": name},
            _("What you changed shows in the log."),
            wording.LIMITS,
        ),
        wording.why_low(card.nutrient, card.evidence),
        _("The next weeks of the diary would change this card."),
    )


def between(card: About) -> Words:
    name = str(NUTRIENT[card.nutrient].name)
    return _words(
        _("%(Nutrient)s: probably enough, with room to improve") % {"Nutrient": name[:1].upper() + name[1:]},
        _said(
            _(
                "Your logged intake of %(nutrient)s lies between the average requirement and the "
                "recommended allowance. That is probably fine; a little more from food would make it surer."
            )
            % {"nutrient": name},
            wording.LIMITS,
        ),
        _said(
            wording.why_low(card.nutrient, card.evidence),
            _("The recommended allowance is %(rda)s %(unit)s.")
            % {"rda": number(card["rda"]), "unit": NUTRIENT[card.nutrient].unit},
        ),
        _("More finished days, or another logged intake on them, would change this card."),
    )


# Hydration ------------------------------------------------------------------------------------

NO_PROMISE = gettext_lazy("Drinking is no known remedy for cramps.")
DRINKS_CHANGE = gettext_lazy("More complete logging of drinks, or other days, would change this card.")
CLINIC_FIRST = gettext_lazy("If a clinic gave you an amount to drink, follow that.")


def water_below(card: About) -> Words:
    return _words(
        _("Fluid: logged intake below the reference used"),
        _said(
            _(
                "Your logged intake of water, from drinks and food, is below the reference. That reference "
                "is what healthy "
                "groups drink, and no minimum, so the diary cannot tell whether it is too little. Thirst, "
                "and few or dark "
                "urine, say more; in old age thirst comes late."
            ),
            CLINIC_FIRST, NO_PROMISE,
        ),
        " ".join(wording.intake_and_reference(card.nutrient, card.evidence)),
        str(DRINKS_CHANGE),
    )  # fmt: skip


def exercise_drinks(card: About) -> Words:
    often = _("It was so on %(n)s of the last 14 days.") % {"n": card["days"]} if card["days"] > 1 else ""
    return _words(
        _("Few drinks logged around an exercise"),
        _said(
            _(
                "The drinks logged around an exercise were well under a careful estimate of the sweat. "
                "Drink to thirst: "
                "that is enough, and more is not better. Weighing before and after once shows how much you "
                "sweat."
            ),
            CLINIC_FIRST, NO_PROMISE,
        ),
        _said(
            _("On %(day)s drinks within six hours came to about %(drinks)s; the sweat was estimated at "
              "%(low)s or more.")
            % {"day": card.day, "drinks": litres(card["drinks_l"]), "low": litres(card["sweat_low_l"])},
            often,
        ),
        str(DRINKS_CHANGE),
    )  # fmt: skip


def exercise_drinks_and_cramps(card: About) -> Words:
    return _words(
        _("Few drinks around exercise, and cramps soon after: worth watching"),
        _said(
            _(
                "On several days with few drinks around an exercise a cramp followed on that day or the "
                "next morning. That may "
                "be chance: the evidence on fluid and cramps is mixed, and tired muscles explain many. "
                "Drink to thirst, "
                "and watch whether it goes on."
            ),
            CLINIC_FIRST,
        ),
        _("This happened on %(n)s of %(of)s such days in the last %(days)s.")
        % {"n": card["days"], "of": card["of"], "days": card["days_in_window"]},
        str(DRINKS_CHANGE),
    )


def overdrinking(card: About) -> Words:
    if card.get("gained_kg"):
        gained, unit = measures.kilograms(card["gained_kg"])
        why = _("On %(day)s your weight after exercise was %(weight)s above that before.") % {
            "day": card.day, "weight": f"{number(gained)} {unit}",
        }  # fmt: skip
    else:
        why = _(
            "On %(day)s the drinks logged within about %(hours)s hours came to %(drinks)s; sweat was "
            "reckoned at %(sweat)s."
        ) % {
            "day": card.day, "hours": number(card["hours"]), "drinks": litres(card["drinks_l"]),
            "sweat": litres(card["sweat_l"]),
        }  # fmt: skip
    return _words(
        _("Much drinking in a short time: only to thirst from here on"),
        _(
            "More was logged than body and sweat part with in that time. Please stop drinking beyond "
            "thirst. With "
            "vomiting, a bad headache, puffiness, confusion or a fit, drink nothing more and call "
            "%(emergency)s. If the "
            "entry is the sum of a day, set its time or split it."
        )
        % {"emergency": card.call.emergency_words},
        _with_painkillers(why, card.flags),
        _("The card goes by itself after two days, or when the entry is corrected."),
    )


def _with_painkillers(why: str, flags: Flags) -> str:
    """NSAIDs make the body hold on to water (interactions, m16)."""
    if MedicineClass.NSAIDS not in flags.medicines:
        return why
    return why + " " + _("Anti-inflammatory painkillers such as ibuprofen make too much drinking riskier.")


REASONS: Mapping[str, Text] = {
    "heat": gettext_lazy("heat"),
    "fever": gettext_lazy("fever"),
    "after_diarrhoea": gettext_lazy("diarrhoea"),
}


def hot_day(card: About) -> Words:
    reasons = get_text_list([str(REASONS[one]) for one in card["reasons"]], _("and"))
    return _words(
        _("Few drinks logged on a day that asks for more"),
        _said(
            _(
                "On a day with heat, fever or diarrhoea it helps to drink regularly, also without thirst, "
                "which comes late "
                "with the years. If somebody grows confused or faint, call %(emergency)s."
            )
            % {"emergency": card.call.emergency_words},
            CLINIC_FIRST,
        ),
        _("On %(day)s: %(reasons)s, and drinks logged of about %(drinks)s.")
        % {"day": card.day, "reasons": reasons, "drinks": litres(card["drinks_l"])},
        str(DRINKS_CHANGE),
    )


def alcohol_drinks(card: About) -> Words:
    return _words(
        _("A day with alcohol and few other drinks"),
        _said(
            _("Alcohol makes the body part with water. A glass of water beside it is an easy habit."),
            CLINIC_FIRST,
            NO_PROMISE,
        ),
        _("On %(day)s: alcohol, about %(grams)s g, and other drinks of about %(drinks)s.")
        % {"day": card.day, "grams": number(card["alcohol_g"]), "drinks": litres(card["drinks_l"])},
        str(DRINKS_CHANGE),
    )


# Information ----------------------------------------------------------------------------------


def first_cramp(card: About) -> Words:
    return _words(
        _("Your first cramp in this diary"),
        _said(
            _(
                "A cramp is a muscle that tightens on its own and hurts; most last seconds to minutes and "
                "are harmless. "
                "Stretching the muscle during a cramp eases it; massage, walking about or warmth are worth "
                "a try."
            ),
            CAUSES,
            _("Should a warning sign come with it, tick it: the page of warning signs says when to call."),
        ),
        _("The first cramp was logged on %(day)s.") % {"day": card.day},
        _("The card goes by itself after two weeks."),
        str(NO_PROOF),
    )


def magnesium_evidence(card: About) -> Words:
    ask = ""
    if card.variant == "ask_first":
        ask = _(
            "With your answers in the profile, please check with a clinician or pharmacist before you go on "
            "with it."
        )
    tried = _("A supplement was ticked as something tried against a cramp.") if card.get("tried") else ""
    return _words(
        _("Magnesium and cramps: what studies found"),
        _said(
            ask,
            _(
                "A Cochrane review of 2020 (11 trials, 735 people) found that in mostly older adults "
                "magnesium made no "
                "meaningful difference to cramps: at four weeks their number changed by -3.9% against "
                "placebo (95% interval "
                "-21.1 to 13.3), with moderate certainty. Trials in pregnancy disagree, and there was none "
                "for cramps with "
                "exercise. Stretching is unproven as a habit and harmless; during a cramp it gives relief. "
                "Whether to go "
                "on with the product is a question for a pharmacist or clinician."
            ),
        ),
        _said(
            _(
                "Magnesium from supplements was logged on %(n)s of the last 28 days, and cramps on %(m)s of "
                "them."
            )
            % {"n": card["days"], "m": card["cramp_days_28"]},
            tried,
        ),
        _("Without magnesium supplements in the log the card goes."),
    )


def progress(card: About) -> Words:
    left = card["days_needed"] - card["days_used"]
    return _words(
        _("Cannot tell yet: more finished days are needed"),
        ngettext(
            "%(n)s more finished day, and the first nutrients can be set beside their references. A day "
            "counts when "
            "everything eaten and drunk is logged and it is marked as finished; a day that is not is left "
            "out, and "
            "never counted as little.",
            "%(n)s more finished days, and the first nutrients can be set beside their references. A day "
            "counts when "
            "everything eaten and drunk is logged and it is marked as finished; a day that is not is left "
            "out, and "
            "never counted as little.",
            left,
        )
        % {"n": left},
        _("So far %(n)s of the last %(days)s days can be used; %(needed)s are needed.")
        % {"n": card["days_used"], "days": card["days_in_window"], "needed": card["days_needed"]},
        _("Finished days would change this card."),
    )


APART: Mapping[str, Text] = {
    "oral_bisphosphonates": gettext_lazy(
        "the bone tablet first, on an empty stomach, and minerals at least 2 hours later"
    ),
    "levothyroxine": gettext_lazy("4 hours between it and calcium or magnesium"),
    "tetracyclines": gettext_lazy("2 hours before minerals, or 4 to 6 hours after them"),
    "quinolones": gettext_lazy("2 hours before minerals, or 4 to 6 hours after them"),
    "gabapentin": gettext_lazy("2 hours between it and magnesium"),
    "orlistat": gettext_lazy("2 hours between it and vitamin D; leaflets say at bedtime"),
    "bile_acid_sequestrants": gettext_lazy("vitamin D 1 hour before it, or 4 hours after it"),
}


def spacing(card: About) -> Words:
    pairs = [f"{MedicineClass(code).label}: {APART[code]}" for code in card["medicines"]]
    return _words(
        _("Medicines and minerals: some are better kept apart"),
        _said(
            _(
                "Minerals and some vitamins can keep a medicine from being absorbed, or the other way "
                "round. What leaflets say:"
            ),
            "; ".join(pairs) + ".",
            _("The leaflet of your own product comes first, and a pharmacist can help with the times."),
        ),
        _("Your profile lists the medicine, and such a supplement was logged in the last 28 days."),
        _("The card goes when one of the two is no longer listed."),
    )


def b12_from_fifty(card: About) -> Words:
    return _words(
        _("Over 50: vitamin B12 from fortified foods or a supplement"),
        _(
            "With the years the stomach frees less vitamin B12 from food. The B12 in fortified foods and "
            "supplements does "
            "not depend on that, so from 50 on it is advised to get part of it that way. A pharmacist can "
            "say what fits with "
            "your medicines."
        ),
        _("Your profile gives an age of %(age)s.") % {"age": card["age"]},
        _("Nothing in the diary changes this; it can be put away."),
    )


LINK_PARTS = {part.name for part in fields(LinkFacts)}


def personal_link(card: About) -> Words:
    kept = {name: value for name, value in card.evidence.items() if name in LINK_PARTS}
    looked_on = date.fromisoformat(card["looked_on"])
    link = LinkFacts(**kept | {"state": LinkState.WORTH_WATCHING, "looked_on": looked_on})
    counts, *rest = pattern_words.said(link)
    return _words(
        _("Worth watching in your diary: cramps and %(what)s") % {"what": pattern_words.name(link)},
        _said(counts, *rest),
        _said(
            ngettext(
                "On %(day)s %(n)s cramp day was compared with other days of the same weeks.",
                "On %(day)s %(n)s cramp days were compared with other days of the same weeks.",
                link.cramps_compared,
            )
            % {"day": formats.date_format(looked_on, "DATE_FORMAT"), "n": link.cramps_compared},
            _("This pattern was found in %(n)s looks in a row, at least 14 days apart.")
            % {"n": link.times_seen},
        ),
        _("The next look may strengthen it or let it go; each day marked with or without a cramp helps."),
    )


SPEAKERS: Mapping[str, Speaker] = {
    "X01": magnesium_above_level, "X02": magnesium_far_above, "X03": magnesium_danger,
    "X04": potassium_danger,
    "X05": potassium_far_above, "X06": vitamin_d_above_level, "X07": calcium_above_level,
    "X08": sodium_above_level,
    "C01": frequent_cramps, "C02": nerve_signs, "C03": walking_pain, "C04": new_medicine, "C05": statin,
    "C06": pregnancy, "C07": low_intake, "C08": low_and_cramps, "C09": b12_signs, "C10": losses,
    "C11": alcohol,
    "C12": clinic, "C13": quinine, "L01": low_intake, "L02": low_intake, "L03": low_intake, "L04": low_intake,
    "L05": low_intake, "L06": low_intake, "L07": low_intake, "L08": improving, "L09": between,
    "H01": water_below,
    "H02": exercise_drinks, "H03": exercise_drinks_and_cramps, "H04": overdrinking, "H05": hot_day,
    "H06": alcohol_drinks, "I01": first_cramp, "I02": magnesium_evidence, "I03": progress, "I04": spacing,
    "I05": b12_from_fifty, "I06": personal_link,
}  # fmt: skip
"""Whose words each rule has. L10 never speaks."""
