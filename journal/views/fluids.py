"""The fluid of the last days beside what each needed, where a need may be held up at all."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from journal import chart_words, findings, fluid, fluid_days
from journal.charts import fluids as charts
from journal.codes import Units
from journal.views.door import diary
from nutrients.calc.units import ml_from_us_fl_oz

LENGTHS = (14, 28)
FL_OZ = ml_from_us_fl_oz(1.0) / 1000
"""[L]"""


@diary
@require_GET
def fluids_page(request: HttpRequest) -> HttpResponse:
    """The last 14 days, or as many as `?days=` says of those offered."""
    asked = request.GET.get("days", str(LENGTHS[0]))
    if asked not in map(str, LENGTHS):
        raise Http404
    found = fluid_days.of_days(request.diarist, int(asked))
    units = request.diarist.units
    chart = charts.fluids_chart(found.days, FL_OZ if units == Units.US else 1.0)
    return render(
        request,
        "journal/fluids.html",
        {
            "found": found,
            "length": int(asked),
            "lengths": LENGTHS,
            "chart": chart,
            "marks": [(one, chart_words.fluid_day(one.fluid, units)) for one in chart.columns],
            "rows": [_row(one, units) for one in found.days],
            "ticks": [(tick, fluid.litres(tick.amount, units)) for tick in chart.ticks],
            "height": charts.HEIGHT,
            "first": found.days[0].day,
            "last": found.days[-1].day,
            "has_food": any(one.food for one in found.days),
            **findings.told(request.diarist),
        },
    )


def _row(one: charts.FluidDay, units: str) -> dict:
    logged = one.state != charts.EMPTY
    return {
        "fluid": one,
        "drinks": fluid.litres(one.drinks, units) if logged else "",
        "food": fluid.litres(one.food, units) if logged and not one.drinks_only else "",
        "need": fluid.span(one.need, units) if one.need else "",
    }
