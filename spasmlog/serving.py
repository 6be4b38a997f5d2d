"""How gunicorn serves, given as `--config spasmlog/serving.py`: where web processes count for /metrics.

A folder of this server's own, made before its first process and gone with it: on a shared one, processes of
two containers would have the same number and write into one file. It stands here by itself, because gunicorn
reads it before anything is loaded.
"""

import os
import shutil
import tempfile

if os.environ.get("SPASMLOG_METRICS_TOKEN") or os.environ.get("SPASMLOG_METRICS_TOKEN_FILE"):
    os.environ["PROMETHEUS_MULTIPROC_DIR"] = tempfile.mkdtemp(prefix="spasmlog-metrics-")


def child_exit(server, worker) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        from prometheus_client import multiprocess

        multiprocess.mark_process_dead(worker.pid, folder)


def on_exit(server) -> None:
    if folder := os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        shutil.rmtree(folder, ignore_errors=True)
