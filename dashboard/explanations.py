"""What changed and what stands out, in sentences."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from dashboard.charts.explanations import step
from dashboard.formats import MISSING, Reader, escaped
from dashboard.i18n import plural
from dashboard.i18n import text as _

EVERYWHERE = "*"


def group(row: pd.Series, reader: Reader, names: tuple[str, ...]) -> str:
    """The group of a row in words: 'Withdrawal, Korean, Live chat'; '*' is left unsaid."""
    said = [
        reader.name(name, row[name]) for name in names if name in row and row[name] != EVERYWHERE
    ]
    return reader.listed(said) or _("All contacts")


def change(parts: pd.DataFrame, label: str, reader: Reader) -> list[str]:
    """How a number moved, and which part is rate and which is mix: two or three sentences."""
    unit = parts.attrs["unit"]
    rows = parts.set_index("part")
    total, rate = rows.loc["total"], rows.loc["rate"]
    mixed = rows.drop(index=["total", "rate"])
    is_certain = total["low"] > 0 or total["high"] < 0
    said = [
        (
            _("{measure}: {step} against the period before (95%: {low} to {high}, n = {n}).")
            if is_certain
            else _(
                "{measure}: {step} against the period before, no more than chance explains"
                " (95%: {low} to {high}, n = {n})."
            )
        ).format(
            measure=label,
            step=step(total["value"], unit, reader) or MISSING,
            low=step(total["low"], unit, reader),
            high=step(total["high"], unit, reader),
            n=reader.count(total["n"]),
        )
    ]
    said.append(
        _("Groups themselves changed by {rate}; what they are made of moved it by {mix}.").format(
            rate=step(rate["value"], unit, reader),
            mix=step(mixed["value"].sum(), unit, reader),
        )
    )
    certain = mixed[(mixed["low"] > 0) | (mixed["high"] < 0)]
    if len(certain):
        name = certain["value"].abs().idxmax()
        said.append(
            _("Of that, most is by the {part}: {step}.").format(
                part=part(name).lower(), step=step(certain.loc[name, "value"], unit, reader)
            )
        )
    return said


def part(name: str) -> str:
    """What a part of a change is called."""
    return {
        "channel": _("Mix of channels"),
        "language": _("Mix of languages"),
        "topic": _("Mix of topics"),
        "total": _("Change in all"),
        "rate": _("Within groups"),
    }.get(name, name)


def moved(groups: pd.DataFrame, unit: str, reader: Reader) -> Iterator[str]:
    """The groups that carry the rate part, one sentence each."""
    for row in groups.to_dict("records"):
        yield _(
            "{group}: {before} → {after} (n = {n}), which moved the whole by {step}"
            " (95%: {low} to {high})."
        ).format(
            group=group(row, reader, ("topic", "language", "channel")),
            before=reader.value(row["value_before"], unit),
            after=reader.value(row["value_after"], unit),
            n=reader.count(row["n_after"]),
            step=step(row["rate"], unit, reader),
            low=step(row["rate_low"], unit, reader),
            high=step(row["rate_high"], unit, reader),
        )


def anomaly(row: dict, zone: str, reader: Reader) -> str:
    """An anomaly: who carries it, since when, how much more or less, and what is known of it."""
    carriers = group(row, reader, ("topic", "language", "channel"))
    more = (
        _(
            "{group}, since {at}: {n} contacts, {expected} expected (95% of the difference: {low}"
            " to {high})."
        )
        if row["grain"] == "half_hour"
        else _(
            "{group}, on {at}: {n} contacts in the day, {expected} expected (95% of the"
            " difference: {low} to {high})."
        )
    )
    at = (
        reader.instant(row["starts_at"], zone)
        if row["grain"] == "half_hour"
        else reader.day(row["local_on"])
    )
    said = [
        more.format(
            group=carriers,
            at=at,
            n=reader.count(row["n"]),
            expected=reader.number(max(row["expected_contacts"], 0)),
            low=_signed(row["low"], reader),
            high=_signed(row["high"], reader),
        )
    ]
    if not pd.isna(row.get("threads")):
        said.append(
            plural(
                "Together they are one incident of {n} matter.",
                "Together they are one incident of {n} matters.",
                int(row["threads"]),
            ).format(n=reader.count(row["threads"]))
        )
    if not pd.isna(row.get("event_title")):
        said.append(_("Known at that time: {event}.").format(event=escaped(row["event_title"])))
    return " ".join(said)


def _signed(contacts: float, reader: Reader) -> str:
    return ("+" if contacts > 0 else "") + reader.number(contacts)


def contacts_of(row: dict) -> dict[str, str]:
    """The filters of a link to an anomaly's day and carriers."""
    day = row["local_on"].date().isoformat()
    carriers = {n: row[n] for n in ("channel", "language", "topic") if row[n] != EVERYWHERE}
    return {"from": day, "to": day, **carriers}


def measure(metric: str) -> str:
    """What a metric whose effects are told is called in a sentence."""
    return {
        "contacts": _("Contacts a day"),
        "first_response_seconds": _("Median first response"),
        "service_level": _("Service level"),
        "unanswered_share": _("Unanswered"),
        "handle_seconds": _("Handle time"),
        "csat": _("Satisfied"),
        "reopened_share": _("Reopened"),
    }.get(metric, metric)


def impact(row: dict, label: str, reader: Reader) -> str:
    """What a dated change did to one number, its interval, and what placebos say."""
    unit = row["unit"] if row["unit"] in ("share", "seconds") else "count"
    said = _("{measure}: {step} (95%: {low} to {high}, n = {n}).").format(
        measure=label,
        n=reader.number(row["n"]),
        step=step(row["value"], unit, reader),
        low=step(row["low"], unit, reader),
        high=step(row["high"], unit, reader),
    )
    if row["placebos"]:
        said += " " + _("{share} of {n} earlier days would have shown as much.").format(
            share=reader.share(row["placebo_share"], 0), n=reader.number(row["placebos"])
        )
    return said
