"""Permissions on candidates with their refusals, and the REST conflict error."""

from rest_framework.exceptions import APIException

from models_admin.kit.permissions import Permission

UPLOAD = Permission(name="candidates.add_uploaditem", refusal="You may not upload résumés. Ask a recruiter.")
DECIDE = Permission(
    name="candidates.add_decision", refusal="You may not decide on applications. Ask a recruiter."
)
SCREEN = Permission(
    name="candidates.add_evaluation", refusal="You may not screen résumés again. Ask a recruiter."
)
EXPORT = Permission(
    name="candidates.export_application", refusal="You may not export candidates. Ask a recruiter."
)
SEE_HIDDEN = Permission(  # for auditors over REST; pages are the same for everybody
    name="candidates.view_hidden", refusal="This is hidden until somebody has decided."
)


class Conflict(APIException):
    """The request conflicts with the current state of the row."""

    status_code = 409
