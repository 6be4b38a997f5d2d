"""Barcodes of packets: EAN-8, UPC-A, EAN-13 and GTIN-14, with their check digit.

One article may be written with more or fewer zeros before its number: a UPC-A is an EAN-13 that begins
with 0.
"""

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

LENGTHS = (8, 12, 13, 14)


def plain(text: str) -> str:
    """What was typed or read, without the spaces and hyphens that are printed between."""
    return "".join(text.split()).replace("-", "")


def looks_like_one(text: str) -> bool:
    """Whether a text is so many digits that nobody means a food by its name."""
    code = plain(text)
    return code.isascii() and code.isdecimal() and len(code) >= min(LENGTHS)


def checked(text: str) -> str:
    """The digits of a barcode.

    Raises
    ------
    django.core.exceptions.ValidationError
        If it has another number of digits than barcodes have, or its last digit does not fit the others.
    """
    code = plain(text)
    if not (code.isascii() and code.isdecimal() and len(code) in LENGTHS):
        raise ValidationError(_("A barcode has 8, 12, 13 or 14 digits."))
    if check_digit(code[:-1]) != int(code[-1]):
        raise ValidationError(_("The last digit of this barcode does not fit the others. Check the number."))
    return code


def check_digit(digits: str) -> int:
    """The digit that makes the weighted sum a multiple of ten: from the right, weights 3, 1, 3, 1 ...

    References: GS1 General Specifications, 7.9 (recalled).
    """
    total = sum(int(digit) * (3, 1)[place % 2] for place, digit in enumerate(reversed(digits)))
    return -total % 10


def spellings(code: str) -> set[str]:
    """All ways in which the same article may be stored: with the zeros of each kind of barcode."""
    number = code.lstrip("0")
    return {number.zfill(length) for length in LENGTHS if len(number) <= length}
