"""A diary that works without a network, and syncs when there is one.

Read in this order: `store` (what is kept in the file), `server` (one request at a time), `sync` (the loop
that brings both together), `diary` (what a person does), `cli` (the command line).
"""

__version__ = "0.1.0"
