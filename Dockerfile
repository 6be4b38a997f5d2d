# One image for web, worker, scheduler and the one-shot migration; docker-compose.yml says which is which.
FROM python:3.12-slim-trixie

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1 \
    SPASMLOG_DATA=/var/lib/spasmlog \
    SPASMLOG_STATIC=/srv/spasmlog/static

# `manage.py backup` and `restore` call PostgreSQL's own programs, which must be as new as the server of docker-compose.yml.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client-17 \
    && rm -rf /var/lib/apt/lists/*

WORKDIR /srv/spasmlog/app

COPY requirements.txt .
RUN pip install --only-binary=:all: -r requirements.txt

COPY manage.py pyproject.toml ./
COPY spasmlog spasmlog
COPY nutrients nutrients
COPY journal journal
COPY fixtures fixtures

# Static files belong to the image: every container serves the same ones. The key made here is thrown away.
RUN python -m compileall -q spasmlog nutrients journal \
    && SPASMLOG_DATA=/tmp/build python manage.py collectstatic --noinput --verbosity 0 \
    && rm -rf /tmp/build \
    && useradd --system --uid 10001 --home-dir /var/lib/spasmlog --create-home spasmlog \
    && chmod 700 /var/lib/spasmlog

USER spasmlog
VOLUME /var/lib/spasmlog
EXPOSE 8000

HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=4 \
    CMD ["python", "-m", "spasmlog.probe", "http://127.0.0.1:8000/health/live"]

CMD ["gunicorn", "spasmlog.wsgi", "--preload", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", "--config", "spasmlog/serving.py"]
