"""What both engines are asked, besides the words."""

from typing import Any, NamedTuple


class Only(NamedTuple):
    """A further condition on the rows of `FoodWords`, named w, with the values of its placeholders."""

    sql: str = "TRUE"
    values: tuple[Any, ...] = ()
