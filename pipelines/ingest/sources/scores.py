"""A score as SQL: the number that a text means, on its own scale, turned the right way round."""

from dataclasses import dataclass

from pipelines.ingest.checks import Check
from pipelines.ingest.mapping import Mapping, Scale
from pipelines.sql import literal


@dataclass(frozen=True)
class Score:
    """One score of a record, in the text column `<field>_text`; `title` is its header."""

    field: str
    title: str
    scale: Scale

    @property
    def number_sql(self) -> str:
        """SQL of `<field>_number`: the score as the file has it, by the mapping's words."""
        text = f"{self.field}_text"
        plain = f"try_cast({text} AS DOUBLE)"
        words = " ".join(
            f"WHEN {literal(word.casefold())} THEN {number}"
            for word, number in self.scale.values.items()
        )
        return f"CASE lower({text}) {words} ELSE {plain} END" if words else plain

    @property
    def directed_sql(self) -> str:
        """SQL of the score turned round on its own scale, where the best one is the lowest."""
        low, high = self.scale.bounds
        number = f"{self.field}_number"
        return f"{low + high} - {number}" if self.scale.is_reversed else number

    @property
    def checks(self) -> list[Check]:
        """`<field>_number` is a number, and on the scale."""
        low, high = self.scale.bounds
        return [
            Check(
                f"{self.field}_text IS NOT NULL AND {self.field}_number IS NULL",
                f"{self.title} is not a score of the scale {self.scale.name}",
                "tell what it means in [scale.values] of the mapping",
            ),
            Check(
                f"{self.field}_number NOT BETWEEN {low} AND {high}",
                f"{self.title} is off the scale {self.scale.name}",
                "check [scale] name in the mapping; where 0 means not rated, tell it in [missing]",
            ),
        ]


def told_score(mapping: Mapping, field: str, scale: Scale) -> Score:
    """The score of a field by the name that the file gives it."""
    told = mapping.columns.get(field)
    return Score(field, " + ".join(told.columns) if told else field, scale)
