"""Dense time: sets of clock values as difference bound matrices, and the search over them."""
