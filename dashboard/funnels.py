"""Groups between the limits of chance for their size, instead of a ranking."""

from __future__ import annotations

from dashboard import components, figures
from dashboard.i18n import text as _
from dashboard.queries import ask


def caption() -> str:
    """How a funnel is read."""
    return _(
        "Somebody always comes last. Only what lies outside the limits differs from all by"
        " more than chance; hollow marks stand for fewer than 30."
    )


def draw(page: components.Page, metric: str, by: str, *, name: str, alt: str) -> None:
    """A metric of the groups of `by` within the page's filter, as chart and table."""
    chosen = page.filters
    found = ask("funnel", metric=metric, by=(by,), **chosen.scope)
    unit, limits = found.attrs["unit"], _limits()
    components.chart_and_table(
        figures.funnel(found, by, unit=unit, names=page.names(by, found), reader=page.reader),
        found.drop(columns=["outside"]),
        name=name,
        metric=metric,
        alt=alt,
        words=limits,
        units=dict.fromkeys(limits, unit),
    )


def _limits() -> dict[str, str]:
    return {
        "target": _("Of all"),
        "low_95": _("95% limit, low"),
        "high_95": _("95% limit, high"),
        "low_998": _("99.8% limit, low"),
        "high_998": _("99.8% limit, high"),
    }
