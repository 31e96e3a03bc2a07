from django import template
from django.conf import settings

register = template.Library()


@register.simple_tag
def single_sign_on() -> str:
    """What the provider is called on a button; "" where none is configured."""
    said = settings.FANGXIAN
    return said.oidc_name or said.oidc_issuer
