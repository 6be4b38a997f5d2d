"""A diary as a download, the same from both doors."""

from django.http import StreamingHttpResponse
from django.utils import timezone
from django.utils.cache import patch_cache_control

from journal.exchange import FORMATS
from journal.models import Diarist


def as_download(diarist: Diarist, format: str) -> StreamingHttpResponse:
    """An answer that sends the diary while it is read, and that nobody on the way keeps."""
    began, made = timezone.now(), FORMATS[format]
    answer = StreamingHttpResponse(made.write(diarist, began), content_type=made.MEDIA_TYPE)
    day = began.astimezone(diarist.tz).date().isoformat()
    answer.headers["Content-Disposition"] = f'attachment; filename="spasmlog-{day}.{format}"'
    patch_cache_control(answer, private=True, no_store=True)
    return answer
