"""Make a diarist, and hear what they say of themselves. Both doors come through here."""

import hashlib
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Model, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from journal import advice, countries, entries, revisions
from journal.codes import Answer, Condition
from journal.models import (
    BodyWeight,
    ConditionAnswer,
    Diarist,
    Invitation,
    LifeStagePeriod,
    Medicine,
    PersonalTarget,
    ToldGaps,
)
from nutrients.codes import LifeStage
from nutrients.refusals import Refusals

DEMO_EMAILS = ("demo@spasmlog.example", "demo-sign@spasmlog.example")
PROFILE_FIELDS = (
    "birth_date",
    "sex",
    "height_cm",
    "time_zone",
    "day_start",
    "week_start",
    "units",
    "authority",
    "region",
    "takes_medicines",
)


def diarist_of(user: User) -> Diarist:
    """The user's diarist, made at the first look for users who came by another way than sign-up."""
    try:
        return user.diarist
    except Diarist.DoesNotExist:
        diarist, _made = Diarist.objects.get_or_create(user=user)
        return diarist


@transaction.atomic
def change_profile(diarist: Diarist, said: Mapping[str, Any], *, base_revision: int | None = None) -> bool:
    """Change what is named of the profile, its lists too, all or nothing; returns whether anything differed.

    Without a difference nothing is written.

    Raises
    ------
    django.core.exceptions.ValidationError
        Field by field. Nothing is changed.
    journal.entries.Conflict
        If `base_revision` is another than that of the stored profile and the content differs.
    """
    revisions.hold(diarist.pk)
    diarist.refresh_from_db()
    before, late = _answers(diarist), not entries.made_on(diarist.profile_revision, base_revision)
    try:
        with transaction.atomic():
            _apply(diarist, said)
            differs = _answers(diarist) != before
            if late or not differs:
                raise _Undone
    except _Undone:
        diarist.refresh_from_db()
        if differs:
            raise entries.Conflict(diarist) from None
        return False
    return True


class _Undone(Exception):
    """Takes back what was written to find out whether it differs."""


def _apply(diarist: Diarist, said: Mapping[str, Any]) -> None:
    verbs: dict[str, Callable[[Diarist, Any], None]] = {
        "conditions": answer_conditions,
        "medicines": set_medicines,
        "life_stages": set_life_stages,
        "life_stage": begin_life_stage,
        "targets": set_targets,
    }
    own = {name: value for name, value in said.items() if name not in verbs}
    if own:
        update_profile(diarist, **own)
    for name, verb in verbs.items():
        if name in said:
            verb(diarist, said[name])


def _answers(diarist: Diarist) -> tuple:
    """All that the profile says."""
    lists = (
        diarist.lifestageperiod_set.order_by("started_on", "stage").values_list(
            "stage", "started_on", "ended_on"
        ),
        diarist.conditionanswer_set.order_by("condition").values_list("condition", "answer"),
        diarist.medicine_set.order_by("medicine_class", "name", "started_on", "stopped_on").values_list(
            "medicine_class", "name", "started_on", "stopped_on"
        ),
        diarist.personaltarget_set.order_by("nutrient").values_list("nutrient", "amount", "set_by"),
    )
    fields = Diarist.objects.values_list(*PROFILE_FIELDS).get(pk=diarist.pk)
    return (fields, weight_kg(diarist), diarist.set_up_at is None, *map(list, lists))


@transaction.atomic
def update_profile(diarist: Diarist, **said: Any) -> Diarist:
    """Change answers of the profile; `weight_kg` logs a body weight when it differs from the last.

    With the first answers, weeks start as they do in the country, unless something else is said.

    Raises
    ------
    django.core.exceptions.ValidationError
        Field by field. Nothing is changed.
    """
    weight = said.pop("weight_kg", None)
    if diarist.set_up_at is None and said.get("region"):
        said.setdefault("week_start", countries.first_weekday(said["region"]))
    check_profile(diarist, {**said, "weight_kg": weight})
    _stamp(diarist)
    diarist.set_up_at = diarist.set_up_at or timezone.now()
    diarist.save(update_fields=[*said, "region", "set_up_at"])
    if weight is not None and weight != weight_kg(diarist):
        entries.log_weight(diarist, weight)
    entries.mark_everything_stale(diarist)
    return diarist


def check_profile(diarist: Diarist, said: Mapping[str, Any], unread: Collection[str] = ()) -> None:
    """Give the diarist these answers and refuse what is wrong with them, all at once; nothing is stored.

    Of a form in which some cannot even be read, those are `unread`.
    """
    answers = {name: value for name, value in said.items() if name != "weight_kg" and name not in unread}
    for name, value in answers.items():
        if name not in PROFILE_FIELDS:
            raise ValidationError({name: _("This is not a field of the profile.")})
        setattr(diarist, name, value)
    refusals, weight = Refusals(), said.get("weight_kg")
    with refusals.of():
        diarist.full_clean(exclude=["user", *unread])
    with refusals.of():
        if weight is not None and "weight_kg" not in unread:
            _check_weight(weight)
    refusals.tell()


def _check_weight(kg: Decimal) -> None:
    try:
        BodyWeight._meta.get_field("kg").clean(kg, None)
    except ValidationError as error:
        raise ValidationError({"weight_kg": error.messages}) from None


def weight_kg(diarist: Diarist, on: date | None = None) -> Decimal | None:
    """The latest body weight logged up to a day, in kg; None if none is known."""
    weights = BodyWeight.objects.of(diarist).live()
    if on:
        weights = weights.filter(local_date__lte=on)
    return weights.order_by("-occurred_at").values_list("kg", flat=True).first()


def life_stage(diarist: Diarist, on: date) -> str:
    """The life stage on a day; a pregnancy outranks breastfeeding where both are dated."""
    stages = {
        period.stage
        for period in diarist.lifestageperiod_set.all()
        if period.started_on <= on and (period.ended_on is None or on <= period.ended_on)
    }
    for stage in (LifeStage.PREGNANCY, LifeStage.LACTATION):
        if stage in stages:
            return stage
    return LifeStage.GENERAL


@transaction.atomic
def answer_conditions(diarist: Diarist, answers: Mapping[str, str]) -> None:
    """Set yes, no or unknown for conditions by their codes; those not named stay as they are.

    They choose what advice may say, and no number of a day rests on them: a new answer asks for a review of
    today, and one that was given before asks for nothing.
    """
    for code, answer in answers.items():
        if code not in Condition.values:
            raise ValidationError(
                {"conditions": _("“%(code)s” is not a condition of the list.") % {"code": code}}
            )
        if answer not in Answer.values:
            raise ValidationError({"conditions": _("Answer yes, no or unknown.")})
    said = dict(diarist.conditionanswer_set.values_list("condition", "answer"))
    new = {code: answer for code, answer in answers.items() if said.get(code) != answer}
    ConditionAnswer.objects.bulk_create(
        [ConditionAnswer(diarist=diarist, condition=code, answer=answer) for code, answer in new.items()],
        update_conflicts=True,
        unique_fields=["diarist", "condition"],
        update_fields=["answer"],
    )
    if new:
        _stamp(diarist)
    if any(answer != said.get(code, Answer.UNKNOWN) for code, answer in new.items()):
        entries.mark_stale(diarist, [entries.today(diarist)])


def conditions(diarist: Diarist) -> dict[str, str]:
    """Each condition of the list with its answer; what was never answered is unknown."""
    said = dict(diarist.conditionanswer_set.values_list("condition", "answer"))
    return {code: said.get(code, Answer.UNKNOWN) for code in Condition.values}


@transaction.atomic
def set_medicines(diarist: Diarist, medicines: Iterable[Mapping[str, Any]]) -> None:
    """Replace the list of medicines; naming one means that medicines are taken."""
    rows = [Medicine(diarist=diarist, **one) for one in medicines]
    _replace(diarist, Medicine, rows, "medicines")
    if rows:
        Diarist.objects.filter(pk=diarist.pk).update(takes_medicines=Answer.YES)
        diarist.takes_medicines = Answer.YES
    _touched(diarist)


@transaction.atomic
def set_life_stages(diarist: Diarist, periods: Iterable[Mapping[str, Any]]) -> None:
    """Replace the dated life stages."""
    _replace(
        diarist, LifeStagePeriod, [LifeStagePeriod(diarist=diarist, **one) for one in periods], "life_stages"
    )
    _touched(diarist)


@transaction.atomic
def begin_life_stage(diarist: Diarist, stage: str) -> None:
    """Say what it is from today on: a running period ends yesterday, another begins unless it is general."""
    today = entries.today(diarist)
    if stage == life_stage(diarist, today):
        return
    periods = []
    for period in diarist.lifestageperiod_set.all():
        runs = period.started_on <= today and (period.ended_on is None or today <= period.ended_on)
        ended_on = today - timedelta(days=1) if runs else period.ended_on
        if not runs or period.started_on < today:
            periods.append({"stage": period.stage, "started_on": period.started_on, "ended_on": ended_on})
    if stage != LifeStage.GENERAL:
        periods.append({"stage": stage, "started_on": today, "ended_on": None})
    set_life_stages(diarist, periods)


@transaction.atomic
def set_targets(diarist: Diarist, targets: Iterable[Mapping[str, Any]]) -> None:
    """Replace the diarist's own targets."""
    _replace(diarist, PersonalTarget, [PersonalTarget(diarist=diarist, **one) for one in targets], "targets")
    _touched(diarist)


def _replace(diarist: Diarist, model: type[Model], rows: list, field: str) -> None:
    model._default_manager.filter(diarist=diarist).delete()
    for row in rows:
        try:
            row.full_clean(exclude=["diarist"])
        except ValidationError as error:
            raise ValidationError({field: error.messages}) from None
        row.save()


def _touched(diarist: Diarist) -> None:
    _stamp(diarist)
    entries.mark_everything_stale(diarist)


def _stamp(diarist: Diarist) -> None:
    """Stamp the profile, and the open cards and gaps that phones keep: what is told of them depends on its
    answers."""
    _stamp_profile(diarist)
    advice.tell_again(advice.open_cards(diarist), diarist.profile_revision)
    ToldGaps.objects.filter(diarist=diarist, deleted_at=None).update(revision=diarist.profile_revision)


def _stamp_profile(diarist: Diarist) -> None:
    diarist.profile_revision = revisions.forward(diarist)
    Diarist.objects.filter(pk=diarist.pk).update(profile_revision=diarist.profile_revision)


# The account -----------------------------------------------------------------------------------


@contextmanager
def telling_of_account(user: User) -> Iterator[None]:
    """Have phones told of the profile, if what is done meanwhile changes the account's e-mail or username.

    Both or neither is stored: a phone never keeps an address that is no longer the person's.
    """
    with transaction.atomic():
        before = _account(user)
        yield
        diarist = Diarist.objects.filter(user_id=user.pk).first()
        if diarist and _account(user) != before:
            _stamp_profile(diarist)


def _account(user: User) -> tuple[str, str] | None:
    """E-mail and username as they are stored."""
    return User.objects.filter(pk=user.pk).values_list("email", "username").first()


# Who may sign up ------------------------------------------------------------------------------


def invite(valid_for: timedelta = timedelta(days=14)) -> str:
    """Make an invitation; returns its code, which is shown once and kept only as a digest."""
    code = secrets.token_urlsafe(12)
    Invitation.objects.create(digest=_digest(code), expires_at=timezone.now() + valid_for)
    return code


def may_sign_up(code: str = "") -> bool:
    """Whether registration is open, or the code is an unused invitation."""
    if settings.REGISTRATION == "open":
        return True
    return settings.REGISTRATION == "invitation" and _unused(code, timezone.now()).exists()


def use_invitation(code: str, user: User) -> bool:
    """Take an invitation for a new user. Of two who use it at once, one gets it."""
    now = timezone.now()
    return _unused(code, now).update(used_by=user, used_at=now) == 1


def _unused(code: str, now: datetime) -> QuerySet[Invitation]:
    return Invitation.objects.filter(digest=_digest(code), used_at=None, expires_at__gt=now)


def _digest(code: str) -> str:
    return hashlib.sha256(code.strip().encode()).hexdigest()
