"""Extracts invented with their truth, bent in every way we know of, and read: nobody lost, nothing bent in silence."""
