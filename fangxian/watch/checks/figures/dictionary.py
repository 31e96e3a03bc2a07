"""The indicators that checks can give, with what each means exactly."""

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from fangxian.watch.checks.figures.statements import COUNTED_SYMPTOMS
from fangxian.watch.checks.labels import SYMPTOMS
from fangxian.watch.reporting.indicators import Indicator, Measure, Section

ROLL = (
    Indicator(
        "enrolled",
        _("On the roll"),
        _("People on the roll of the groups that have answered."),
        Section.ROLL,
    ),
    Indicator(
        "accounted",
        _("Accounted for"),
        _("Of those, people whose state is known, or who were reached."),
        Section.ROLL,
    ),
    Indicator(
        "not_known",
        _("Not known or not reached"),
        _("Of those, people of whom nobody can say, or who could not be reached."),
        Section.ROLL,
        zero=True,
    ),
)
PLACES = (
    Indicator(
        "present",
        _("On campus"),
        _("On a school day those present; on days at home those staying on campus."),
        Section.PLACE,
        complement=True,
    ),
    Indicator("in_city", _("In the city"), _("At home: in the school's city."), Section.PLACE),
    Indicator(
        "in_province",
        _("In the province"),
        _("At home: elsewhere in the province."),
        Section.PLACE,
    ),
    Indicator(
        "elsewhere",
        _("Elsewhere in the country"),
        _("At home: in another province."),
        Section.PLACE,
    ),
    Indicator("abroad", _("Abroad"), _("At home: outside the country."), Section.PLACE),
)
ABSENCES = (
    Indicator(
        "absent_ill",
        _("Absent, ill"),
        _("Not at school because of illness."),
        Section.ABSENCE,
        zero=True,
        about_health=True,
    ),
    Indicator(
        "absent_leave", _("Absent, on leave"), _("Not at school, on leave."), Section.ABSENCE
    ),
    Indicator(
        "absent_unknown",
        _("Absent, cause unknown"),
        _("Not at school, and the cause is not known yet."),
        Section.ABSENCE,
        zero=True,
    ),
    Indicator(
        "absent_other",
        _("Absent for another reason"),
        _("Not at school for another reason."),
        Section.ABSENCE,
    ),
)
ILLNESS = (
    Indicator(
        "ill",
        _("Ill"),
        _("Absent ill, or at school with symptoms; on days at home reached and ill."),
        Section.HEALTH,
        zero=True,
        about_health=True,
    ),
    Indicator(
        "symptomatic_present",
        _("At school with symptoms"),
        _("Present on a school day with symptoms."),
        Section.HEALTH,
        zero=True,
        about_health=True,
    ),
    Indicator(
        "fever",
        _("Fever"),
        _("Measured at 37.3 °C or more, or told as fever."),
        Section.HEALTH,
        zero=True,
        about_health=True,
    ),
)
NEW = (
    Indicator(
        "new_ill",
        _("Newly ill"),
        _("Illnesses that became known since the last signed cut-off; still being ill is not new."),
        Section.NEW,
        Measure.NEW,
        zero=True,
        about_health=True,
    ),
    Indicator(
        "new_fever",
        _("New fever"),
        _("Fevers that became known since the last signed cut-off; still having it is not new."),
        Section.NEW,
        Measure.NEW,
        zero=True,
        about_health=True,
    ),
)
SYMPTOMS_TOLD = tuple(
    Indicator(
        symptom.value,
        SYMPTOMS[symptom],
        format_lazy(_("People told of with this symptom: {symptom}."), symptom=SYMPTOMS[symptom]),
        Section.HEALTH,
        zero=True,
        about_health=True,
    )
    for symptom in COUNTED_SYMPTOMS
)
INDICATORS = (*ROLL, *PLACES, *ABSENCES, *ILLNESS, *SYMPTOMS_TOLD, *NEW)
