"""The full-text index of applications."""

from django.db import models

from candidates.models.applications import Application


class SearchText(models.Model):
    """The entry of an application in the full-text index: FTS5 on SQLite, GIN on PostgreSQL.

    `evaluations.search` writes and queries it with the SQL of each database. Django only deletes entries with
    their applications. The key's column has the name that FTS5 requires.
    """

    application = models.OneToOneField(
        Application, models.CASCADE, primary_key=True, db_column="rowid", related_name="search_text"
    )

    def __str__(self) -> str:
        return f"words of application {self.pk}"
