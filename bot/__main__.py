"""The command `filrouge`."""

from __future__ import annotations

import os
import sys

# One thread for the small products of one message: two made the slowest messages ten times slower.
for _name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS"):
    os.environ.setdefault(_name, "1")


def main() -> None:
    """Run the command line. Exit code 0 when done, 1 when something is wrong (with what to do on stderr)."""
    from bot.commands import app
    from bot.errors import BotError
    from handoff.errors import HandoffError
    from nlu.errors import NluError

    try:
        app()
    except (BotError, HandoffError, NluError) as error:
        print(f"filrouge: {error}", file=sys.stderr)  # noqa: T201 - a command's own words
        sys.exit(1)
    except OSError as error:
        if error.filename is None:
            raise
        why = f"{error.filename}: {error.strerror}; see that it is there and may be read and written"
        print(f"filrouge: {why}, or set FILROUGE_DATA_DIR to another folder", file=sys.stderr)  # noqa: T201 - as above
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)


if __name__ == "__main__":
    main()
