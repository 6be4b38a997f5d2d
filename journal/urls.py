"""Addresses of the diary's pages."""

from datetime import date

from django.urls import path, register_converter

from journal.views import (
    advice,
    closing,
    cramps,
    days,
    devices,
    drinks,
    exercise,
    foods,
    learn,
    meals,
    nutrient,
    offline,
    patterns,
    profile,
    supplements,
    transfer,
    undo,
    warning_signs,
    week,
)


class DayConverter:
    """A day as YYYY-MM-DD."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DayConverter, "day")

urlpatterns = [
    path("", days.today, name="today"),
    path("day/<day:day>/", days.day, name="day"),
    path("day/<day:day>/mark/", days.mark, name="day_mark"),
    path("freshness/", days.freshness, name="freshness"),
    path("week/", week.week, name="week"),
    path("week/<day:day>/", week.week_of, name="week_of"),
    path("nutrients/<slug:code>/", nutrient.nutrient, name="nutrient"),
    path("patterns/", patterns.patterns_page, name="patterns"),
    path("learn/", learn.index, name="learn"),
    path("learn/<slug:topic>/", learn.topic, name="learn_topic"),
    path("close-the-gap/", closing.closing_page, name="closing"),
    path("close-the-gap/swaps/", closing.closing_swaps, name="closing_swaps"),
    path("close-the-gap/<slug:code>/", closing.closing_of, name="closing"),
    path("meals/add/", meals.add_food, name="add_food"),
    path("meals/results/", meals.food_results, name="food_results"),
    path("meals/<uuid:id>/", meals.meal_edit, name="meal_edit"),
    path("meals/<uuid:id>/repeat/", meals.meal_repeat, name="meal_repeat"),
    path("meals/<uuid:id>/favourite/", meals.meal_favourite, name="meal_favourite"),
    path("drinks/add/", drinks.water_add, name="water_add"),
    path("drinks/results/", drinks.drink_results, name="drink_results"),
    path("drinks/<uuid:id>/", drinks.water_edit, name="drink_edit"),
    path("exercise/add/", exercise.exercise_add, name="exercise_add"),
    path("exercise/results/", exercise.activity_results, name="activity_results"),
    path("exercise/<uuid:id>/", exercise.exercise_edit, name="exercise_edit"),
    path("cramps/now/", cramps.cramp_now, name="cramp_now"),
    path("cramps/<uuid:id>/", cramps.cramp_edit, name="cramp_edit"),
    path("supplements/", supplements.supplement_add, name="supplement_add"),
    path("supplements/new/", supplements.supplement_new, name="supplement_new"),
    path("supplements/<uuid:id>/", supplements.supplement_edit, name="supplement_edit"),
    path("doses/<uuid:id>/", supplements.dose_edit, name="dose_edit"),
    path("weights/", profile.weight_add, name="weight_add"),
    path("weights/<uuid:id>/", profile.weight_edit, name="weight_edit"),
    path("entries/<slug:kind>/<uuid:id>/delete/", undo.entry_delete, name="entry_delete"),
    path("entries/<slug:kind>/<uuid:id>/restore/", undo.entry_restore, name="entry_restore"),
    path("advice/", advice.cards, name="advice"),
    path("advice/rules/", advice.rules, name="advice_rules"),
    path("advice/<uuid:id>/<slug:said>/", advice.answer, name="advice_state"),
    path("warning-signs/", warning_signs.warning_signs, name="warning_signs"),
    path("foods/", foods.find, name="foods"),
    path("foods/new/", foods.new, name="food_new"),
    path("foods/<uuid:id>/", foods.show, name="food"),
    path("foods/<uuid:id>/edit/", foods.edit, name="food_edit"),
    path("foods/<uuid:id>/remove/", foods.remove, name="food_remove"),
    path("foods/<uuid:id>/restore/", foods.restore, name="food_restore"),
    path("foods/<uuid:id>/favourite/", foods.favourite, name="food_favourite"),
    path("me/", profile.me, name="me"),
    path("me/start/", profile.profile_start, name="profile_start"),
    path("me/conditions/", profile.me_conditions, name="me_conditions"),
    path("me/medicines/", profile.me_list, {"about": "medicines"}, name="me_medicines"),
    path("me/kinds/", profile.kind_results, name="kind_results"),
    path("me/life-stages/", profile.me_list, {"about": "life_stages"}, name="me_life_stages"),
    path("me/targets/", profile.me_list, {"about": "targets"}, name="me_targets"),
    path("me/devices/", devices.devices_list, name="devices"),
    path("me/devices/sign-out-others/", devices.devices_sign_out_others, name="devices_sign_out_others"),
    path("me/devices/connect/", devices.connect_phone, name="connect"),
    path("me/devices/connect/<uuid:id>/", devices.connect_state, name="connect_state"),
    path("me/devices/<uuid:id>/", devices.device, name="device"),
    path("me/devices/<uuid:id>/sign-out/", devices.device_sign_out, name="device_sign_out"),
    path("me/export/<slug:format>/", transfer.export, name="export"),
    path("me/import/", transfer.import_diary, name="import_diary"),
    path("me/import/yes/", transfer.import_confirmed, name="import_confirmed"),
    path("me/delete-account/", transfer.delete_account, name="delete_account"),
    path("me/theme/", profile.theme, name="theme"),
    path("offline/", offline.shell, name="offline"),
    path("offline/who/", offline.who, name="offline_who"),
    path("offline/facts/", offline.facts, name="offline_facts"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
]
