"""Commands on quality reviews: draw, calibration."""

from pathlib import Path
from typing import Annotated

import typer

from pipelines.cli.options import (
    DEFAULT_WAREHOUSE,
    Csv,
    From,
    To,
    Warehouse,
    Where,
    conditions,
    day,
    examples,
    names,
)
from pipelines.cli.output import print_measured, write_file
from pipelines.errors import InputError

commands = typer.Typer()


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality draw --count 60 --from 2026-11-01 --to 2026-11-14",
        "support-quality draw --reviewers R1,R2 --second 0.1 --sheet scorecards.xlsx",
    ),
)
def draw(
    count: Annotated[int, typer.Option(metavar="N", min=1, help="How many contacts.")] = 60,
    by: Annotated[
        str,
        typer.Option(
            metavar="COLUMN,…",
            help="Groups that each get some: channel, language, topic, team, agent, urgency.",
        ),
    ] = "channel,language",
    seed: Annotated[
        int, typer.Option(metavar="S", help="The same number draws the same contacts.")
    ] = 1,
    start: From = None,
    end: To = None,
    where: Where = None,
    reviewers: Annotated[
        str, typer.Option(metavar="ID,…", help="Who reviews; contacts are dealt out evenly.")
    ] = "",
    second: Annotated[
        float, typer.Option(metavar="SHARE", help="Share to be judged by a second reviewer too.")
    ] = 0.0,
    sheet: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Write scorecards to fill in (.csv, .xlsx); then load the file."
        ),
    ] = None,
    categories: Annotated[
        str | None,
        typer.Option(
            metavar="NAME,…", help="Categories of the scorecards; by default those in use."
        ),
    ] = None,
    scale: Annotated[str, typer.Option(metavar="SCALE", help="1-5, 0-10, 0-100 or 0-1.")] = "1-5",
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Draw contacts to review at random, the same ones for the same number; --sheet: scorecards."""
    from pipelines import api

    opened = api.open_warehouse(warehouse)
    drawn = opened.draw_reviews(
        count, names(by), day(start), day(end), conditions(where), seed=seed
    )
    reviews = api.reviews_dealt(drawn, names(reviewers), second)
    if sheet:
        known = opened.review_categories()
        wanted = names(categories) or tuple(known["category"])
        if not wanted:
            raise InputError(
                "no review tells the categories of a scorecard; name them: --categories"
            )
        cards = api.scorecards(reviews, api.named_categories(known, wanted), scale)
        build = opened.build()
        cards.attrs = {"build": build.build_id, "zone": build.zone} | cards.attrs
        is_book = sheet.suffix.lower() == ".xlsx"
        write_file(sheet, api.xlsx_bytes(cards) if is_book else api.csv_bytes(cards))
        return
    print_measured(
        opened,
        reviews.drop(columns="stratum_contacts"),
        csv,
        title=f"{len(drawn)} of {drawn.attrs['population']} contacts to review",
        units={"selection_probability": "share"},
        labels={"selection_probability": "chance", "is_reviewed": "reviewed"},
        notes=("--sheet FILE writes their scorecards; fill them in and load the file.",),
    )


@commands.command(
    rich_help_panel="Read it",
    epilog=examples(
        "support-quality calibration",
        "support-quality calibration --by category,language --csv",
    ),
)
def calibration(
    by: Annotated[
        str, typer.Option(metavar="COLUMN,…", help="category, language, channel, topic, team")
    ] = "category",
    start: From = None,
    end: To = None,
    where: Where = None,
    csv: Csv = False,
    warehouse: Warehouse = DEFAULT_WAREHOUSE,
) -> None:
    """Do reviewers judge alike: percent agreement, Cohen's kappa and Krippendorff's alpha."""
    from pipelines.api import open_warehouse

    opened = open_warehouse(warehouse)
    found = opened.calibration(names(by), day(start), day(end), conditions(where))
    print_measured(opened, found, csv, title="Calibration")
