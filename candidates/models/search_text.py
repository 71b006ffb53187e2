"""The words that applications are found by."""

from django.db import models

from candidates.models.applications import Application


class SearchText(models.Model):
    """The row of an application in the full-text index: FTS5 on SQLite, GIN on PostgreSQL.

    `evaluations.search` writes and asks it in the words of each database; Django only deletes here, together
    with the application. The key is called what FTS5 calls it.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, db_column="rowid", related_name="search_text"
    )

    def __str__(self) -> str:
        return f"words of application {self.pk}"
