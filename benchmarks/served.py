"""The product's own settings, with the bare views beside its addresses."""

from spasmlog.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.bare"
