import { h } from "../shell/dom";
import { clockTime, say, type Texts } from "../shell/texts";
import { isOpen, sentTime, type Item } from "./item";
import { itemsOf, waitingForOthers } from "./store";

let shown = "";

/** Show what waits on this phone: a count in the top bar, and a list above the page. */
export async function showOutbox(reader: string): Promise<void> {
  const open = (await itemsOf(reader)).filter(isOpen);
  const others = await waitingForOthers(reader);
  const key = JSON.stringify([open.map((item) => [item.key, item.state, item.version]), others]);
  if (key === shown) return;
  shown = key;
  showBadge(open);
  showList(open, others);
}

function showBadge(open: readonly Item[]): void {
  const badge = document.getElementById("outbox-badge");
  if (!badge) return;
  const trouble = open.filter((item) => item.state !== "waiting").length;
  const key = trouble ? "trouble" : "waiting";
  badge.hidden = open.length === 0;
  badge.textContent = say(badge.dataset, key, { n: trouble || open.length });
}

function showList(open: readonly Item[], others: number): void {
  const list = document.getElementById("outbox");
  const texts = document.getElementById("outbox-texts")?.dataset;
  if (!list || !texts) return;
  // A check's own page says it in its own place.
  const elsewhere = open.filter((item) => item.page !== location.pathname);
  list.hidden = elsewhere.length === 0 && others === 0;
  if (list.hidden) return list.replaceChildren();
  list.replaceChildren(
    h(
      "section",
      { class: "alert alert-warning", "aria-label": say(texts, "heading"), role: "status" },
      ...elsewhere.map((item) => row(item, texts)),
      others > 0 && h("p", { class: "mb-0" }, say(texts, "other", { n: others })),
    ),
  );
}

function row(item: Item, texts: Texts): HTMLElement {
  return h(
    "div",
    { class: "fx-outbox-row" },
    h("div", {}, h("strong", {}, item.title), " ", h("span", {}, stateText(item, texts))),
    h(
      "div",
      { class: "btn-list" },
      h("a", { class: "btn btn-sm", href: item.page }, say(texts, "open")),
      h(
        "button",
        {
          class: "btn btn-sm",
          type: "button",
          onclick: () => document.dispatchEvent(new Event("fx:outbox-send")),
        },
        say(texts, "retry"),
      ),
    ),
  );
}

/** What became of an item, in a sentence. */
export function stateText(item: Item, texts: Texts): string {
  if (item.state === "sent") return say(texts, "sent", { time: clockTime(sentTime(item)) });
  const keys = {
    waiting: "waiting",
    sign_in: "signIn",
    forbidden: "forbidden",
    conflict: "conflict",
    refused: "refused",
  } as const;
  return [say(texts, keys[item.state]), item.problem?.detail].filter(Boolean).join(" ");
}
