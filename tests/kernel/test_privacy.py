"""Every field of every table is public, personal or health, kept for a purpose, until a term."""

from datetime import date

import pytest
from django.apps import apps
from django.db import connection
from django.db.models import Model

from fangxian.foundation.retention.inventory import classified
from fangxian.foundation.retention.others import OTHERS, TABLES
from fangxian.kernel import privacy
from fangxian.kernel.privacy import Classified, Handling, Sensitivity
from fangxian.norms import retention_on
from fangxian.norms.retention import BY_THE_JOB, Then

TODAY = date(2026, 11, 23)
MODELS = list(apps.get_models())
TOLD = {table: said for _room, table, _about, said in classified()}


def _said(model: type[Model]) -> Classified:
    return TOLD[model._meta.db_table]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.__name__)
def test_every_field_is_classified(model: type[Model]) -> None:
    said = set(_said(model))
    columns = {field.name for field in model._meta.local_fields if field.name != "pk"}
    assert columns - said == set(), "not classified"
    assert said - columns == set(), "classified, but no such field"


@pytest.mark.parametrize("table", sorted(TOLD))
def test_every_field_has_a_purpose_a_ground_a_term_and_readers(table: str) -> None:
    norms = retention_on(TODAY)
    for name, sensitivity in TOLD[table].items():
        handling = TOLD[table].of(name)
        assert handling.purpose in norms.purposes, f"{name}: for what?"
        assert handling.kept in norms.terms, f"{name}: how long?"
        assert handling.seen_by in norms.audiences, f"{name}: seen by whom?"
        if sensitivity is Sensitivity.PUBLIC:
            continue
        grounds = norms.purposes[handling.purpose].grounds
        assert any(norms.grounds[code].holds_on(TODAY) for code in grounds), f"{name}: no ground"
        stays = norms.terms[handling.kept].then is Then.STAYS
        counts = sensitivity is Sensitivity.HEALTH and handling.seen_by == "counts"
        free = handling.kept == "text"
        nobody = handling.seen_by == "nobody"
        assert not stays or counts or free or nobody, f"{name} tells of a person and would stay"


@pytest.mark.django_db
def test_no_table_of_the_database_is_forgotten() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND NOT relispartition AND relname !~ '^intake_row_[0-9]'"
        )
        present = {name for (name,) in cursor.fetchall()}
        cursor.execute(
            "SELECT table_name, column_name FROM information_schema.columns "
            "WHERE table_schema = 'public' AND table_name = ANY(%s)",
            [list(TABLES)],
        )
        columns = set(cursor.fetchall())
    assert present - set(TOLD) == set(), "classify it: retention.others.TABLES, or a model's own"
    assert columns == {(table, name) for table, said in TABLES.items() for name in said}


def test_only_tables_of_others_stand_among_the_others() -> None:
    assert set(OTHERS) <= {model._meta.label_lower for model in MODELS}


def test_every_term_that_the_job_ends_is_declared_by_a_room_and_used() -> None:
    terms = retention_on(TODAY).terms
    declared = {one.code for one in privacy.expiries()}
    used = {said.of(name).kept for said in TOLD.values() for name in said}
    assert declared == {code for code, term in terms.items() if term.then in BY_THE_JOB}
    assert used == set(terms)


def test_a_field_is_of_one_kind() -> None:
    with pytest.raises(ValueError, match="name is both"):
        privacy.fields(public="id name", personal="name")


def test_a_field_that_is_handled_apart_is_one_of_the_table() -> None:
    with pytest.raises(ValueError, match="phone is apart"):
        privacy.fields(public="id name", apart=[("phone", Handling("a", "b", "c"))])
    said = privacy.fields(
        public="id", personal="name", purpose="a", kept="b", seen_by="c",
        apart=[("name", Handling("x", "y", "z"))],
    )  # fmt: skip
    assert said.of("id") == Handling("a", "b", "c")
    assert said.of("name") == Handling("x", "y", "z")
