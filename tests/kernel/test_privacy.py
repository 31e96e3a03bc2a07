"""Every field of every table is public, personal or health: none is forgotten."""

import pytest
from django.apps import apps
from django.db.models import Model

from fangxian.kernel import privacy

OURS = [
    model
    for app in apps.get_app_configs()
    if app.name.startswith("fangxian.")
    for model in app.get_models()
]


@pytest.mark.parametrize("model", OURS, ids=lambda model: model.__name__)
def test_every_field_is_classified(model: type[Model]) -> None:
    said = set(getattr(model, "classified", {}))
    columns = {field.name for field in model._meta.local_fields if field.name != "pk"}
    assert columns - said == set(), "not classified"
    assert said - columns == set(), "classified, but no such field"


def test_a_field_is_of_one_kind() -> None:
    with pytest.raises(ValueError, match="name is both"):
        privacy.fields(public="id name", personal="name")
