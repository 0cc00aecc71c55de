"""`tandem`: the entry, and what happens when a command cannot go on. Commands load what they need when they are called."""

from __future__ import annotations

import errno
import os
import signal
import sys
import threading
import traceback
from collections.abc import Sequence

import click

from tandem.cli import backtest, boundary, commands, explain, funnel, leads, plan, playbook, retention, signals, ways  # noqa: F401  # They add their commands to the group.
from tandem.cli.door import tandem
from tandem.cli.progress import tell_of_compiling

OUR_FAULT = 3
# What the disk, its rights or its room forbid is no fault of ours.
_USERS_DISK = {errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.EBADF}


def main(arguments: Sequence[str] | None = None) -> None:
    """Run a command and exit with its code."""
    sys.exit(run(arguments))


def run(arguments: Sequence[str] | None = None) -> int:
    """Run a command; returns its exit code."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, _interrupt)
    _open_what_is_closed()
    tell_of_compiling()
    try:
        code = tandem.main(args=arguments, prog_name="tandem", standalone_mode=False)
        sys.stdout.flush()
        return code if isinstance(code, int) else 0
    except click.exceptions.Exit as exit_:
        return exit_.exit_code
    except click.ClickException as wrong:
        wrong.show(file=sys.stderr)
        return 2
    except (click.Abort, KeyboardInterrupt):
        _say("stopped; what was stored is safe, and counts as duplicate when the command runs again")
        return 130
    except (BrokenPipeError, SystemExit):
        # The reader of our output, such as `head`, has what it wanted; Click makes a SystemExit of that, and of nothing else.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        return _told(error)


def _open_what_is_closed() -> None:
    """A shell may close our output (`>&-`): what is said then goes nowhere."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115  # It lasts as long as the process.


def _interrupt(number: int, frame: object) -> None:
    raise KeyboardInterrupt


def _told(error: Exception) -> int:
    from tandem.app.failures import Failure, PlaybookProblems

    if isinstance(error, PlaybookProblems):
        for problem in error.problems:
            _say(problem.told() + "\n")
    if isinstance(error, Failure):
        _say(f"error: {error.what} [{error.code}]")
        if error.mend:
            _say(f"help: {error.mend}")
        return error.exit_code
    if isinstance(error, OSError) and error.errno in _USERS_DISK:
        _say(f"error: {f'`{error.filename}`: ' if error.filename else ''}{error.strerror} [cannot_read_or_write]")
        _say("help: check that it is there, may be read and written, and has room")
        return 1
    where = traceback.extract_tb(error.__traceback__)[-1]
    _say(
        f"this is a fault of Tandem, not of your files: {type(error).__name__}: {error} ({os.path.basename(where.filename)}:{where.lineno})"
    )
    if os.environ.get("TANDEM_TRACE"):
        _say("".join(traceback.format_exception(error)))
    else:
        _say("help: nothing that was stored is lost; TANDEM_TRACE=1 shows where it went wrong, for a report")
    return OUR_FAULT


def _say(text: str) -> None:
    click.echo(text, err=True)


if __name__ == "__main__":
    main()
