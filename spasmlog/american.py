"""How an American spells what the source spells in British English."""

import re

WORDS = {
    "fibre": "fiber", "litre": "liter", "millilitre": "milliliter", "metre": "meter", "centre": "center",
    "colour": "color", "favour": "favor", "flavour": "flavor",
    "favourite": "favorite", "behaviour": "behavior", "tumour": "tumor",
    "diarrhoea": "diarrhea", "anaemia": "anemia", "coeliac": "celiac", "oedema": "edema",
    "oesophagus": "esophagus", "haemodialysis": "hemodialysis", "hypocalcaemia": "hypocalcemia",
    "hypokalaemia": "hypokalemia", "hypomagnesaemia": "hypomagnesemia", "hyponatraemia": "hyponatremia",
    "hypercalcaemia": "hypercalcemia", "hyperkalaemia": "hyperkalemia", "foetal": "fetal", "foetus": "fetus",
    "gynaecologist": "gynecologist", "paediatrician": "pediatrician", "orthopaedic": "orthopedic",
    "haemoglobin": "hemoglobin", "paralysed": "paralyzed", "recognise": "recognize",
    "organise": "organize", "programme": "program", "grey": "gray", "aeroplane": "airplane",
    "labelled": "labeled", "cancelled": "canceled", "travelling": "traveling", "travelled": "traveled",
    "practise": "practice", "licence": "license", "yoghurt": "yogurt", "catalogue": "catalog",
    "dialling": "dialing", "fuelled": "fueled", "modelled": "modeled", "mould": "mold",
}  # fmt: skip

PHRASES = {"Ring %(": "Call %(", "an out-of-hours doctor": "a doctor's after-hours line"}
"""What an American would not say, whatever its spelling."""

DATES = {
    "j F": "F j", "j M": "M j", "D j F": "D, F j", "D j M": "D, M j", "l j F": "l, F j",
    "j F Y": "F j, Y", "j M Y": "M j, Y", "l j F Y": "l, F j, Y", "j M Y, H:i": "M j, Y, g:i A",
}  # fmt: skip
"""Ways to write a date, in the letters of Django's date formats."""

_ANY = re.compile(rf"\b({'|'.join(sorted(WORDS, key=len, reverse=True))})(s|d|r|rs)?\b", re.IGNORECASE)


def american(text: str) -> str:
    """The text in American spelling; the same where nothing in it is spelled otherwise."""
    for british, said in PHRASES.items():
        text = text.replace(british, said)
    return DATES.get(text) or _ANY.sub(
        lambda found: _like(found[1], WORDS[found[1].lower()]) + (found[2] or ""), text
    )


def _like(model: str, word: str) -> str:
    return word.capitalize() if model[:1].isupper() else word
