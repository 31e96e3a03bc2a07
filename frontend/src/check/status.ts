import { h } from "../shell/dom";
import { clockTime } from "../shell/texts";
import { isOpen, sentTime, type Item } from "../outbox/item";
import { drop } from "../outbox/store";
import { isNewer, type App } from "./app";
import { restoreHome } from "./home";
import { restoreSchool } from "./school";
import { sumText } from "./sum_text";

/** What became of the check: sent, waiting, or why not; read out when it changes. */
export function drawStatus(app: App): HTMLElement | null {
  const { item } = app.view;
  if (item && isOpen(item)) {
    const theirs = item.state === "conflict" ? onServer(app) : null;
    return h("div", {}, unsent(app, item), theirs);
  }
  if (item?.sentAt && isNewer(app.page, item))
    return sent(app, app.t("sent", { time: clockTime(sentTime(item)) }));
  return onServer(app);
}

/** The answer that the page was drawn with; beside one's own in a conflict, with its sums. */
function onServer(app: App): HTMLElement | null {
  const { current } = app.page;
  if (!current) return null;
  const shown = sent(app, app.t("sent_by", { time: clockTime(current.at), name: current.by }));
  if (app.view.item?.state === "conflict") {
    const answer = { school: restoreSchool(app.page), home: restoreHome(app.page) };
    shown.append(h("div", {}, sumText(app, answer)));
  }
  return shown;
}

function sent(app: App, text: string): HTMLElement {
  const signed = app.page.current?.signed === true;
  return h(
    "div",
    { class: "alert alert-success" },
    h("strong", { class: "fx-status" }, text),
    signed && h("div", {}, app.t("signed")),
  );
}

function unsent(app: App, item: Item): HTMLElement {
  const bad = item.state === "conflict" || item.state === "refused" || item.state === "forbidden";
  const key =
    item.state === "sent"
      ? "sent"
      : item.state === "waiting" && !app.view.kept
        ? "not_kept"
        : item.state;
  return h(
    "div",
    { class: `alert alert-${bad ? "danger" : "warning"}` },
    h("strong", { class: "fx-status" }, app.t(key)),
    item.problem !== null && problem(item),
    h("div", { class: "btn-list mt-2" }, ...actions(app, item)),
  );
}

function problem(item: Item): HTMLElement {
  const fields = Object.entries(item.problem?.fields ?? {});
  return h(
    "div",
    {},
    item.problem?.detail || null,
    fields.length > 0 &&
      h(
        "ul",
        { class: "mb-0" },
        ...fields.flatMap(([name, texts]) => texts.map((text) => h("li", {}, `${name}: ${text}`))),
      ),
  );
}

function actions(app: App, item: Item): HTMLElement[] {
  const button = (text: string, onclick: () => void): HTMLElement =>
    h("button", { type: "button", class: "btn btn-sm", onclick }, text);
  const link = (text: string, href: string): HTMLElement =>
    h("a", { class: "btn btn-sm", href }, text);
  const here = location.pathname + location.search;
  const retry = button(app.t("retry"), () => document.dispatchEvent(new Event("fx:outbox-send")));
  const discard = button(app.t("discard"), () => void drop(item.key).then(() => location.reload()));
  const reload = link(app.t("compare"), here);
  const newSignIn = link(app.t("sign_in_action"), `/sign-in/?next=${encodeURIComponent(here)}`);
  switch (item.state) {
    case "conflict":
      return [reload, discard];
    case "refused":
      return [discard];
    case "sign_in":
      return [newSignIn];
    default:
      return [retry];
  }
}
