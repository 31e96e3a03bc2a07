"""What the rules of a check say, in words that tell what to do."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext as _

from fangxian.kernel.errors import Invalid
from fangxian.watch.checks.rules import Content


def text(key: str, content: Content) -> str:
    """The sentence for a key of `rules.problems`."""
    counted = {
        "enrolled": content.enrolled,
        "present": content.present or 0,
        "absent": len(content.absences),
        "not_known": content.not_known or 0,
        "well": content.reached_well or 0,
        "ill": content.reached_ill or 0,
        "not_reached": content.not_reached or 0,
        "places": content.places.total() if content.places else 0,
    }
    sentences = {
        "required": _("This is needed; enter 0 only if it is truly zero."),
        "home_only": _("This belongs to a home check only."),
        "school_only": _("This belongs to a check at school only."),
        "sum": _(
            "present %(present)s + absent %(absent)s + not known %(not_known)s "
            "is not the %(enrolled)s on the roll; correct one of them."
        ),
        "sum_home": _(
            "reached and well %(well)s + reached and ill %(ill)s + not reached %(not_reached)s "
            "is not the %(enrolled)s on the roll; correct one of them."
        ),
        "sum_places": _(
            "The places hold %(places)s people; they must hold everyone reached, "
            "and no more than the %(enrolled)s on the roll."
        ),
        "more_than_present": _("More people with symptoms than are present; move or remove some."),
        "more_than_ill": _("More lines than people reached and ill; move or remove some."),
        "person_twice": _("A person stands in two lines; keep one of them."),
    }
    return sentences[key] % counted


def invalid(found: Mapping[str, Sequence[str]], content: Content) -> Invalid:
    """The refusal that names each field and why."""
    fields = {name: [text(key, content) for key in keys] for name, keys in found.items()}
    return refused(fields)


def refused(fields: Mapping[str, Sequence[str]]) -> Invalid:
    """The refusal of a check with the fields that do not hold."""
    return Invalid(_("This check does not hold together yet."), fields)
