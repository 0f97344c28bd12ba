"""Random small specs, for the tests of every room; their home is `fsm.testing`."""

from fsm.testing.random_specs import specs

__all__ = ["specs"]
