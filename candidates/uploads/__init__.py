"""From received files to applications: intake, the ledger, and preparing files as leased work."""
