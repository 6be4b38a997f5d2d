"""People's accounts, for whoever runs the server. Their diaries are theirs, and are not shown here."""

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import User
from django.http import HttpRequest

from journal import people

admin.site.unregister(User)


@admin.register(User)
class Accounts(UserAdmin):
    """Django's own form, except that the person's phones are told of another name or address."""

    def save_model(self, request: HttpRequest, obj: User, form, change: bool) -> None:
        with people.telling_of_account(obj):
            super().save_model(request, obj, form, change)
