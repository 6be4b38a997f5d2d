"""A POST that names a key is done once: the same again under the same key is answered as the first time.

The key, what was asked and the answer are stored in the transaction of the change itself. So a process that
is killed leaves all or nothing, a request that was refused is heard anew, and of two at once the second waits
for the first, and gets its answer.
"""

import hashlib
import json
from collections.abc import Callable
from functools import wraps

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from journal.models import Diarist, KeptAnswer
from spasmlog.errors import KeyUsed

LONGEST_KEY = 255
HEADERS = ("ETag", "Location")
REPLAYED = {"Idempotency-Replayed": "true"}
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER,
    description="Made up by the client, at most 255 characters. For seven days the same request with the "
    "same key gets the same answer, with `Idempotency-Replayed: true`; another request is refused with 422.",
)  # fmt: skip


def once_for_each_key(act: Callable[..., Response]) -> Callable[..., Response]:
    """Answer a repeated `Idempotency-Key` from what is kept, and do the rest once."""

    @wraps(act)
    def answer(view, request: Request, *args, **kwargs) -> Response:
        if not (key := _key(request)):
            return act(view, request, *args, **kwargs)
        asked = _digest(request)
        if (kept := _kept(view.diarist, key)) is not None:
            return _again(kept, asked)
        try:
            with transaction.atomic():
                kept = KeptAnswer.objects.create(diarist=view.diarist, key=key, asked=asked)
                return _keep(kept, act(view, request, *args, **kwargs))
        except IntegrityError:
            if (kept := _kept(view.diarist, key)) is None:
                raise
            return _again(kept, asked)

    return answer


def _key(request: Request) -> str:
    """The key that the request names. A longer one than is kept is refused: cut, two would be the same."""
    key = request.headers.get("Idempotency-Key", "").strip()
    if len(key) > LONGEST_KEY:
        words = _("Give at most %(most)s characters.") % {"most": LONGEST_KEY}
        raise exceptions.ValidationError({"Idempotency-Key": [words]})
    return key


def _digest(request: Request) -> str:
    said = json.dumps([request.method, request.path, request.data], sort_keys=True, default=str)
    return hashlib.sha256(said.encode()).hexdigest()


def _kept(diarist: Diarist, key: str) -> KeptAnswer | None:
    """What is kept under this key; what is kept for too long already counts as nothing."""
    under = KeptAnswer.objects.filter(diarist=diarist, key=key)
    found = under.first()
    if found and under.expired(timezone.now()).delete()[0]:
        return None
    return found


def _keep(kept: KeptAnswer, answer: Response) -> Response:
    kept.status = answer.status_code
    kept.body = JSONRenderer().render(answer.data).decode()
    kept.headers = {name: answer.headers[name] for name in HEADERS if name in answer.headers}
    kept.save()
    return answer


def _again(kept: KeptAnswer, asked: str) -> Response:
    if kept.asked != asked:
        raise KeyUsed()
    return Response(json.loads(kept.body), kept.status, headers={**kept.headers, **REPLAYED})
