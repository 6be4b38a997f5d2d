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

_ANY = re.compile(rf"\b({'|'.join(sorted(WORDS, key=len, reverse=True))})(s|d|r|rs)?\b", re.IGNORECASE)


def american(text: str) -> str:
    """The text in American spelling; the same where nothing in it is spelled otherwise."""
    return _ANY.sub(lambda found: _like(found[1], WORDS[found[1].lower()]) + (found[2] or ""), text)


def _like(model: str, word: str) -> str:
    return word.capitalize() if model[:1].isupper() else word
