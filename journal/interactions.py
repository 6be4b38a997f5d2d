"""Medicines, conditions and diets that matter for these nutrients: the committed table, searched and asked.

    find("water tablet") -> list[Kind]                which kinds a person may mean, the likeliest first
    about(flags) -> list[tuple[Interaction, str]]     what concerns a person: yes, maybe or unknown
    spacing(medicines, nutrients) -> tuple[str, ...]  medicines to take apart from what else is taken

The table is `fixtures/interactions.csv`. An answer that is missing is never "no": unknown kidneys, and an
unknown potassium-raising medicine, count as "maybe". Nothing here needs the database.
"""

import csv
import functools
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.utils.translation import get_language

from journal.calc.suppressions import KIDNEY, NO, UNKNOWN, YES, Flags
from journal.codes import POTASSIUM_RAISING, Condition, MedicineClass

TABLE = Path(settings.BASE_DIR) / "fixtures" / "interactions.csv"
MAYBE = "maybe"
MEDICINE, CONDITION, DIET = "medicine", "condition", "diet"

NUTRIENTS = {
    "magnesium": "magnesium_mg", "potassium": "potassium_mg", "calcium": "calcium_mg", "sodium": "sodium_mg",
    "vitamin_d": "vitamin_d_ug", "vitamin_b12": "vitamin_b12_ug", "water": "water_g",
}  # fmt: skip

M, C = MedicineClass, Condition
CLASSES: dict[str, tuple[MedicineClass, ...]] = {
    "loop diuretics": (M.LOOP_DIURETICS,),
    "thiazide-like diuretics": (M.THIAZIDE_LIKE_DIURETICS,),
    "potassium-sparing diuretics": (M.POTASSIUM_SPARING_DIURETICS,),
    "ACE inhibitors": (M.ACE_INHIBITORS,),
    "ARBs and ARNI": (M.ARBS_ARNI,),
    "trimethoprim": (M.TRIMETHOPRIM,),
    "calcineurin inhibitors and heparin": (M.CALCINEURIN_INHIBITORS, M.HEPARIN),
    "calcineurin inhibitors": (M.CALCINEURIN_INHIBITORS,),
    "NSAIDs (regular use)": (M.NSAIDS,),
    "beta-2 agonists": (M.BETA_2_AGONISTS,),
    "statins": (M.STATINS,),
    "proton pump inhibitors": (M.PROTON_PUMP_INHIBITORS,),
    "proton pump inhibitors and H2 blockers": (M.PROTON_PUMP_INHIBITORS, M.H2_BLOCKERS),
    "metformin": (M.METFORMIN,),
    "other B12-lowering": (M.OTHER_B12_LOWERING,),
    "nitrous oxide (recreational or repeated)": (M.NITROUS_OXIDE,),
    "oral bisphosphonates": (M.ORAL_BISPHOSPHONATES,),
    "levothyroxine": (M.LEVOTHYROXINE,),
    "tetracyclines": (M.TETRACYCLINES,),
    "quinolones": (M.QUINOLONES,),
    "gabapentin": (M.GABAPENTIN,),
    "systemic corticosteroids": (M.SYSTEMIC_CORTICOSTEROIDS,),
    "orlistat": (M.ORLISTAT,),
    "enzyme-inducing anticonvulsants": (M.ENZYME_INDUCING_ANTICONVULSANTS,),
    "bile acid sequestrants": (M.BILE_ACID_SEQUESTRANTS,),
    "digoxin": (M.DIGOXIN,),
    "lithium": (M.LITHIUM,),
    "desmopressin": (M.DESMOPRESSIN,),
    "SSRIs / carbamazepine / oxcarbazepine": (M.SSRIS, M.ENZYME_INDUCING_ANTICONVULSANTS),
    "magnesium laxatives and antacids": (M.MAGNESIUM_LAXATIVES,),
    "stimulant or long-term other laxatives": (M.OTHER_LAXATIVES,),
    "EGFR antibodies and some cancer drugs": (M.EGFR_ANTIBODIES,),
    "amphotericin / aminoglycosides": (M.AMINOGLYCOSIDES,),
    "denosumab": (M.DENOSUMAB,),
    "insulin (high dose)": (M.INSULIN,),
}
"""The classes of the profile behind each name of the table."""
CONDITIONS: dict[str, tuple[Condition, ...]] = {
    "chronic kidney disease or dialysis": tuple(Condition(code) for code in KIDNEY),
    "heart failure or liver cirrhosis": (C.HEART_FAILURE, C.CIRRHOSIS),
    "adrenal insufficiency": (C.ADRENAL_INSUFFICIENCY,),
    "diarrhoea or vomiting (ongoing)": (),
    "coeliac; Crohn's; pancreatic disease": (C.COELIAC, C.CROHNS, C.PANCREATIC_DISEASE),
    "bariatric or stomach surgery": (C.BARIATRIC_SURGERY, C.STOMACH_SURGERY),
    "pernicious anaemia / atrophic gastritis": (C.PERNICIOUS_ANAEMIA,),
    "alcohol dependence": (C.ALCOHOL_DEPENDENCE,),
    "type 2 diabetes (poorly controlled)": (C.DIABETES,),
    "hypothyroidism": (C.THYROID,),
    "hypoparathyroidism or neck surgery": (C.HYPOPARATHYROIDISM,),
    "hyperparathyroidism; sarcoidosis; past kidney stones": (
        C.HYPERPARATHYROIDISM, C.SARCOIDOSIS, C.KIDNEY_STONES, C.HIGH_CALCIUM_PAST,
    ),
    "pregnancy (late)": (),
    "age 65 or over": (),
    "vegan": (C.VEGAN,),
    "vegan or dairy-free": (C.VEGAN, C.DAIRY_FREE),
    "potassium salt substitute": (C.SALT_SUBSTITUTE,),
    "liquorice (regular)": (),
    "high-dose zinc": (),
}  # fmt: skip
"""The answers of the profile behind each condition or diet; none: it is asked for nowhere, or elsewhere."""
OLD = 65

EVERYDAY: dict[MedicineClass | Condition, str] = {
    M.LOOP_DIURETICS: "water tablet; water pill; diuretic; lasix; frusemide",
    M.THIAZIDE_LIKE_DIURETICS: "water tablet; water pill; diuretic; blood pressure tablet",
    M.POTASSIUM_SPARING_DIURETICS: "water tablet; water pill; diuretic; aldactone",
    M.ACE_INHIBITORS: "blood pressure tablet; pril",
    M.ARBS_ARNI: "blood pressure tablet; sartan; entresto",
    M.CALCIUM_CHANNEL_BLOCKERS: "blood pressure tablet; nifedipine; amlodipine",
    M.TRIMETHOPRIM: "antibiotic; urine infection; water infection",
    M.CALCINEURIN_INHIBITORS: "transplant medicine; ciclosporin; cyclosporine",
    M.HEPARIN: "blood thinner injection",
    M.NSAIDS: "painkiller; anti-inflammatory; nurofen; advil; voltarol",
    M.BETA_2_AGONISTS: "inhaler; asthma; reliever; blue inhaler; albuterol; ventolin",
    M.STATINS: "cholesterol tablet; lipitor",
    M.PROTON_PUMP_INHIBITORS: "heartburn; acid reflux; stomach acid tablet; indigestion; prilosec; nexium",
    M.H2_BLOCKERS: "heartburn; acid reflux; stomach acid tablet; pepcid; ranitidine",
    M.METFORMIN: "diabetes tablet; sugar tablet; glucophage",
    M.INSULIN: "diabetes injection; sugar",
    M.NITROUS_OXIDE: "laughing gas; gas and air; whippets",
    M.ORAL_BISPHOSPHONATES: "bone tablet; osteoporosis; alendronic acid; fosamax",
    M.DENOSUMAB: "bone injection; osteoporosis; prolia",
    M.RALOXIFENE: "osteoporosis; evista",
    M.LEVOTHYROXINE: "thyroid tablet; thyroxine; synthroid",
    M.TETRACYCLINES: "antibiotic; acne",
    M.QUINOLONES: "antibiotic; cipro",
    M.AMINOGLYCOSIDES: "hospital antibiotic",
    M.GABAPENTIN: "nerve pain; neurontin",
    M.OTHER_B12_LOWERING: "gout; nerve pain; lyrica",
    M.SYSTEMIC_CORTICOSTEROIDS: "steroid; cortisone; prednisone",
    M.ORLISTAT: "weight loss tablet; alli; xenical",
    M.ENZYME_INDUCING_ANTICONVULSANTS: "epilepsy; seizure medicine; tegretol",
    M.BILE_ACID_SEQUESTRANTS: "cholesterol powder; questran; cholestyramine",
    M.DIGOXIN: "heart tablet; lanoxin",
    M.LITHIUM: "mood stabiliser; bipolar",
    M.DESMOPRESSIN: "bedwetting; night urine; ddavp",
    M.SSRIS: "antidepressant; depression tablet; prozac; fluoxetine; citalopram",
    M.MAGNESIUM_LAXATIVES: "laxative; constipation; antacid; milk of magnesia; indigestion",
    M.OTHER_LAXATIVES: "laxative; constipation; dulcolax",
    M.EGFR_ANTIBODIES: "cancer medicine; chemotherapy",
    C.KIDNEY_DISEASE: "kidneys; ckd; renal",
    C.DIALYSIS: "kidneys; renal failure",
    C.TRANSPLANT: "kidneys",
    C.SALT_SUBSTITUTE: "losalt; lo-salt; low-sodium salt; reduced sodium salt",
    C.BARIATRIC_SURGERY: "gastric bypass; sleeve; weight loss operation",
    C.DIABETES: "sugar",
    C.THYROID: "underactive thyroid; overactive thyroid",
}
"""What people call them."""


@dataclass(frozen=True)
class Interaction:
    """One line of the table: what a medicine, condition or diet does to a nutrient."""

    id: str
    kind: str
    name: str
    examples: tuple[str, ...]
    nutrients: tuple[str, ...]
    """Codes of nutrients; empty for what is linked with cramps alone."""
    direction: str
    effect: str
    action: str
    severity: str
    source: str
    verified: str
    codes: tuple[str, ...]
    """The classes of medicine, or conditions, of the profile that it is about."""


@dataclass(frozen=True)
class Kind:
    """A class of medicine, or a condition, as a person may pick it."""

    code: str
    kind: str
    name: str
    examples: tuple[str, ...]
    interactions: tuple[Interaction, ...] = ()


@functools.cache
def table() -> tuple[Interaction, ...]:
    """The whole table, in its order."""
    with TABLE.open(encoding="utf-8", newline="") as file:
        return tuple(_interaction(row) for row in csv.DictReader(file))


def _interaction(row: dict[str, str]) -> Interaction:
    known = CLASSES if row["kind"] == MEDICINE else CONDITIONS
    return Interaction(
        id=row["id"],
        kind=row["kind"],
        name=row["name"],
        examples=_parts(row["examples"]),
        nutrients=tuple(NUTRIENTS[part] for part in _parts(row["nutrient"]) if part in NUTRIENTS),
        direction=row["direction"],
        effect=row["effect"],
        action=row["app_action"],
        severity=row["severity"],
        source=row["source"],
        verified=row["verified"],
        codes=tuple(code.value for code in known[row["name"]]),
    )


def _parts(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(";") if part.strip())


# Search ---------------------------------------------------------------------------------------


def find(words: str, most: int = 8) -> list[Kind]:
    """Kinds of medicine, and conditions, that a person may mean by some words; the likeliest first.

    It looks at names, examples such as furosemide, and what people call them, such as water tablet. Each word
    must be found; an entry that begins with the words comes before one that holds them somewhere.
    """
    asked = _plain(words)
    if not asked:
        return []
    entries = _searchable(get_language())
    ranked = ((_rank(asked, said), place) for place, (_kind, said) in enumerate(entries))
    fits = sorted((rank, place) for rank, place in ranked if rank is not None)
    return [entries[place][0] for _rank_, place in fits[:most]]


@functools.lru_cache(maxsize=8)
def _searchable(_language: str | None) -> tuple[tuple[Kind, tuple[str, ...]], ...]:
    """Each kind with everything it may be called, in the language of the moment."""
    found = []
    for choices, kind in ((MedicineClass, MEDICINE), (Condition, CONDITION)):
        for code in choices:
            lines = tuple(one for one in table() if code.value in one.codes)
            examples = tuple(
                dict.fromkeys(example for one in lines for example in _own_examples(one, code.value))
            )
            said = [str(code.label), code.value.replace("_", " "), *examples, *_parts(EVERYDAY.get(code, ""))]
            entry = Kind(code.value, kind, str(code.label), examples, lines)
            found.append((entry, tuple(_plain(one) for one in said)))
    return tuple(found)


def _own_examples(one: Interaction, code: str) -> tuple[str, ...]:
    """Examples of a line that is about one kind alone; those of several do not say which is which."""
    return one.examples if len(one.codes) == 1 else ()


def _plain(words: str) -> str:
    """Small letters, single spaces, no plural s: "Water Tablets" is "water tablet"."""
    cleaned = "".join(char if char.isalnum() else " " for char in words.casefold())
    return " ".join(word[:-1] if len(word) > 3 and word.endswith("s") else word for word in cleaned.split())


def _rank(asked: str, said: tuple[str, ...]) -> int | None:
    """0: called just so; 1: begins so; 2: a word begins so; 3: all words somewhere; None: not meant."""
    if asked in said:
        return 0
    if any(one.startswith(asked) for one in said):
        return 1
    if any(f" {asked}" in one for one in said):
        return 2
    every = " ".join(said)
    together = all(any(word.startswith(part) for word in every.split()) for part in asked.split())
    return 3 if together else None


# A person -------------------------------------------------------------------------------------


def holds(one: Interaction, flags: Flags) -> str:
    """Whether a line concerns a person: yes, no, maybe or unknown.

    "maybe" is for unknown kidneys and an unknown potassium-raising medicine, which advice must reckon with.
    """
    if one.kind == MEDICINE:
        return _medicine_holds(one, flags)
    if one.name == "age 65 or over":
        return UNKNOWN if flags.age is None else YES if flags.age >= OLD else NO
    if one.name == "pregnancy (late)":
        return YES if flags.pregnant else NO
    answers = [flags.conditions.get(code, UNKNOWN) for code in one.codes]
    if YES in answers:
        return YES
    if set(one.codes) == set(KIDNEY):
        return NO if flags.kidney == NO else MAYBE
    return UNKNOWN if UNKNOWN in answers or not answers else NO


def _medicine_holds(one: Interaction, flags: Flags) -> str:
    if flags.medicines.intersection(one.codes):
        return YES
    if (
        POTASSIUM_RAISING.intersection(one.codes)
        and "potassium_mg" in one.nutrients
        and one.direction == "raises"
    ):
        return MAYBE if flags.potassium_raising == UNKNOWN else NO
    return UNKNOWN if flags.takes_medicines == UNKNOWN else NO


def about(flags: Flags) -> list[tuple[Interaction, str]]:
    """The lines that concern a person, or may do: each with yes, maybe or unknown; the sure ones first."""
    found = [(one, holds(one, flags)) for one in table()]
    order = (YES, MAYBE, UNKNOWN)
    return sorted((pair for pair in found if pair[1] != NO), key=lambda pair: order.index(pair[1]))


APART = ("orlistat", "bile acid sequestrants")
"""Medicines that the table tells to space although its direction says that they lower something."""


def spacing(medicines: Collection[str], nutrients: Collection[str]) -> tuple[str, ...]:
    """Classes taken that are better kept apart from a mineral or vitamin which is taken, too."""
    return tuple(
        dict.fromkeys(
            code
            for one in table()
            if (one.direction == "spacing" or one.name in APART) and set(one.nutrients) & set(nutrients)
            for code in one.codes
            if code in medicines
        )
    )
