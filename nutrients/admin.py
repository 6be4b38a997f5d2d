"""The shared tables, for whoever runs the server.

What a release owns can be read here and not changed: the next load would undo it. People's own foods are
theirs, so the list leaves them out.
"""

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from nutrients import pack, search
from nutrients.codes import CODES
from nutrients.models import (
    Activity,
    Food,
    FoodPortion,
    LoadedRelease,
    ReferenceIntake,
    WithinPersonVariation,
)


class OfARelease(admin.ModelAdmin):
    """Rows that a load writes and overwrites: to be looked up, not edited."""

    list_per_page = 50
    show_full_result_count = False

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class PortionInline(admin.TabularInline):
    model = FoodPortion
    fields = ["seq", "description", "grams", "usual"]
    readonly_fields = fields
    extra = 0
    can_delete = False

    def has_add_permission(self, request: HttpRequest, obj=None) -> bool:
        return False


class SharedFoods:
    """Only foods of the public tables, in lists and by address."""

    owner_field = "owner"

    def get_queryset(self, request: HttpRequest):
        return super().get_queryset(request).filter(**{self.owner_field: None})


@admin.register(Food)
class FoodAdmin(SharedFoods, admin.ModelAdmin):
    """A public food. Its place in the search may be set by hand until the next release is loaded."""

    list_display = ["name", "category", "source", "source_code", "rank", "hidden"]
    list_filter = ["source", "rank", "hidden"]
    search_fields = ["name", "synonyms", "=source_code", "=barcode"]
    search_help_text = _("Name, other names, code or barcode")
    list_per_page = 50
    show_full_result_count = False
    inlines = [PortionInline]
    fieldsets = [
        (None, {"fields": ["name", "category", "synonyms", "source", "source_code", "barcode"]}),
        (_("In search"), {"fields": ["rank", "hidden"]}),
        (_("Per 100 g; empty is not known"), {"fields": list(CODES)}),
    ]
    readonly_fields = ["name", "category", "synonyms", "source", "source_code", "barcode", *CODES]

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj=None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Food, form, change: bool) -> None:
        """A place set by hand holds in the search at once, and on phones when they next ask."""
        super().save_model(request, obj, form, change)
        search.index(obj)
        pack.renew()


@admin.register(FoodPortion)
class FoodPortionAdmin(SharedFoods, OfARelease):
    owner_field = "food__owner"
    list_display = ["food", "description", "grams", "usual"]
    list_filter = ["usual", "food__source"]
    list_select_related = ["food"]
    search_fields = ["description", "food__name"]


@admin.register(ReferenceIntake)
class ReferenceIntakeAdmin(OfARelease):
    list_display = [
        "nutrient",
        "authority",
        "life_stage",
        "group",
        "sex",
        "ear",
        "rda",
        "ai",
        "ul",
        "cdrr",
        "unit",
    ]
    list_filter = ["authority", "nutrient", "life_stage", "sex"]
    search_fields = ["nutrient", "group", "source", "verified"]


@admin.register(WithinPersonVariation)
class WithinPersonVariationAdmin(OfARelease):
    list_display = ["nutrient", "sex", "age_min_y", "age_max_y", "sd", "cv", "unit", "verified"]
    list_filter = ["nutrient", "sex"]
    search_fields = ["nutrient", "method", "source"]


@admin.register(Activity)
class ActivityAdmin(OfARelease):
    list_display = ["name", "category", "met", "everyday", "code"]
    list_filter = ["category"]
    search_fields = ["name", "=code"]


@admin.register(LoadedRelease)
class LoadedReleaseAdmin(OfARelease):
    list_display = ["name", "rows", "loaded_at", "citation"]
