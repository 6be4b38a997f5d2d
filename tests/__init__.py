"""The suite. It mirrors the apps; `make test` runs it on each engine the product supports."""
