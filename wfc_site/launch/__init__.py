"""Running wfc on one machine: Redis, database, site and worker under one supervisor, and the demo."""
