"""REST shapes of batches, files and uploads."""

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from candidates.blind import veil
from candidates.models import ItemState, UploadBatch, UploadItem
from candidates.uploads import ledger
from jobs.serializers import SafeText


class ItemShape(serializers.ModelSerializer[UploadItem]):
    state = serializers.ChoiceField(ItemState.choices)

    class Meta:
        model = UploadItem
        fields = ["id", "name", "size_bytes", "state", "reason", "application_id", "created_at", "ended_at"]
        read_only_fields = fields


class NewBatch(serializers.Serializer[object]):
    job_id = serializers.IntegerField(min_value=1, max_value=2**62)
    announced_count = serializers.IntegerField(min_value=1, max_value=100_000)


class BatchShape(serializers.Serializer[UploadBatch]):
    id = serializers.UUIDField()
    job_id = serializers.IntegerField()
    announced_count = serializers.IntegerField()
    counts = serializers.SerializerMethodField()
    items = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField()

    @extend_schema_field(ItemShape(many=True))
    def get_items(self, batch: UploadBatch) -> object:
        items = veil.unlinked(list(batch.items.all()))
        return ItemShape(items, many=True).data

    def get_counts(self, batch: UploadBatch) -> dict[str, int]:
        counts = ledger.counts_of_batch(batch)
        return {
            "total": counts.received,
            "open": counts.open,
            "need_attention": counts.attention,
            **{state.value: number for state, number in counts.by_state.items()},
        }


class UploadCounts(serializers.Serializer[object]):
    success = serializers.IntegerField()
    llm_error = serializers.IntegerField()
    server_error = serializers.IntegerField()
    skipped = serializers.IntegerField()
    total = serializers.IntegerField()


class ProcessedFile(serializers.Serializer[object]):
    name = serializers.CharField()
    state = serializers.ChoiceField(ItemState.choices)
    reason = serializers.CharField(allow_blank=True)
    application_id = serializers.IntegerField(allow_null=True)


class UploadShape(serializers.Serializer[object]):
    message = UploadCounts()
    debug_message = serializers.CharField()
    processed_files = ProcessedFile(many=True)
    batch_url = serializers.CharField()


class UploadTarget(serializers.Serializer[object]):
    """The job of an upload, by id or title."""

    job_id = serializers.CharField(required=False, allow_blank=True)
    job_title = SafeText(required=False, allow_blank=True, max_length=200)


class UploadForm(serializers.Serializer[object]):
    pdf_files = serializers.ListField(
        child=serializers.FileField(),
        help_text="PDF, DOCX, PNG, JPEG, TIFF, or ZIP files of these. The name pdf_files[] works too.",
    )
    job_title = serializers.CharField(required=False)
    job_id = serializers.IntegerField(required=False)


class OneFile(serializers.Serializer[object]):
    file = serializers.FileField()
