"""Foreign forms of a spec, in and out."""
