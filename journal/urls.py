"""Addresses of the diary's pages."""

from datetime import date

from django.urls import path, register_converter

from journal.views import (
    account,
    advice,
    closing,
    copying,
    cramps,
    cramps_seen,
    days,
    devices,
    drinks,
    earlier,
    exercise,
    fluids,
    foods,
    keys,
    learn,
    meals,
    nutrient,
    offline,
    patterns,
    profile,
    recipes,
    reminders,
    supplements,
    transfer,
    undo,
    usual,
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


class MonthConverter:
    """A month as YYYY-MM: its first day."""

    regex = r"\d{4}-\d{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(f"{value}-01")

    def to_url(self, value: date) -> str:
        return f"{value:%Y-%m}"


register_converter(DayConverter, "day")
register_converter(MonthConverter, "month")

urlpatterns = [
    path("", days.today, name="today"),
    path("day/<day:day>/", days.day, name="day"),
    path("day/<day:day>/mark/", days.mark, name="day_mark"),
    path("day/<day:day>/mark/<slug:name>/<slug:value>/", days.mark_back, name="mark_back"),
    path("day/<day:day>/copy/", copying.day_copy, name="day_copy"),
    path("day/<day:day>/copies/<uuid:id>/take-back/", copying.copy_take_back, name="copy_take_back"),
    path("day/<day:day>/copies/<uuid:id>/bring-back/", copying.copy_bring_back, name="copy_bring_back"),
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
    path("meals/<uuid:id>/repeat/", usual.meal_repeat, name="meal_repeat"),
    path("meals/<uuid:id>/favourite/", usual.meal_favourite, name="meal_favourite"),
    path("meals/<uuid:id>/copy/", copying.meal_copy, name="meal_copy"),
    path("meals/usual/", usual.usual, name="usual_meals"),
    path("meals/usual/<uuid:id>/log/", usual.usual_log, name="usual_log"),
    path("meals/usual/<uuid:id>/drop/", usual.usual_drop, name="usual_drop"),
    path("drinks/add/", drinks.water_add, name="water_add"),
    path("drinks/results/", drinks.drink_results, name="drink_results"),
    path("drinks/<uuid:id>/", drinks.water_edit, name="drink_edit"),
    path("exercise/add/", exercise.exercise_add, name="exercise_add"),
    path("exercise/results/", exercise.activity_results, name="activity_results"),
    path("exercise/<uuid:id>/", exercise.exercise_edit, name="exercise_edit"),
    path("fluid/", fluids.fluids_page, name="fluids"),
    path("cramps/", cramps_seen.cramps_page, name="cramps"),
    path("cramps/<month:month>/", cramps_seen.cramps_page, name="cramps_of"),
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
    path("entries/<slug:kind>/<uuid:id>/put-back/<int:revision>/", earlier.put_back, name="put_back"),
    path("advice/", advice.cards, name="advice"),
    path("advice/rules/", advice.rules, name="advice_rules"),
    path("advice/<uuid:id>/<slug:said>/", advice.answer, name="advice_state"),
    path("warning-signs/", warning_signs.warning_signs, name="warning_signs"),
    path("foods/", foods.find, name="foods"),
    path("foods/new/", foods.new, name="food_new"),
    path("foods/recipes/new/", recipes.recipe_new, name="recipe_new"),
    path("foods/<uuid:id>/", foods.show, name="food"),
    path("foods/<uuid:id>/edit/", foods.edit, name="food_edit"),
    path("foods/<uuid:id>/remove/", foods.remove, name="food_remove"),
    path("foods/<uuid:id>/restore/", foods.restore, name="food_restore"),
    path("foods/<uuid:id>/favourite/", foods.favourite, name="food_favourite"),
    path("me/", profile.me, name="me"),
    path("me/profile/", profile.me_part, {"part": "profile"}, name="me_profile"),
    path("me/place/", profile.me_part, {"part": "place"}, name="me_place"),
    path("me/start/", profile.profile_start, name="profile_start"),
    path("me/conditions/", profile.me_conditions, name="me_conditions"),
    path("me/medicines/", profile.me_list, {"about": "medicines"}, name="me_medicines"),
    path("me/kinds/", profile.kind_results, name="kind_results"),
    path("me/life-stages/", profile.me_list, {"about": "life_stages"}, name="me_life_stages"),
    path("me/targets/", profile.me_list, {"about": "targets"}, name="me_targets"),
    path("me/reminders/", reminders.reminders_page, name="me_reminders"),
    path("me/reminders/back/", reminders.reminders_back, name="reminders_back"),
    path("me/reminders/ring/", reminders.ring_here, name="ring_here"),
    path("me/reminders/ring/<uuid:id>/stop/", reminders.ring_no_more, name="ring_no_more"),
    path("reminders/<int:id>/put-away/", reminders.reminder_put_away, name="reminder_put_away"),
    path("reminders/<int:id>/back/", reminders.reminder_back, name="reminder_back"),
    path("mail-off/<str:word>/", reminders.mail_off, name="mail_off"),
    path("me/sign-ins/", account.account_events, name="account_events"),
    path("me/devices/", devices.devices_list, name="devices"),
    path("me/devices/sign-out-others/", devices.devices_sign_out_others, name="devices_sign_out_others"),
    path("me/devices/connect/", devices.connect_phone, name="connect"),
    path("me/devices/connect/<uuid:id>/", devices.connect_state, name="connect_state"),
    path("me/devices/<uuid:id>/", devices.device, name="device"),
    path("me/devices/<uuid:id>/name-back/", devices.device_name_back, name="device_name_back"),
    path("me/devices/<uuid:id>/sign-out/", devices.device_sign_out, name="device_sign_out"),
    path("me/export/<slug:format>/", transfer.export, name="export"),
    path("me/import/", transfer.import_diary, name="import_diary"),
    path("me/import/yes/", transfer.import_confirmed, name="import_confirmed"),
    path("me/import/undo/<str:word>/", transfer.import_taken_back, name="import_taken_back"),
    path("me/delete-account/", transfer.delete_account, name="delete_account"),
    path("keys/", keys.keys, name="keys"),
    path("me/keys/", keys.keys_switch, name="keys_switch"),
    path("me/keys/<slug:said>/", keys.keys_switch, name="keys_switch_back"),
    path("me/theme/", profile.theme, name="theme"),
    path("offline/", offline.shell, name="offline"),
    path("offline/who/", offline.who, name="offline_who"),
    path("offline/facts/", offline.facts, name="offline_facts"),
    path("offline/activities/", offline.activities, name="offline_activities"),
    path("service-worker.js", offline.service_worker, name="service_worker"),
    path("manifest.webmanifest", offline.manifest, name="manifest"),
]
