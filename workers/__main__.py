"""`python -m workers high normal`: a worker process."""

import sys

from workers.main import work
from workers.names import QUEUES

if __name__ == "__main__":
    work(sys.argv[1:] or list(QUEUES))
