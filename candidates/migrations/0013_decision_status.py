"""A verdict is what a model says, a decision what a person says: columns that mixed them up are renamed."""

from django.db import migrations, models

from candidates.models import columns

AT_ONCE = 200


def fill(apps, schema_editor):
    """Fill the columns of rows from before 0010, which made them; others have a name to sort by."""
    rows = apps.get_model('candidates', 'Application').objects.order_by('pk')
    pks = list(rows.filter(by_name='').values_list('pk', flat=True))
    for at in range(0, len(pks), AT_ONCE):
        rows.filter(pk__in=pks[at:at + AT_ONCE]).update(**columns.current_values(rows))


class Migration(migrations.Migration):

    dependencies = [
        ('candidates', '0012_indexes'),
    ]

    operations = [
        migrations.RemoveConstraint(model_name='decision', name='decision_verdict_known'),
        migrations.RenameField(model_name='decision', old_name='verdict', new_name='status'),
        migrations.AddConstraint(
            model_name='decision',
            constraint=models.CheckConstraint(
                condition=models.Q(('status__in', ['Pending', 'Accepted', 'Rejected'])), name='decision_status_known'
            ),
        ),
        migrations.RemoveIndex(model_name='application', name='application_by_verdict'),
        migrations.RenameField(model_name='application', old_name='by_verdict', new_name='by_decision'),
        migrations.AddIndex(
            model_name='application',
            index=models.Index(fields=['job', 'by_decision', 'id'], name='application_by_decision'),
        ),
        migrations.RunPython(fill, migrations.RunPython.noop, elidable=True),
    ]
