"""Small made-up releases in the official formats, for tests to write into a folder and to break."""

from pathlib import Path

from openpyxl import Workbook

from nutrients.codes import CODES
from nutrients.usda import fndds, sr28

LINE_BREAKS = {"Iron (mg)": "Iron\n(mg)", "Zinc (mg)": "Zinc\n(mg)", "Water (g)": "Water\n(g)"}
"""Headers that the survey prints on two lines."""

PLAIN = dict.fromkeys(CODES, 1)


def fndds_release(folder: Path, foods=None, portions=None, listed=None, headers=None) -> Path:
    """Write the three workbooks. Foods are (code, name, category, amounts), portions (code, seq, description,
    grams), listed (code, name, other names); `headers` renames or, with None, drops a nutrient's column."""
    folder.mkdir(parents=True, exist_ok=True)
    if foods is None:
        foods = [(63107010, "Banana, raw", "Bananas", PLAIN)]
    if portions is None:
        portions = [(63107010, 1, "1 banana", 126)]
    if listed is None:
        listed = [(code, name, None) for code, name, *_rest in foods]
    printed = {code: (headers or {}).get(code, LINE_BREAKS.get(h, h)) for code, h in fndds.HEADERS.items()}
    columns = [code for code in CODES if printed[code] is not None]
    _workbook(
        folder / "2021-2023 FNDDS At A Glance - FNDDS Nutrient Values.xlsx",
        ["Food code", "Main food description", "WWEIA Category number", "WWEIA Category description"]
        + [printed[code] for code in columns],
        [[code, name, 6004, kind, *(amounts.get(c) for c in columns)] for code, name, kind, amounts in foods],
    )
    _workbook(
        folder / "2021-2023 FNDDS At A Glance - Portions and Weights.xlsx",
        ["Food code", "Main food description", "Seq num", "Portion description", "Portion weight\n(g)"],
        [[code, "", seq, description, grams] for code, seq, description, grams in portions],
    )
    _workbook(
        folder / "2021-2023 FNDDS At A Glance - Foods and Beverages.xlsx",
        ["Food code", "Main food description", "Additional food description"],
        listed,
    )
    return folder


def _workbook(path: Path, headers: list, rows: list) -> None:
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Data")
    for cells in (["A title over the table"], headers, *rows):
        sheet.append(list(cells))
    book.create_sheet("Variable Descriptions")
    book.save(path)


def abbrev(code: str, name: str = "", iu: str = "", **amounts: str) -> str:
    """A row of ABBREV.txt with the amounts given and every other field blank."""
    fields = [f"~{code}~", f"~{name}~", *[""] * 51]
    for nutrient, text in amounts.items():
        fields[sr28.FIELDS[nutrient][0] - 1] = text
    fields[sr28.VITAMIN_D_IU[0] - 1] = iu
    return "^".join(fields)


def described(code: str, name: str, group="1100", common="", maker="") -> str:
    """A row of FOOD_DES.txt."""
    return f"~{code}~^~{group}~^~{name}~^~SHORT~^~{common}~^~{maker}~^~~^~~^^~~^^^^"


def weighed(code: str, seq: int, many: str, measure: str, grams: str) -> str:
    """A row of WEIGHT.txt."""
    return f"~{code}~^{seq}^{many}^~{measure}~^{grams}^^"


def sr28_release(folder: Path, contents=None, descriptions=None, weights=None) -> Path:
    """Write the four files that are read."""
    folder.mkdir(parents=True, exist_ok=True)
    contents = [abbrev("01001", "BUTTER", energy_kcal="717")] if contents is None else contents
    descriptions = [described("01001", "Butter, salted", "0100")] if descriptions is None else descriptions
    weights = [weighed("01001", 1, "1", 'pat (1" sq, 1/3" high)', "5.0")] if weights is None else weights
    groups = ["~0100~^~Dairy and Egg Products~", "~1100~^~Vegetables~", "~0300~^~Baby Foods~"]
    (folder / "ABBREV.txt").write_bytes("".join(f"{line}\n" for line in contents).encode())
    for name, lines in (("FOOD_DES", descriptions), ("WEIGHT", weights), ("FD_GROUP", groups)):
        (folder / f"{name}.txt").write_bytes("".join(f"{line}\r\n" for line in lines).encode("iso-8859-1"))
    return folder
