from django.apps import AppConfig


class KernelConfig(AppConfig):
    name = "fangxian.kernel"
    label = "kernel"

    def ready(self) -> None:
        from fangxian.kernel import clock
        from fangxian.kernel.models import Installation

        clock.read_demo_from(Installation.objects.demo_clock)
