"""Tests from a spec: Hypothesis strategies, stateful machines, a pytest plugin."""
