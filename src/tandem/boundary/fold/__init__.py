"""The boundary over all of history at once."""
