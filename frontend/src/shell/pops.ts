/** Close an open pop-up menu on Escape, and when the person turns elsewhere. */
export function startPops(): void {
  document.addEventListener("click", (event) => {
    closeAll((pop) => !pop.contains(event.target as Node));
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeAll(() => true, true);
  });
}

function closeAll(chosen: (pop: HTMLDetailsElement) => boolean, refocus = false): void {
  for (const pop of document.querySelectorAll<HTMLDetailsElement>("details.fx-pop[open]")) {
    if (!chosen(pop)) continue;
    pop.open = false;
    if (refocus) pop.querySelector("summary")?.focus();
  }
}
