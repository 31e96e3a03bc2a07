import { h } from "../shell/dom";
import type { App } from "./app";
import type { Choice } from "./types";

/** A row of buttons of which one is chosen; nothing is chosen to begin with. */
export function choices(
  options: readonly Choice[],
  chosen: string | null,
  focus: string,
  pick: (code: string) => void,
): HTMLElement {
  return h(
    "div",
    { class: "fx-choice-row" },
    ...options.map(({ code, label }) =>
      h(
        "button",
        {
          type: "button",
          class: "fx-choice",
          "aria-pressed": code === chosen ? "true" : "false",
          "data-focus": `${focus}-${code}`,
          onclick: () => pick(code),
        },
        label,
      ),
    ),
  );
}

/** Buttons of which several may be chosen. */
export function toggles(
  options: readonly Choice[],
  chosen: ReadonlySet<string>,
  flip: (code: string, on: boolean) => void,
): HTMLElement {
  return h(
    "div",
    { class: "fx-choice-row" },
    ...options.map(({ code, label }) => {
      const button = h(
        "button",
        {
          type: "button",
          class: "fx-choice",
          "aria-pressed": chosen.has(code) ? "true" : "false",
          onclick: () => {
            const on = button.getAttribute("aria-pressed") !== "true";
            button.setAttribute("aria-pressed", String(on));
            flip(code, on);
          },
        },
        label,
      );
      return button;
    }),
  );
}

/** A number with − and +, for groups whose people are only counted. */
export function stepper(
  app: App,
  label: string,
  value: number,
  focus: string,
  set: (value: number) => void,
  after?: Node,
): HTMLElement {
  const typed = (): number => Math.trunc(Number(input.value)) || 0;
  const step = (by: number, key: "decrease" | "increase", sign: string): HTMLElement =>
    h(
      "button",
      {
        type: "button",
        class: "fx-step",
        "aria-label": app.t(key, { label }),
        "data-focus": `${focus}${by}`,
        disabled: value + by < 0,
        onclick: () => set(Math.max(0, typed() + by)),
      },
      sign,
    );
  const input = h("input", {
    class: "fx-step-value",
    type: "number",
    inputmode: "numeric",
    min: 0,
    value,
    "aria-label": label,
    "data-focus": focus,
    onchange: () => set(Math.max(0, typed())),
  });
  return h(
    "div",
    { class: "fx-stepper" },
    h("span", { class: "fx-stepper-label" }, label),
    h(
      "span",
      { class: "fx-stepper-end" },
      after ?? null,
      step(-1, "decrease", "−"),
      input,
      step(1, "increase", "+"),
    ),
  );
}

/** The question that opens the page, with its two large answers. */
export function question(text: string, yes: HTMLElement, no: HTMLElement): HTMLElement {
  return h(
    "section",
    { class: "card fx-question" },
    h("div", { class: "card-body" }, h("h2", {}, text), h("div", { class: "fx-answers" }, yes, no)),
  );
}

export function answerButton(text: string, tone: "yes" | "no", onclick: () => void): HTMLElement {
  return h(
    "button",
    { type: "button", class: `btn fx-answer fx-answer-${tone}`, "data-focus": tone, onclick },
    text,
  );
}
