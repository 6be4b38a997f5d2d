"""People's accounts, and how far reviews are, for whoever runs the server. Diaries are not shown here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest
from django.utils.translation import gettext as _

from journal import nights, people
from journal.models import ReviewChunk

admin.site.unregister(User)


@admin.register(User)
class Accounts(UserAdmin):
    """Django's own form, except that the person's phones are told of another name or address."""

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        with people.telling_of_account(obj):
            super().save_model(request, obj, form, change)


@admin.register(ReviewChunk)
class Nights(admin.ModelAdmin):
    """How far the review of everybody is. To look at: nothing here is for a person to change."""

    list_display = (
        "time_zone",
        "day",
        "number",
        "due",
        "done",
        "failed",
        "planned_at",
        "held_until",
        "finished_at",
    )
    list_filter = (("finished_at", admin.EmptyFieldListFilter),)
    ordering = ("-planned_at", "pk")

    def changelist_view(self, request: HttpRequest, extra_context=None):
        found = nights.progress()
        title = _("Reviews under way: %(done)s of %(due)s diaries") % {"done": found.done, "due": found.due}
        return super().changelist_view(request, {**(extra_context or {}), "title": title})

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False
