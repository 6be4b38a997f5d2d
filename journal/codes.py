"""The words of the diary that models, REST, fixtures, rules and pages share.

Codes may be added and are never renamed: phones and stored rows hold them.
"""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class MealKind(models.TextChoices):
    BREAKFAST = "breakfast", _("breakfast")
    LUNCH = "lunch", _("lunch")
    DINNER = "dinner", _("dinner")
    SNACK = "snack", _("snack")


class Site(models.TextChoices):
    CALF = "calf", _("calf")
    SHIN = "shin", _("shin")
    FOOT = "foot", _("foot")
    TOES = "toes", _("toes")
    THIGH_FRONT = "thigh_front", _("front of the thigh")
    THIGH_BACK = "thigh_back", _("back of the thigh")
    HIP_BUTTOCK = "hip_buttock", _("hip or buttock")
    ABDOMEN = "abdomen", _("belly")
    BACK = "back", pgettext_lazy("body", "back")
    CHEST = "chest", _("chest")
    SHOULDER = "shoulder", _("shoulder")
    NECK = "neck", _("neck")
    JAW = "jaw", _("jaw")
    FACE_EYELID = "face_eyelid", _("face or eyelid")
    UPPER_ARM = "upper_arm", _("upper arm")
    FOREARM = "forearm", _("forearm")
    HAND = "hand", _("hand")
    FINGERS = "fingers", _("fingers")
    OTHER = "other", _("somewhere else")


class Side(models.TextChoices):
    LEFT = "left", _("left")
    RIGHT = "right", _("right")
    BOTH = "both", _("both sides")
    NONE = "none", _("no side")


class Doing(models.TextChoices):
    ASLEEP = "asleep", _("asleep")
    RESTING = "resting", _("resting")
    SITTING = "sitting", _("sitting")
    STANDING = "standing", _("standing")
    WALKING = "walking", _("walking")
    EXERCISING = "exercising", _("exercising")
    AFTER_EXERCISE = "after_exercise", _("just after exercise")
    STRETCHING = "stretching", _("stretching")
    WORKING = "working", _("working")
    OTHER = "other", _("something else")


class Relief(models.TextChoices):
    STRETCH = "stretch", _("stretching")
    MASSAGE = "massage", _("massage")
    WALK = "walk", _("walking about")
    HEAT = "heat", _("warmth")
    COLD = "cold", _("cold")
    WATER = "water", _("water")
    ELECTROLYTE_DRINK = "electrolyte_drink", _("electrolyte drink")
    FOOD = "food", _("food")
    SUPPLEMENT = "supplement", _("supplement")
    MEDICINE = "medicine", _("medicine")
    REST = "rest", _("rest")
    OTHER = "other", _("something else")


class Helped(models.TextChoices):
    YES = "yes", _("helped")
    PARTLY = "partly", _("helped a little")
    NO = "no", _("did not help")


class DayStatus(models.TextChoices):
    COMPLETE_MARKED = "complete_marked", _("finished")
    COMPLETE_INFERRED = "complete_inferred", _("looks finished")
    FASTING_MARKED = "fasting_marked", _("fasting")
    INCOMPLETE = "incomplete", _("not finished")
    EMPTY = "empty", _("nothing logged")


class Severity(models.TextChoices):
    URGENT_NOW = "urgent_now", _("Get help now")
    SEE_CLINICIAN_SOON = "see_clinician_soon", _("Ask a clinician soon")
    ADVISE = "advise", _("Worth a look")
    INFO = "info", _("Good to know")


class AdviceState(models.TextChoices):
    NEW = "new", _("new")
    SEEN = "seen", _("seen")
    ACKNOWLEDGED = "acknowledged", _("acknowledged")
    GOT_HELP = "got_help", _("got help")
    SNOOZED = "snoozed", _("snoozed")
    DISMISSED = "dismissed", _("dismissed")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Band(models.TextChoices):
    LIKELY_MEETS = "likely_meets", _("likely meets the requirement")
    PROBABLY_MEETS = "probably_meets", _("probably meets the requirement, not certain")
    POSSIBLY_LOW = "possibly_low", _("possibly low, not certain")
    LIKELY_LOW = "likely_low", _("likely low")
    VERY_LIKELY_LOW = "very_likely_low", _("very likely low")
    PROBABLY_ENOUGH = "probably_enough", _("probably enough")
    CANNOT_TELL = "cannot_tell", _("cannot tell")
    USUALLY_ABOVE = "usually_above", _("usually above")
    NOT_USUALLY_ABOVE = "not_usually_above", _("not usually above")
    LOOKS_LOW = "looks_low", _("logged intake looks low")
    LOOKS_SUFFICIENT = "looks_sufficient", _("logged intake looks sufficient")
    NOT_ENOUGH_DATA = "not_enough_data", _("not enough finished days yet")


class Method(models.TextChoices):
    EAR = "ear", _("set against the average requirement")
    AI = "ai", _("set against the adequate intake")
    UL = "ul", _("set against the upper level")
    CDRR = "cdrr", _("set against the level to stay below")
    RESAMPLING = "resampling", _("resampled days")


class Exposure(models.TextChoices):
    """What a day may have held when links with cramps are looked for."""

    MAGNESIUM_LOW = "magnesium_low", _("less magnesium than usual")
    POTASSIUM_LOW = "potassium_low", _("less potassium than usual")
    CALCIUM_LOW = "calcium_low", _("less calcium than usual")
    SODIUM_LOW = "sodium_low", _("less sodium than usual")
    DRINKS_LOW = "drinks_low", _("fewer drinks than usual")
    WATER_SHORT = "water_short", _("little water for what was sweated")
    HARD_EXERCISE = "hard_exercise", _("more exercise than usual")
    UNUSUAL_EXERCISE = "unusual_exercise", _("an exercise not done for four weeks")
    HEAT = "heat", _("exercise in the heat")
    ALCOHOL = "alcohol", _("alcohol")
    CAFFEINE_HIGH = "caffeine_high", _("more caffeine than usual")


class LinkState(models.TextChoices):
    """What may be said of a link between an exposure and cramps."""

    NOT_ENOUGH_DATA = "not_enough_data", _("not enough data")
    TOO_FEW_CRAMPS = "too_few_cramps", _("too few cramp days")
    NOT_ENOUGH_VARIATION = "not_enough_variation", _("not enough variation")
    CANNOT_ANSWER_YET = "cannot_answer_yet", _("this log cannot answer it yet")
    NO_CLEAR_LINK = "no_clear_link", _("no clear link found")
    MIXED = "mixed", _("mixed")
    WORTH_WATCHING = "worth_watching", _("worth watching")


class DoseSource(models.TextChoices):
    SUPPLEMENT = "supplement", _("supplement")
    MEDICINE = "medicine", _("medicine")


class Answer(models.TextChoices):
    YES = "yes", _("yes")
    NO = "no", _("no")
    UNKNOWN = "unknown", _("not sure")


class Units(models.TextChoices):
    METRIC = "metric", _("metric (g, ml, kg, cm)")
    US = "us", _("US (oz, fl oz, lb, in)")


class WeekStart(models.IntegerChoices):
    MONDAY = 0, _("Monday")
    SATURDAY = 5, _("Saturday")
    SUNDAY = 6, _("Sunday")


class SetBy(models.TextChoices):
    OWN = "own", _("my own")
    CLINICIAN = "clinician", _("set by my clinician")


class Condition(models.TextChoices):
    KIDNEY_DISEASE = "kidney_disease", _("kidney disease")
    KIDNEY_STAGE_4_5 = "kidney_stage_4_5", _("kidney disease, stage 4 or 5")
    DIALYSIS = "dialysis", _("dialysis")
    TRANSPLANT = "transplant", _("kidney transplant")
    HEART_FAILURE = "heart_failure", _("heart failure")
    CIRRHOSIS = "cirrhosis", _("liver cirrhosis")
    FLUID_LIMIT = "fluid_limit", _("a fluid limit set by a clinician")
    HIGH_BLOOD_PRESSURE = "high_blood_pressure", _("high blood pressure")
    DIABETES = "diabetes", _("diabetes")
    THYROID = "thyroid", _("thyroid disease")
    LIVER_DISEASE = "liver_disease", _("liver disease")
    NERVE_DISEASE = "nerve_disease", _("nerve disease")
    ADRENAL_INSUFFICIENCY = "adrenal_insufficiency", _("adrenal insufficiency")
    HIGH_CALCIUM_PAST = "high_calcium_past", _("high blood calcium in the past")
    KIDNEY_STONES = "kidney_stones", _("kidney stones")
    SARCOIDOSIS = "sarcoidosis", _("sarcoidosis")
    HYPERPARATHYROIDISM = "hyperparathyroidism", _("overactive parathyroid")
    HYPOPARATHYROIDISM = "hypoparathyroidism", _("underactive parathyroid or neck surgery")
    COELIAC = "coeliac", _("coeliac disease")
    CROHNS = "crohns", _("Crohn's disease")
    PANCREATIC_DISEASE = "pancreatic_disease", _("pancreatic disease")
    BARIATRIC_SURGERY = "bariatric_surgery", _("weight-loss surgery")
    STOMACH_SURGERY = "stomach_surgery", _("stomach surgery")
    PERNICIOUS_ANAEMIA = "pernicious_anaemia", _("pernicious anaemia")
    ALCOHOL_DEPENDENCE = "alcohol_dependence", _("alcohol dependence")
    EATING_DISORDER = "eating_disorder", _("an eating disorder, now or in the past")
    VEGAN = "vegan", _("vegan diet")
    DAIRY_FREE = "dairy_free", _("dairy-free diet")
    SALT_SUBSTITUTE = "salt_substitute", _("uses a potassium salt substitute")
    LITTLE_SUN = "little_sun", _("little sun on the skin")


class MedicineClass(models.TextChoices):
    """Slugs of the classes in the interactions table."""

    LOOP_DIURETICS = "loop_diuretics", _("loop diuretics (furosemide, bumetanide)")
    THIAZIDE_LIKE_DIURETICS = "thiazide_like_diuretics", _("thiazide-like diuretics (indapamide)")
    POTASSIUM_SPARING_DIURETICS = (
        "potassium_sparing_diuretics",
        _("potassium-sparing diuretics (spironolactone, amiloride)"),
    )
    ACE_INHIBITORS = "ace_inhibitors", _("ACE inhibitors (ramipril, lisinopril)")
    ARBS_ARNI = "arbs_arni", _("ARBs and ARNI (losartan, candesartan)")
    TRIMETHOPRIM = "trimethoprim", _("trimethoprim or co-trimoxazole")
    CALCINEURIN_INHIBITORS = "calcineurin_inhibitors", _("ciclosporin or tacrolimus")
    HEPARIN = "heparin", _("heparin")
    NSAIDS = "nsaids", _("anti-inflammatory painkillers, regularly (ibuprofen, naproxen)")
    BETA_2_AGONISTS = "beta_2_agonists", _("asthma relievers (salbutamol, salmeterol, formoterol)")
    STATINS = "statins", _("statins (atorvastatin, simvastatin)")
    PROTON_PUMP_INHIBITORS = "proton_pump_inhibitors", _("acid blockers (omeprazole, lansoprazole)")
    H2_BLOCKERS = "h2_blockers", _("H2 blockers (famotidine)")
    METFORMIN = "metformin", _("metformin")
    OTHER_B12_LOWERING = "other_b12_lowering", _("colchicine, phenobarbital, primidone or pregabalin")
    NITROUS_OXIDE = "nitrous_oxide", _("nitrous oxide, repeatedly")
    ORAL_BISPHOSPHONATES = "oral_bisphosphonates", _("bone tablets (alendronate, risedronate)")
    LEVOTHYROXINE = "levothyroxine", _("levothyroxine")
    TETRACYCLINES = "tetracyclines", _("tetracyclines (doxycycline)")
    QUINOLONES = "quinolones", _("quinolones (ciprofloxacin)")
    GABAPENTIN = "gabapentin", _("gabapentin")
    SYSTEMIC_CORTICOSTEROIDS = "systemic_corticosteroids", _("steroid tablets (prednisolone)")
    ORLISTAT = "orlistat", _("orlistat")
    ENZYME_INDUCING_ANTICONVULSANTS = (
        "enzyme_inducing_anticonvulsants",
        _("some epilepsy medicines (phenytoin, carbamazepine)"),
    )
    BILE_ACID_SEQUESTRANTS = "bile_acid_sequestrants", _("cholesterol binders (colestyramine)")
    DIGOXIN = "digoxin", _("digoxin")
    LITHIUM = "lithium", _("lithium")
    DESMOPRESSIN = "desmopressin", _("desmopressin")
    SSRIS = "ssris", _("SSRIs or oxcarbazepine (sertraline)")
    MAGNESIUM_LAXATIVES = "magnesium_laxatives", _("magnesium laxatives and antacids")
    OTHER_LAXATIVES = "other_laxatives", _("other laxatives, long term (senna, bisacodyl)")
    EGFR_ANTIBODIES = "egfr_antibodies", _("some cancer medicines (cetuximab, cisplatin)")
    AMINOGLYCOSIDES = "aminoglycosides", _("amphotericin or gentamicin")
    DENOSUMAB = "denosumab", _("denosumab")
    INSULIN = "insulin", _("insulin")
    CALCIUM_CHANNEL_BLOCKERS = "calcium_channel_blockers", _("nifedipine and the like")
    RALOXIFENE = "raloxifene", _("raloxifene")
    OTHER = "other", _("another medicine")


POTASSIUM_RAISING = frozenset(
    {
        MedicineClass.POTASSIUM_SPARING_DIURETICS,
        MedicineClass.ACE_INHIBITORS,
        MedicineClass.ARBS_ARNI,
        MedicineClass.TRIMETHOPRIM,
        MedicineClass.CALCINEURIN_INHIBITORS,
        MedicineClass.HEPARIN,
        MedicineClass.NSAIDS,
    }
)
DIURETICS = frozenset(
    {
        MedicineClass.LOOP_DIURETICS,
        MedicineClass.THIAZIDE_LIKE_DIURETICS,
        MedicineClass.POTASSIUM_SPARING_DIURETICS,
    }
)


class Sign(models.TextChoices):
    """Warning signs, one tick box each. Which ticks raise which card stands in `calc/redflags`."""

    SEIZURE = "seizure", _("a fit or seizure")
    FAINTED = "fainted", _("fainted")
    CONFUSED = "confused", _("confused")
    CANNOT_BE_WOKEN = "cannot_be_woken", _("cannot be woken")
    CHEST_PAIN = "chest_pain", _("chest pain")
    PALPITATIONS = "palpitations", _("heart racing, pounding or skipping")
    FEELING_FAINT = "feeling_faint", _("feeling faint")
    TROUBLE_BREATHING = "trouble_breathing", _("trouble breathing")
    SUDDEN_PARALYSIS = "sudden_paralysis", _("sudden paralysis")
    SPREADING_WEAKNESS = "spreading_weakness", _("weakness that spreads")
    TROUBLE_SPEAKING = "trouble_speaking", _("trouble speaking")
    TROUBLE_SWALLOWING = "trouble_swallowing", _("trouble swallowing")
    THROAT_TIGHTNESS = "throat_tightness", _("tight throat")
    JAW_LOCKED = "jaw_locked", _("jaw locked")
    WHOLE_BODY_STIFFNESS = "whole_body_stiffness", _("whole body stiff")
    LONG_EXERCISE_MUCH_DRINKING = (
        "long_exercise_much_drinking",
        _("within 24 hours of long exercise with much drinking"),
    )
    AFTER_HEAT = "after_heat", _("after great heat")
    VOMITING = "vomiting", _("vomiting")
    BAD_HEADACHE = "bad_headache", _("bad headache")
    PUFFINESS = "puffiness", _("puffy face, hands or feet")
    HAND_OR_FOOT_LOCKED = "hand_or_foot_locked", _("hand or foot locked in a spasm")
    TINGLING_AROUND_MOUTH = "tingling_around_mouth", _("numb or tingling around the mouth")
    DARK_URINE = "dark_urine", _("dark, cola-coloured urine")
    SEVERE_MUSCLE_PAIN = "severe_muscle_pain", _("severe muscle pain")
    MUSCLE_SWELLING = "muscle_swelling", _("swollen muscles")
    WEAKNESS = "weakness", _("new weakness")
    ONE_LEG_SWOLLEN = "one_leg_swollen", _("one leg swollen")
    ONE_LEG_WARM_RED = "one_leg_warm_red", _("one leg warm, red or darker")
    CALF_PAIN_BETWEEN_CRAMPS = "calf_pain_between_cramps", _("calf pain that stays between cramps")
    NOT_EASING_10_MIN = "not_easing_10_min", _("longer than 10 minutes and not easing with movement")
    LEG_COLD_PALE_NUMB = "leg_cold_pale_numb", _("leg suddenly cold, pale or blue, numb")
    BLADDER_BOWEL_CONTROL_LOST = "bladder_bowel_control_lost", _("lost control of bladder or bowel")
    NUMB_SADDLE = "numb_saddle", _("numb between the legs")
    FEVER = "fever", _("fever")
    STIFF_NECK = "stiff_neck", _("stiff neck")
    RASH = "rash", _("rash")
    TUMMY_CRAMPS_BLEEDING = "tummy_cramps_bleeding", _("pregnant: tummy cramps with bleeding or pain")
    VISUAL_CHANGE = "visual_change", _("changed eyesight")
    SWELLING_FACE_HANDS = "swelling_face_hands", _("swollen face or hands")
    CRAMPS_CHEST_ARMS_BELLY = "cramps_chest_arms_belly", _("cramps in chest, arms or belly")
    AFTER_VOMITING = "after_vomiting", _("after heavy vomiting")
    AFTER_DIARRHOEA = "after_diarrhoea", _("after heavy diarrhoea")
    AFTER_WATER_TABLETS = "after_water_tablets", _("after water tablets")
    AFTER_HEAVY_SWEATING = "after_heavy_sweating", _("after heavy sweating")
    NUMBNESS = "numbness", _("numbness")
    TINGLING = "tingling", _("tingling")
    MUSCLE_WASTING = "muscle_wasting", _("muscle getting thinner")
    TWITCHING_LASTING = "twitching_lasting", _("twitching that lasts")
    LEG_PAIN_WALKING_STOPS_RESTING = (
        "leg_pain_walking_stops_resting",
        _("leg pain on walking that stops on resting"),
    )
    SORE_TONGUE = "sore_tongue", _("sore tongue")
    TIREDNESS = "tiredness", _("unusual tiredness")
    MEMORY_CHANGE = "memory_change", _("changed memory")
    BALANCE_CHANGE = "balance_change", _("changed balance")


class ReminderKind(models.TextChoices):
    MEAL = "meal", _("log a meal, if none is logged by then")
    DRINK = "drink", _("drink something")
    FINISH = "finish", _("finish the day before")
    DOSE = "dose", _("take a dose")
    LOOK_BACK = "look_back", _("look back on the week")


class EventKind(models.TextChoices):
    """What can happen to an account that its owner is told of afterwards."""

    SIGNED_UP = "signed_up", _("Signed up")
    SIGNED_IN = "signed_in", _("Signed in")
    NEW_DEVICE = "new_device", _("Signed in on a new kind of device")
    PHONE_CONNECTED = "phone_connected", _("A phone was connected by its code")
    SIGN_IN_REFUSED = "sign_in_refused", _("Wrong password at sign-in")
    PASSWORD_REFUSED = "password_refused", _("Wrong password when it was asked for again")
    CODE_REFUSED = "code_refused", _("Wrong code of the second factor")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    PASSWORD_RESET = "password_reset", _("Password set anew by a link")
    FACTOR_ON = "factor_on", _("Second factor turned on")
    FACTOR_OFF = "factor_off", _("Second factor turned off")
    CODES_MADE = "codes_made", _("New recovery codes made")
    EMAIL_CHANGED = "email_changed", _("Another e-mail address became the first")
    EMAIL_REMOVED = "email_removed", _("E-mail address removed")
    EXPORTED = "exported", _("Diary exported as a file")
    IMPORTED = "imported", _("A file taken into the diary")
    DELETION_ASKED = "deletion_asked", _("Deletion of the account asked for")
