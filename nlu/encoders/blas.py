"""One thread for matrices: those of one message are so small that a second thread costs more than it brings.

Two threads made the slowest hundredth of messages ten times slower, and would take the processor from the rest of the bot. In
training they would make the last bits of a model depend on how many cores the machine has.
"""

from __future__ import annotations

from importlib import import_module


def one_thread() -> None:
    """Make this process multiply matrices on the calling thread alone; does nothing where that cannot be told.

    This is for the libraries loaded so far: numpy and scipy bring one each, and whoever imports scipy asks again.
    """
    try:
        threads = import_module("threadpoolctl")  # comes with scikit-learn
    except ImportError:  # the operator may still set OMP_NUM_THREADS=1
        return
    threads.threadpool_limits(limits=1, user_api="blas")
