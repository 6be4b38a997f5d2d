"""All that is wrong with a form at once: beside what cannot be read, what a verb would refuse of the rest."""

from collections.abc import Iterable
from copy import copy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from journal import entries
from journal.forms import refuse
from journal.models import Kept


def refuse_rest(form: forms.Form, entry: Kept, unread: Iterable[str] = (), **fields: Any) -> None:
    """Say at its field what the verb would refuse of an entry with these fields. Those at which the form says
    something already are passed over, and so are others that are `unread`. Nothing is stored."""
    passed = {*form.errors, *unread}
    fields = {name: value for name, value in fields.items() if name not in passed}
    try:
        entries.check(copy(entry), passed, **fields)
    except ValidationError as error:
        refuse(form, error)
