"""`python -m spasmlog_client` is `spasmlog-cli`."""

import sys

from spasmlog_client.cli import main

sys.exit(main())
