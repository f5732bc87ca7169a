"""Was Not Brought: a nightly service that sees the child behind the missed appointments."""

__version__ = "0.1.0"
