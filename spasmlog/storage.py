"""Static files under names with a digest of their content, so that browsers may keep them for good."""

from whitenoise.storage import CompressedManifestStaticFilesStorage

OWN_MODULES = "*/offline/*.js"


class HashedModules(CompressedManifestStaticFilesStorage):
    """Modules import one another by those names, too: no page ever mixes the files of two releases.

    Only our own, whose imports are written to be found; what other packages ship is left as it is.
    """

    patterns = (
        *CompressedManifestStaticFilesStorage.patterns,
        (OWN_MODULES, CompressedManifestStaticFilesStorage._js_module_import_aggregation_patterns[1]),
    )
