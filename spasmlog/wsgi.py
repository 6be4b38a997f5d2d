"""The WSGI application that a server such as gunicorn imports."""

import gc
import os
import sys

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "spasmlog.settings")

application = get_wsgi_application()

# Load every view now: the first person does not wait for it, and under `gunicorn --preload` the workers
# share what is loaded before they fork. What is here to stay need not be looked through for garbage.
get_resolver().url_patterns  # noqa: B018
gc.freeze()

# A thread lets go of the interpreter at each of its queries, and waits for it after each. With Python's five
# milliseconds a search beside another would wait longer than it works.
sys.setswitchinterval(0.0005)
