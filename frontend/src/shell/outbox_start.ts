import { pageReader } from "./reader";

const EVERY_MS = 5000;
const HINT = "fangxian-outbox";

function maybeSomething(): boolean {
  try {
    return localStorage.getItem(HINT) === "1";
  } catch {
    return true;
  }
}

/** Send what waits on this phone: now, when the network returns, when the person returns. */
async function run(eager: boolean): Promise<void> {
  const reader = pageReader();
  if (!reader || !maybeSomething()) return;
  const [{ flush }, { showOutbox }] = await Promise.all([
    import("../outbox/flush"),
    import("../outbox/panel"),
  ]);
  await showOutbox(reader);
  if (navigator.onLine) await flush(reader, eager);
  await showOutbox(reader);
}

export function startOutbox(): void {
  const attempt = (eager: boolean): void => {
    void run(eager).catch((error: unknown) => console.warn("outbox", error));
  };
  attempt(true);
  window.addEventListener("online", () => attempt(true));
  document.addEventListener("fx:outbox-send", () => attempt(true));
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "visible") attempt(true);
  });
  setInterval(() => attempt(false), EVERY_MS);
}
