"""Time that people wait for, measured on whole processes: `python -m tests.bench [SUBJECT…]`."""
