"""Small deliberate defects in a spec, and which of them its properties notice."""
