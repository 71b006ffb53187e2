"""That this process was asked to stop. Without models, so that a server can say so before any are loaded."""

import threading

stopping = threading.Event()
