"""What every app shares: messages, publishing, the audit trail, permissions, pages, topics and shapes."""
