"""The diary's arithmetic: it knows numbers, days and codes, and nothing of rows or pages."""
