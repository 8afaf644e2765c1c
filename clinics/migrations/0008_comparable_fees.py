from django.db import migrations


def ask_for_listings_with_terms_anew(apps, schema_editor):
    """Their documents give fees per 30 minutes since now: what loads the taxonomy sees this."""
    using = schema_editor.connection.alias
    opinions = apps.get_model('clinics', 'SecondOpinion').objects.using(using)
    listings = apps.get_model('clinics', 'Listing').objects.using(using)
    listings.filter(published=True, facility__in=opinions.values('facility')).update(digest='')


class Migration(migrations.Migration):

    dependencies = [
        ('clinics', '0007_words'),
    ]

    operations = [
        migrations.RunPython(
            ask_for_listings_with_terms_anew, migrations.RunPython.noop, elidable=True
        ),
    ]
