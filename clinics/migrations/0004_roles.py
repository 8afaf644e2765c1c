"""The two groups of the curators' work, each with the least rights that it needs."""

from django.db import migrations

# By model: what a curator may do. Django's own four, and the clinics' special ones.
CURATOR = {
    'facility': ('view', 'add', 'change', 'verify', 'import', 'export'),
    'curatedentry': ('view', 'add', 'change'),
    'verification': ('view',),
    'publicreport': ('view', 'change'),
    'reportercontact': ('view',),
    'importrun': ('view', 'change'),
    'duplicatepair': ('view', 'change'),
    'concept': ('view',),
}
# What a reviewer may do beside that: everything that the public sees at once.
REVIEWER = {
    'facility': ('publish', 'merge'),
    'concept': ('add', 'change'),
}
SPECIAL = {
    'verify': 'Can record verifications',
    'import': 'Can import tables into drafts',
    'export': 'Can export tables',
    'publish': 'Can publish and withdraw clinics',
    'merge': 'Can merge duplicates',
}


def create_groups(apps, schema_editor):
    using = schema_editor.connection.alias
    ContentType = apps.get_model('contenttypes', 'ContentType')
    Permission = apps.get_model('auth', 'Permission')
    Group = apps.get_model('auth', 'Group')

    def permissions(rights):
        # Django makes permissions only after all migrations; here they are needed before.
        for model, actions in rights.items():
            kind, _ = ContentType.objects.using(using).get_or_create(
                app_label='clinics', model=model
            )
            for action in actions:
                name = SPECIAL.get(action) or f'Can {action} {model}'
                permission, _ = Permission.objects.using(using).get_or_create(
                    content_type=kind, codename=f'{action}_{model}', defaults={'name': name}
                )
                yield permission

    curator, _ = Group.objects.using(using).get_or_create(name='Curator')
    curator.permissions.add(*permissions(CURATOR))
    reviewer, _ = Group.objects.using(using).get_or_create(name='Reviewer')
    reviewer.permissions.add(*permissions(CURATOR), *permissions(REVIEWER))


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0003_curation'),
        ('auth', '0012_alter_user_first_name_max_length'),
        ('contenttypes', '0002_remove_content_type_name'),
    ]

    operations = [migrations.RunPython(create_groups, migrations.RunPython.noop)]
