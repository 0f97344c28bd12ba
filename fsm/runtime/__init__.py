"""A spec that runs, on the `transitions` library and a virtual clock."""
