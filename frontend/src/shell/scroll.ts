const WIDE = ".table-responsive";

/** A table wider than the screen is scrolled by keyboard too: it may have the focus. */
export function startScroll(): void {
  letFocus();
  window.addEventListener("resize", letFocus);
  document.body.addEventListener("htmx:afterSettle", letFocus);
}

function letFocus(): void {
  for (const box of document.querySelectorAll<HTMLElement>(WIDE)) {
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
  }
}
