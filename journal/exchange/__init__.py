"""A diary as a file: what it holds (`contents`), in which formats (`json_file`, `csv_zip`), and the way back
into an account (`taking_in`)."""

from journal.exchange import csv_zip, json_file

FORMATS = {"json": json_file, "zip": csv_zip}
"""By the ending of the file. Each has a `MEDIA_TYPE`, and writes and reads all of a diary."""
