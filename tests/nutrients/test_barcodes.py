"""Barcodes: check digits, and one article written in several ways."""

import pytest
from django.core.exceptions import ValidationError

from nutrients import barcodes


@pytest.mark.parametrize(
    ("typed", "code"),
    [
        ("4006381333931", "4006381333931"),
        ("40 06381-333931", "4006381333931"),
        ("96385074", "96385074"),  # EAN-8 of the GS1 examples
        ("036000291452", "036000291452"),  # UPC-A of the standard's example
        ("10614141000415", "10614141000415"),  # GTIN-14 of the GS1 examples
    ],
)
def test_a_barcode_is_read_with_its_check_digit(typed, code):
    assert barcodes.checked(typed) == code


def test_the_check_digit_is_worked_out_from_the_right_with_weights_3_and_1():
    # 400638133393: from the right 3x3 + 9 + 3x3 + 3 + 3x3 + 1 + 3x8 + 3 + 3x6 + 0 + 3x0 + 4 = 89, so 1
    assert barcodes.check_digit("400638133393") == 1


@pytest.mark.parametrize("place", range(13))
def test_any_one_wrong_digit_is_noticed(place):
    code = list("4006381333931")
    code[place] = str((int(code[place]) + 1) % 10)
    with pytest.raises(ValidationError, match="does not fit the others"):
        barcodes.checked("".join(code))


@pytest.mark.parametrize("typed", ["", "123", "123456789", "400638133393x", "١٢٣٤٥٦٧٨"])
def test_another_number_of_digits_is_refused_in_words(typed):
    with pytest.raises(ValidationError, match=r"A barcode has 8, 12, 13 or 14 digits\."):
        barcodes.checked(typed)


def test_a_upc_is_the_ean_that_begins_with_0():
    assert barcodes.spellings("036000291452") & {"0036000291452"}
    assert "036000291452" in barcodes.spellings("0036000291452")


@pytest.mark.parametrize(("text", "is_one"), [("40063813", True), ("7 up", False), ("1234567", False)])
def test_a_few_digits_are_words_and_many_are_a_barcode(text, is_one):
    assert barcodes.looks_like_one(text) is is_one
