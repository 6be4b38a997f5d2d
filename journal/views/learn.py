"""Learn: the seven, fluid, cramps and relief. Open to everybody, beside one's own numbers if signed in."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from journal import explanations, findings, learn, verdicts
from journal.calc.suppressions import Effects, Flags, effects
from journal.codes import Helped, Relief
from journal.facts import red_flags_lately
from journal.flags import flags_about
from journal.models import Diarist, SpasmEpisode
from journal.views.door import diary

CRAMP_DAYS, RELIEF_DAYS = 28, 90


@dataclass(frozen=True)
class Tried:
    """What was tried during cramps, and how often it was noted to have helped."""

    name: str
    times: int
    helped: int
    partly: int


@dataclass(frozen=True)
class Own:
    """The reader's own numbers beside a topic; what a topic has nothing of is empty."""

    verdicts: list[verdicts.Verdict]
    instead: str = ""
    cramps: int | None = None
    cramp_days: int | None = None
    tried: tuple[Tried, ...] = ()


# Pages ----------------------------------------------------------------------------------------


@require_GET
def index(request: HttpRequest) -> HttpResponse:
    """All topics, and the questions people ask."""
    return _index_of_diarist(request) if request.user.is_authenticated else _index(request)


@require_GET
def topic(request: HttpRequest, topic: str) -> HttpResponse:
    """One topic."""
    if topic not in learn.TOPIC:
        raise Http404
    page = _topic_of_diarist if request.user.is_authenticated else _topic_of_anybody
    return page(request, learn.TOPIC[topic])


@diary
def _index_of_diarist(request: HttpRequest) -> HttpResponse:
    taken_out = effects(flags_about(request.diarist, findings.today(request.diarist)))
    silent = red_flags_lately(request.diarist, timezone.now()).exists()
    return _index(request, _questions(learn.QUESTION, taken_out, silent))


def _index(request: HttpRequest, questions: list[learn.Question] | None = None) -> HttpResponse:
    kinds = (learn.NUTRIENT, learn.BODY, learn.NUMBERS)
    groups = {kind: [one for one in learn.TOPICS if one.group == kind] for kind in kinds}
    return render(
        request, "journal/learn.html", {"groups": groups, "questions": questions or learn.QUESTIONS}
    )


def _questions(slugs: Iterable[str], taken_out: Effects, silent: bool) -> list[learn.Question]:
    """Without those that name foods to eat, for a reader to whom nothing of the kind may be said now."""
    quiet = silent or taken_out.kidney_limits or taken_out.hide_streaks
    return [learn.QUESTION[slug] for slug in slugs if not (quiet and slug in learn.ABOUT_FOODS)]


@diary
def _topic_of_diarist(request: HttpRequest, about: learn.Topic) -> HttpResponse:
    diarist = request.diarist
    today = findings.today(diarist)
    taken_out = effects(flags_about(diarist, today))
    silent = red_flags_lately(diarist, timezone.now()).exists()
    return _topic(request, about, taken_out, silent=silent, own=_own(diarist, about, today, taken_out))


def _topic_of_anybody(request: HttpRequest, about: learn.Topic) -> HttpResponse:
    """Of a reader nothing is known, and that counts as "maybe", as missing answers do."""
    return _topic(request, about, effects(Flags()))


def _topic(
    request: HttpRequest,
    about: learn.Topic,
    taken_out: Effects,
    *,
    silent: bool = False,
    own: Own | None = None,
) -> HttpResponse:
    said = {
        "topic": about,
        "sections": about.sections,
        "questions": _questions(about.questions, taken_out, silent),
        "own": own,
        "silent": silent,
        "effects": taken_out,
        "lists_foods": about.code not in taken_out.no_food_lists and not _is_fluid_off(about.code, taken_out),
        "no_supplements": about.code in taken_out.no_supplement_tips,
        "foods": (),
    }
    if about.code and said["lists_foods"] and not silent:
        said["foods"] = learn.foods_with(about.code)
    return render(request, "journal/learn_topic.html", said)


def _is_fluid_off(code: str, taken_out: Effects) -> bool:
    return code == explanations.WATER and taken_out.hydration_off


# One's own numbers ----------------------------------------------------------------------------


def _own(diarist: Diarist, about: learn.Topic, today: date, taken_out: Effects) -> Own | None:
    if about.code or about.slug == "fluid":
        return Own(*explanations.verdicts_of(diarist, about.code or explanations.WATER, today, taken_out))
    if about.slug == "cramps":
        days = _cramps(diarist, today, CRAMP_DAYS).values_list("local_date", flat=True)
        return Own([], cramps=len(days), cramp_days=len(set(days)))
    return Own([], tried=_tried(diarist, today)) if about.slug == "relief" else None


def _cramps(diarist: Diarist, today: date, days: int):
    return SpasmEpisode.objects.of(diarist).live().between(today - timedelta(days=days - 1), today)


def _tried(diarist: Diarist, today: date) -> tuple[Tried, ...]:
    """What was tried during the cramps of the last 90 days, the most often first; one query."""
    answers: dict[str, Counter] = {}
    for relief in _cramps(diarist, today, RELIEF_DAYS).values_list("relief", flat=True):
        for one in relief:
            answers.setdefault(one["what"], Counter())[one.get("helped")] += 1
    rows = [
        Tried(str(Relief(what).label), said.total(), said[Helped.YES], said[Helped.PARTLY])
        for what, said in answers.items()
    ]
    return tuple(sorted(rows, key=lambda row: (-row.times, row.name)))
