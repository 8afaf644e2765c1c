"""The two groups of the curators' work, each with the least rights that it needs."""

from typing import Any

CURATOR_GROUP, REVIEWER_GROUP = "Curator", "Reviewer"

# By model: what a curator may do. Django's own four, and the clinics' special ones.
CURATOR = {
    "facility": ("view", "add", "change", "verify", "import", "export"),
    "curatedentry": ("view", "add", "change"),
    "verification": ("view",),
    "publicreport": ("view", "change"),
    "reportercontact": ("view",),
    "importrun": ("view", "change"),
    "duplicatepair": ("view", "change"),
    "concept": ("view",),
}
# What a reviewer may do beside that: everything that the public sees at once.
REVIEWER = {
    "facility": ("publish", "merge"),
    "concept": ("add", "change"),
}
SPECIAL = {
    "verify": "Can record verifications",
    "import": "Can import tables into drafts",
    "export": "Can export tables",
    "publish": "Can publish and withdraw clinics",
    "merge": "Can merge duplicates",
}


def create_missing_groups(apps: Any, using: str) -> None:
    """Make the groups that are not there; one that somebody changed is left as it is.

    ``apps`` are the models to make them with, those of a migration or the installed ones. Django
    makes permissions after all migrations, and here they are needed before.
    """
    groups = apps.get_model("auth", "Group").objects.using(using)
    for name, rights in (
        (CURATOR_GROUP, (CURATOR,)),
        (REVIEWER_GROUP, (CURATOR, REVIEWER)),
    ):
        group, created = groups.get_or_create(name=name)
        if created:
            group.permissions.add(
                *(
                    _permission(apps, using, model, action)
                    for table in rights
                    for model, actions in table.items()
                    for action in actions
                )
            )


def _permission(apps: Any, using: str, model: str, action: str) -> Any:
    kinds = apps.get_model("contenttypes", "ContentType").objects.using(using)
    kind, _created = kinds.get_or_create(app_label="clinics", model=model)
    permission, _created = (
        apps.get_model("auth", "Permission")
        .objects.using(using)
        .get_or_create(
            content_type=kind,
            codename=f"{action}_{model}",
            defaults={"name": SPECIAL.get(action) or f"Can {action} {model}"},
        )
    )
    return permission
