"""QR codes as shapes: a text in, the outline of its dark squares out. Templates draw it as SVG."""

from dataclasses import dataclass
from itertools import groupby

import qrcode

QUIET = 4
"""The light border that ISO/IEC 18004 asks for. [squares]"""


@dataclass(frozen=True)
class Picture:
    """A QR code in units of its squares."""

    size: int
    path: str


def picture(text: str) -> Picture:
    """Draw a text, at the medium level of error correction (15 % may be hidden)."""
    code = qrcode.QRCode(error_correction=qrcode.ERROR_CORRECT_M, border=QUIET)
    code.add_data(text)
    rows = code.get_matrix()
    return Picture(len(rows), "".join(_bars(y, row) for y, row in enumerate(rows)))


def _bars(y: int, row: list[bool]) -> str:
    """The dark runs of one row, each as a bar one square high."""
    bars, x = [], 0
    for dark, run in groupby(row):
        width = len(list(run))
        if dark:
            bars.append(f"M{x} {y}h{width}v1h-{width}z")
        x += width
    return "".join(bars)
