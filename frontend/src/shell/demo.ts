const TICK_MS = 1000;
const SHANGHAI_MS = 8 * 3_600_000;

/** What a demonstration's clock shows `elapsed` ms after it showed `at`, as its bar writes it. */
export function shown(at: string, speed: number, stop: string, elapsed: number): string {
  const ran = Date.parse(at) + elapsed * speed;
  const time = stop ? Math.min(ran, Date.parse(stop)) : ran;
  return new Date(time + SHANGHAI_MS).toISOString().slice(0, 16).replace("T", " ");
}

/** The bar's clock goes on by itself from where the page found it, and asks nobody. */
export function startDemoClock(): void {
  if (!document.getElementById("demo-clock")) return;
  let clock: HTMLElement | null = null;
  let since = performance.now();
  const tick = (): void => {
    const here = document.getElementById("demo-clock") as HTMLTimeElement | null;
    if (here !== clock) {
      clock = here;
      since = performance.now();
    }
    if (!here) return;
    const { speed, stop } = here.dataset;
    const text = shown(here.dateTime, Number(speed), stop ?? "", performance.now() - since);
    if (here.textContent !== text) here.textContent = text;
  };
  tick();
  setInterval(tick, TICK_MS);
}
