"""Units that people type and labels print, turned into those that the tables hold.

Definitions are exact unless a docstring says otherwise: the avoirdupois pound, the inch and the US gallon
as defined by law (NIST Handbook 44), the thermochemical calorie (ISO 80000-5).
"""

GRAMS_PER_POUND = 453.59237
GRAMS_PER_OUNCE = GRAMS_PER_POUND / 16
"""Of the avoirdupois pound and ounce (NIST Handbook 44). [g]"""
CM_PER_INCH = 2.54
"""By definition (NIST Handbook 44). [cm]"""
INCHES_PER_FOOT = 12
ML_PER_US_FLUID_OUNCE = 29.5735295625
"""The fluid ounce of the United States (NIST Handbook 44). [mL]"""
ML_PER_IMPERIAL_FLUID_OUNCE = 28.4130625
"""The fluid ounce of the United Kingdom (Weights and Measures Act, 1985). [mL]"""
KM_PER_MILE = 1.609344
"""The mile (NIST Handbook 44). [km]"""
KJ_PER_KCAL = 4.184
"""The thermochemical calorie (BIPM). [kJ]"""
IU_PER_UG_VITAMIN_D = 40.0
"""International units in a microgram of vitamin D (IOM 2011)."""


def ug_from_iu_vitamin_d(iu: float) -> float:
    """Vitamin D. [IU] -> [µg]"""
    return iu / IU_PER_UG_VITAMIN_D


def iu_from_ug_vitamin_d(ug: float) -> float:
    """Vitamin D. [µg] -> [IU]"""
    return ug * IU_PER_UG_VITAMIN_D


def g_from_oz(ounces: float) -> float:
    """Weight of food. [oz] -> [g]"""
    return ounces * GRAMS_PER_OUNCE


def oz_from_g(grams: float) -> float:
    """Weight of food. [g] -> [oz]"""
    return grams / GRAMS_PER_OUNCE


def kg_from_lb(pounds: float) -> float:
    """Body weight. [lb] -> [kg]"""
    return pounds * GRAMS_PER_POUND / 1000


def lb_from_kg(kilograms: float) -> float:
    """Body weight. [kg] -> [lb]"""
    return kilograms * 1000 / GRAMS_PER_POUND


def cm_from_inches(inches: float) -> float:
    """Height. [in] -> [cm]"""
    return inches * CM_PER_INCH


def inches_from_cm(centimetres: float) -> float:
    """Height. [cm] -> [in]"""
    return centimetres / CM_PER_INCH


def cm_from_feet_inches(feet: float, inches: float = 0) -> float:
    """Height as people in the US say it. [ft], [in] -> [cm]"""
    return cm_from_inches(feet * INCHES_PER_FOOT + inches)


def ml_from_us_fl_oz(ounces: float) -> float:
    """Volume of a drink. [US fl oz] -> [mL]"""
    return ounces * ML_PER_US_FLUID_OUNCE


def us_fl_oz_from_ml(millilitres: float) -> float:
    """Volume of a drink. [mL] -> [US fl oz]"""
    return millilitres / ML_PER_US_FLUID_OUNCE


def ml_from_imperial_fl_oz(ounces: float) -> float:
    """Volume of a drink. [imperial fl oz] -> [mL]"""
    return ounces * ML_PER_IMPERIAL_FLUID_OUNCE


def mph_from_kmh(speed: float) -> float:
    """Speed. [km/h] -> [mile/h]"""
    return speed / KM_PER_MILE


def kj_from_kcal(kcal: float) -> float:
    """Energy. [kcal] -> [kJ]"""
    return kcal * KJ_PER_KCAL


def kcal_from_kj(kj: float) -> float:
    """Energy. [kJ] -> [kcal]"""
    return kj / KJ_PER_KCAL


def c_from_f(fahrenheit: float) -> float:
    """Temperature. [°F] -> [°C]"""
    return (fahrenheit - 32) * 5 / 9


def f_from_c(celsius: float) -> float:
    """Temperature. [°C] -> [°F]"""
    return celsius * 9 / 5 + 32


def sodium_mg_from_salt_g(salt_g: float) -> float:
    """Sodium in the salt that labels in Europe print. [g] -> [mg]

    European labels count salt as sodium x 2.5 (Regulation (EU) 1169/2011, annex I), and so does this.
    """
    return salt_g * 1000 / 2.5
