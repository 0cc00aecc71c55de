"""What every test stands on: nothing of the terminal that the tests are run from."""

import os


def pytest_configure() -> None:
    """A width that the shell exports would change every table that the tests read."""
    os.environ.pop("COLUMNS", None)
