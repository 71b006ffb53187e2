"""An event: this process was asked to stop. Imports no models, so servers can import it first."""

import threading

stopping = threading.Event()
