"""A piece of a sheet of people against the schools and groups, by column.

Resolves the school and the group of every row, checks the ID number (GB 11643) and what has to
agree with it.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import polars as pl

from fangxian.foundation.people.identity import CHECKS, WEIGHTS
from fangxian.foundation.people.models import KIND_OF, IdKind
from fangxian.foundation.units.models import UnitVersion
from fangxian.kernel.access import subtree
from fangxian.kernel.intake.frames import complain, noted
from fangxian.kernel.intake.kinds import Job

ID_CARD = r"^[1-9][0-9]{16}[0-9X]$"
KEPT = (
    "line", "school_id", "group_id", "kind", "name", "sex", "number", "id_kind", "id_number",
    "born", "phone", "dormitory", "bed", "bus", "bus_seat", "canteen", "canteen_seat", "guardian1",
    "relation1", "phone1", "guardian2", "relation2", "phone2", "wrong",
)  # fmt: skip


def examine(frame: pl.DataFrame, job: Job) -> pl.DataFrame:
    """The piece with schools and groups found and documents checked; see `KEPT`."""
    if "tree" not in job.kept:
        job.kept["tree"] = _tree(job.place.path, job.today)
    schools, groups = job.kept["tree"]
    frame = _in_school(frame, schools, job)
    frame = _in_group(frame, groups)
    frame = noted(
        frame,
        complain(
            pl.col("name").str.contains(r"^[0-9.\-]+$"), "name_is_number", "name", pl.col("name")
        ),
    )
    return _documented(frame).select(KEPT)


def _tree(path: str, day: date) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The schools by code, and the groups by every word that may name them."""
    low, high = subtree(path)
    versions = UnitVersion.objects.as_of(day)
    here = versions.filter(path__gte=low, path__lt=high)
    schools = pl.DataFrame(
        list(here.schools().values_list("code", "unit_id")),
        schema={"school": pl.String, "school_id": pl.Int64},
        orient="row",
    )
    rows = here.groups().exclude(school_id=None)
    groups = pl.DataFrame(
        list(rows.values_list("unit_id", "school_id", "code", "name_zh", "unit__population")),
        schema={"group_id": pl.Int64, "school_id": pl.Int64, "code": pl.String,
                "name": pl.String, "population": pl.String},
        orient="row",
    )  # fmt: skip
    return schools, _named(groups)


def _named(groups: pl.DataFrame) -> pl.DataFrame:
    """One row a school and word: its group, or none where two groups share it."""
    kinds = {str(population): str(kind) for population, kind in KIND_OF.items()}
    told = groups.with_columns(
        pl.col("population").replace_strict(kinds, default=None).alias("group_kind")
    )
    words = pl.concat(
        [
            told.select("school_id", "group_id", "group_kind", plain(pl.col(name)).alias("word"))
            for name in ("code", "name")
        ]
    ).unique()
    found = words.group_by("school_id", "word").agg(
        pl.col("group_id").first(), pl.col("group_kind").first(), pl.len().alias("groups")
    )
    return found.with_columns(
        pl.when(pl.col("groups") == 1).then(pl.col("group_id")).alias("group_id")
    )


def plain(name: pl.Expr) -> pl.Expr:
    """A group's name without what differs from writer to writer: （3）班, 3 班, 3班."""
    return name.str.normalize("NFKC").str.to_lowercase().str.replace_all(r"[\s()\[\]_·.-]", "")


def _in_school(frame: pl.DataFrame, schools: pl.DataFrame, job: Job) -> pl.DataFrame:
    own = schools.filter(pl.col("school_id") == job.place.unit_id)
    if own.height == 0:
        joined = frame.join(schools, on="school", how="left", maintain_order="left")
        unsaid = pl.col("school").is_null()
    else:
        # Within a school its code may be left out; another's is a mistake.
        code = own["school"][0]
        joined = frame.with_columns(
            pl.when(pl.col("school").is_null() | (pl.col("school") == code))
            .then(pl.lit(job.place.unit_id, dtype=pl.Int64))
            .alias("school_id")
        )
        unsaid = pl.lit(False)  # noqa: FBT003
    unknown = pl.col("school").is_not_null() & pl.col("school_id").is_null()
    return noted(
        joined,
        complain(unsaid, "empty", "school"),
        complain(unknown, "school_unknown", "school", pl.col("school")),
    )


def _in_group(frame: pl.DataFrame, groups: pl.DataFrame) -> pl.DataFrame:
    """By its code or name, else by grade and name together: 三年级 + 1班."""
    frame = frame.with_columns(
        plain(pl.col("group")).alias("word"),
        plain(pl.concat_str(["grade", "group"])).alias("graded"),
    )
    keys = ["school_id", "word"]
    alone = frame.join(groups, on=keys, how="left", maintain_order="left")
    graded = groups.rename({"word": "graded"})
    found = alone.join(
        graded, on=["school_id", "graded"], how="left", maintain_order="left", suffix="_graded"
    )
    first = pl.col("groups_graded").is_not_null()
    found = found.with_columns(
        [
            pl.when(first).then(pl.col(f"{name}_graded")).otherwise(pl.col(name)).alias(name)
            for name in ("group_id", "group_kind", "groups")
        ]
    ).with_columns(pl.coalesce("kind", "group_kind").alias("kind"))
    asked = pl.col("school_id").is_not_null() & pl.col("group").is_not_null()
    name = pl.concat_str([pl.col("grade").fill_null(""), pl.col("group")])
    return noted(
        found,
        complain(asked & pl.col("groups").is_null(), "group_unknown", "group", name),
        complain(asked & (pl.col("groups") > 1), "group_twice", "group", name),
        complain(pl.col("kind") != pl.col("group_kind"), "kind_not_of_group", "group", name),
    )


def _documented(frame: pl.DataFrame) -> pl.DataFrame:
    """Identity numbers checked, and birth and sex taken from them where the row is silent."""
    number = pl.col("id_number")
    looks_so = number.str.contains(r"^[0-9]{15,17}[0-9X]?$")
    kind = pl.coalesce(
        "id_kind", pl.when(looks_so).then(pl.lit(IdKind.ID_CARD.value)).otherwise(
            pl.lit(IdKind.OTHER.value))
    )  # fmt: skip
    frame = frame.with_columns(pl.when(number.is_not_null()).then(kind).alias("id_kind"))
    card = pl.col("id_kind") == IdKind.ID_CARD.value
    formed = card & number.str.contains(ID_CARD)
    frame = frame.with_columns(formed.fill_null(False).alias("formed"))  # noqa: FBT003
    frame = frame.with_columns(
        pl.Series("summed", _sums_right(frame["id_number"], frame["formed"])),
        pl.when("formed").then(number.str.slice(6, 8).str.to_date("%Y%m%d", strict=False))
        .alias("card_born"),
        pl.when("formed").then(
            pl.when(number.str.slice(16, 1).is_in(list("13579"))).then(pl.lit("male"))
            .otherwise(pl.lit("female"))
        ).alias("card_sex"),
    )  # fmt: skip
    return _agreeing(frame, card)


def _agreeing(frame: pl.DataFrame, card: pl.Expr) -> pl.DataFrame:
    number, formed, summed = pl.col("id_number"), pl.col("formed"), pl.col("summed")
    sound = formed & summed
    frame = noted(
        frame,
        complain(card & ~formed, "id_form", "id_number", number),
        complain(formed & ~summed, "id_checksum", "id_number", number),
        complain(sound & pl.col("card_born").is_null(), "id_day", "id_number", number),
        complain(sound & (pl.col("born") != pl.col("card_born")), "born_differs", "born",
                 pl.col("born").cast(pl.String)),
        complain(sound & (pl.col("sex") != pl.col("card_sex")), "sex_differs", "sex"),
    )  # fmt: skip
    return frame.with_columns(
        pl.coalesce("born", "card_born").alias("born"), pl.coalesce("sex", "card_sex").alias("sex")
    )


def _sums_right(numbers: pl.Series, formed: pl.Series) -> np.ndarray:
    """Whether the last character follows from the others, where the form is right."""
    found = np.zeros(len(numbers), dtype=bool)
    chosen = formed.to_numpy()
    text = "".join(numbers.filter(formed).to_list()).encode("ascii")
    digits = np.frombuffer(text, dtype=np.uint8).reshape(-1, 18)
    total = (digits[:, :17].astype(np.int32) - ord("0")) @ np.array(WEIGHTS, dtype=np.int32)
    checks = np.frombuffer(CHECKS.encode(), dtype=np.uint8)
    found[chosen] = checks[total % 11] == digits[:, 17]
    return found
