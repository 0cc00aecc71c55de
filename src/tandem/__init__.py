"""Tandem: a fact makes a step; every question is about steps at an instant."""

__version__ = "0.1.0"
