"""The WSGI application that a server such as gunicorn imports."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")

application = get_wsgi_application()

# Load every view now: the first person does not wait for it, and under `gunicorn --preload` the workers
# share what is loaded before they fork. What is here to stay need not be looked through for garbage.
get_resolver().url_patterns  # noqa: B018
gc.freeze()
