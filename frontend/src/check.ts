import { makeApp, payload, type App } from "./check/app";
import { draftOf, withDraft, type Draft } from "./check/draft";
import { afterPress } from "./check/press";
import type { CheckPage } from "./check/types";
import { draw } from "./check/view";
// Not used here by name, but a kept page must find the sender without a network.
import "./outbox/flush";
import "./outbox/panel";
import { keyOf, saved, type Item } from "./outbox/item";
import { post } from "./outbox/send";
import { find, keep } from "./outbox/store";
import { h, readJson } from "./shell/dom";
import { keepDraft, readDraft } from "./shell/drafts";
import { keepPage } from "./shell/pages";
import { pageReader } from "./shell/reader";

async function start(page: CheckPage): Promise<void> {
  const root = document.getElementById("check-island");
  if (!root) return;
  const reader = pageReader();
  const key = keyOf({ reader, body: { unit: page.unit, day: page.day, session: page.session } });
  const item = (await find(key).catch(() => undefined)) ?? null;
  const status = h("div", { role: "status", "aria-live": "polite" });
  const island = h("div");
  root.append(status, island);
  const paint = afterPress(() => draw(island, status, app, () => void submit(app, reader)));
  const app = makeApp(page, withDraft(page, item, readDraft<Draft>(key)), (now, quietly) => {
    if (!quietly) paint();
    if (!now.view.sending) keepDraft(key, draftOf(page, now.view));
  });
  app.set({});
  const form = document.getElementById("check-form");
  if (form) form.hidden = true;
  root.hidden = false;
  document.addEventListener("fx:outbox", (event) => {
    const changed = (event as CustomEvent<Item | undefined>).detail;
    if (changed?.key !== key) return;
    app.set({ item: changed, editing: app.view.editing || changed.state === "refused" });
    if (changed.state === "sent") settle();
  });
  await keepPage().catch((error: unknown) => console.warn("offline page", error));
}

/** What the page was drawn with still says that an answer is owed. */
function settle(): void {
  document.getElementById("check-asked")?.remove();
  document.querySelector(".fx-session[aria-current] .fx-badge")?.replaceWith("✓");
}

/** Keep it first, then send it: whatever happens after the first step, nothing is lost. */
async function submit(app: App, reader: string): Promise<void> {
  const body = payload(app);
  if (!body || app.view.sending) return;
  const { api, title } = app.page;
  const entry = { reader, api, title, page: location.pathname, body };
  app.set({ sending: true });
  try {
    const item = await keep(entry, Date.now());
    app.set({ item, sending: false, editing: false });
    document.dispatchEvent(new Event("fx:outbox-send"));
  } catch (error) {
    console.warn("not kept on this phone", error);
    await sendUnkept(app, saved(entry, app.view.item ?? undefined, Date.now()));
  }
  window.scrollTo({ top: 0 });
}

/** Where the browser forbids storage the check is still sent, from this open page only. */
async function sendUnkept(app: App, item: Item): Promise<void> {
  const { answered } = await import("./outbox/item");
  app.set({ item, kept: false, editing: false });
  const result = await post(item.api, item.body ?? {});
  app.set({ item: answered(item, item, result, Date.now()), sending: false });
}

const page = readJson<CheckPage>("check-data");
if (page) void start(page);
