import { h, redraw } from "../shell/dom";
import { isHome, needsBehalf, payload, type App } from "./app";
import { homeSums, placesGiven } from "./home";
import { choices } from "./parts";
import { sums } from "./school";
import { drawStatus } from "./status";
import { sumText } from "./sum_text";
import { drawHome, wasSent } from "./view_home";
import { drawSchool } from "./view_school";

/** Draw the whole island anew; it is small enough for that on an old phone. */
export function draw(root: HTMLElement, status: HTMLElement, app: App, send: () => void): void {
  const shown = drawStatus(app);
  if (shown?.outerHTML !== status.firstElementChild?.outerHTML)
    status.replaceChildren(...(shown ? [shown] : []));
  if (!app.view.editing) return redraw(root, correct(app));
  redraw(root, isHome(app.page) ? drawHome(app) : drawSchool(app), behalf(app), footer(app, send));
}

function correct(app: App): HTMLElement {
  return h(
    "div",
    {},
    app.view.item?.state === "conflict" && h("p", { class: "fx-mine" }, app.t("mine")),
    sumLine(app) ?? (isHome(app.page) && app.page.current ? wasSent(app) : null),
    h(
      "button",
      {
        type: "button",
        class: "btn fx-correct",
        "data-focus": "correct",
        onclick: () => app.set({ editing: true }),
      },
      app.t("correct"),
    ),
  );
}

/** "present 42 + absent 3 + not known 0 = 45", or what is still to be said. */
function sumLine(app: App): HTMLElement | null {
  const text = sumText(app, app.view);
  return text ? h("p", { class: "fx-sum", role: "status" }, text) : null;
}

/** Why it cannot be sent yet; "" when nothing was answered or nothing is missing. */
function missing(app: App): string {
  const { page, view } = app;
  const part = isHome(page) ? missingHome(app) : missingSchool(app);
  return part || (needsBehalf(page, view) ? app.t("ask_behalf") : "");
}

function missingHome({ page, view, t }: App): string {
  if (view.home.answer === "unanswered") return "";
  if (homeSums(page, view.home)) return placesGiven(page, view.home) ? "" : t("ask_where");
  return t(view.home.well + view.home.ill > view.home.enrolled ? "too_many" : "too_many_places");
}

function missingSchool({ view, t }: App): string {
  const { school } = view;
  if (school.answer !== "some" || sums(school)) return "";
  return t(school.lines.length > school.enrolled ? "too_many" : "ask_rest");
}

function footer(app: App, send: () => void): HTMLElement {
  const ready = payload(app) !== null;
  const why = missing(app);
  return h(
    "div",
    { class: "fx-send" },
    sumLine(app),
    why !== "" && h("p", { class: "fx-sum fx-missing", id: "check-missing" }, why),
    h(
      "button",
      {
        type: "button",
        class: "btn btn-primary fx-send-button",
        "data-focus": "send",
        disabled: !ready || app.view.sending,
        "aria-describedby": why ? "check-missing" : null,
        onclick: send,
      },
      app.t(app.view.sending ? "sending" : "send"),
    ),
  );
}

function behalf(app: App): HTMLElement | null {
  const asked = app.page.behalf;
  if (!asked) return null;
  const given = app.view.behalf;
  const whole = h(
    "details",
    {
      class: "card fx-behalf",
      open: app.view.behalfOpen,
      ontoggle: () => app.note({ behalfOpen: whole.open }),
    },
    h("summary", { class: "card-header", "data-focus": "behalf" }, app.t("behalf")),
    h(
      "div",
      { class: "card-body" },
      behalfField(app, "behalf-of", "behalf_of", "of"),
      h("h2", { class: "form-label" }, app.t("channel")),
      choices(asked.channels, given.channel, "channel", (code) => {
        const now = app.view.behalf;
        app.set({ behalf: { ...now, channel: code === now.channel ? "" : code } });
      }),
      behalfField(app, "behalf-told", "told_at", "toldAt"),
    ),
  );
  return whole;
}

/** Drawn anew only when it was left: a name may still be in the making on the keyboard. */
function behalfField(
  app: App,
  id: string,
  label: "behalf_of" | "told_at",
  key: "of" | "toldAt",
): HTMLElement {
  const told = (): Partial<App["view"]> => ({ behalf: { ...app.view.behalf, [key]: input.value } });
  const input = h("input", {
    class: "form-control",
    id,
    type: key === "toldAt" ? "time" : "text",
    value: app.view.behalf[key],
    "data-focus": id,
    oninput: () => app.note(told()),
    onchange: key === "of" && (() => app.set(told())),
  });
  return h(
    "div",
    { class: "mb-3" },
    h("label", { class: "form-label", for: id }, app.t(label)),
    input,
  );
}
