"""The speed and memory that SpasmLog claims, each measured beside what the machine can do at best."""
