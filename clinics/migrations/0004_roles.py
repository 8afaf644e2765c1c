from django.db import migrations

from clinics.curation.roles import create_missing_groups


def create_groups(apps, schema_editor):
    create_missing_groups(apps, schema_editor.connection.alias)


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0003_curation'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
