"""An AWS to practise on: a real HTTP server on this machine, for the demo and the tests."""

from checker.standin.server import StandIn

__all__ = ["StandIn"]
