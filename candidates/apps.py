from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"

    def ready(self) -> None:
        from candidates.evaluations import queue as ours
        from models_admin import backlog

        backlog.register_queue(ours)
