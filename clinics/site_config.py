"""Django's admin with the curators' desks as its home page."""

from django.contrib.admin.apps import AdminConfig


class CurationAdminConfig(AdminConfig):
    """Names the site; apart from the catalogue's own configuration, of which there is one."""

    default_site = "clinics.site.CurationSite"
