"""SpasmLog: wiring only. Celery is loaded here so that every process asks the same broker."""

from spasmlog.celery import app as celery_app

__all__ = ["celery_app"]
__version__ = "0.1.0"
