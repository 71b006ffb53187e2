"""From received files to applications: intake, the ledger, and opening files as leased work."""
