from django.apps import AppConfig


class CandidatesConfig(AppConfig):
    name = "candidates"

    def ready(self) -> None:
        from candidates import evaluations
        from models_admin import catalogue

        catalogue.count_queue_with(evaluations.queue_depth)
