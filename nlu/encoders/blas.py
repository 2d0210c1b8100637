"""One thread for matrices: those of one message are so small that a second thread costs more than it brings.

Two threads made the slowest hundredth of messages ten times slower, and would take the processor from the rest of the bot.
"""

from __future__ import annotations

import threading
from importlib import import_module

_lock = threading.Lock()
_done = False


def one_thread() -> None:
    """Make this process multiply matrices on the calling thread alone; does nothing where that cannot be told."""
    global _done
    with _lock:
        if _done:
            return
        _done = True
        try:
            threads = import_module("threadpoolctl")  # comes with scikit-learn
        except ImportError:  # the operator may still set OMP_NUM_THREADS=1
            return
        threads.threadpool_limits(limits=1, user_api="blas")
