from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"

    def ready(self) -> None:
        from candidates import queue as ours
        from models_admin import backlog

        backlog.kept_by(ours)
