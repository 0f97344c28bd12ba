"""The symbolic engine: sets of states and variants as binary decision diagrams, by way of `dd`."""
