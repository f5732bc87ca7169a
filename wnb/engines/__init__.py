"""Engines prepare and order; they decide nothing."""
