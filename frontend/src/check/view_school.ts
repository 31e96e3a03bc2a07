import { h } from "../shell/dom";
import type { App } from "./app";
import { answerButton, choices, question, stepper } from "./parts";
import {
  ABSENCES,
  countOf,
  newLine,
  personKey,
  withLine,
  withoutLine,
  type School,
} from "./school";
import { openSheet } from "./sheet";
import type { Choice, Line, Mark, Person } from "./types";

const DETAILED: readonly Mark[] = ["ill", "unknown_cause", "symptomatic"];
const SEARCH_FROM = 24;

export function drawSchool(app: App): HTMLElement {
  const { school } = app.view;
  if (school.answer === "unanswered") return ask(app);
  if (school.answer === "all_well") return settled(app);
  return h(
    "div",
    {},
    settled(app),
    app.page.roster ? people(app, app.page.roster) : counts(app),
    everyoneElse(app),
  );
}

function change(app: App, school: Partial<School>): void {
  app.set({ school: { ...app.view.school, ...school } });
}

function ask(app: App): HTMLElement {
  const n = app.view.school.enrolled;
  return question(
    app.t("question", { n }),
    answerButton(app.t("yes"), "yes", () => change(app, { answer: "all_well" })),
    answerButton(app.t("no"), "no", () => change(app, { answer: "some" })),
  );
}

/** The answer given, small, with the way back. */
function settled(app: App): HTMLElement {
  const yes = app.view.school.answer === "all_well";
  return h(
    "div",
    { class: "fx-settled" },
    h("strong", {}, app.t(yes ? "yes" : "no")),
    h(
      "button",
      {
        type: "button",
        class: "btn btn-sm",
        "data-focus": "change",
        onclick: () => change(app, { answer: "unanswered" }),
      },
      app.t("change_answer"),
    ),
  );
}

export function markLabel(app: App, mark: string): string {
  if (mark === "not_known" || mark === "symptomatic") return app.t(mark);
  return app.page.reasons.find(({ code }) => code === mark)?.label ?? mark;
}

function marks(app: App): Choice[] {
  return [...ABSENCES, "not_known", "symptomatic"].map((code) => ({
    code,
    label: markLabel(app, code),
  }));
}

function people(app: App, roster: readonly Person[]): HTMLElement {
  const { lines } = app.view.school;
  const wanted = app.view.filter.trim().toLowerCase();
  const shown = roster.filter(({ name }) => name.toLowerCase().includes(wanted));
  const nameless = lines.filter((line) => !roster.some(({ id }) => personKey(id) === line.key));
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "card-body" },
      h("p", { class: "fx-hint" }, app.t("tap")),
      roster.length > SEARCH_FROM && search(app),
      h(
        "div",
        { class: "fx-people" },
        ...shown.map((person) => chip(app, personKey(person.id), person.name, person.id)),
        ...nameless.map((line, index) =>
          chip(app, line.key, line.name || app.t("nameless", { n: index + 1 }), null),
        ),
      ),
    ),
  );
}

export function search(app: App): HTMLElement {
  const input = h("input", {
    class: "form-control fx-find",
    type: "search",
    placeholder: app.t("find"),
    "aria-label": app.t("find"),
    "data-focus": "find",
    value: app.view.filter,
    // An input method composes names from letters: only a name that stands is looked for.
    oninput: (event) => {
      if (!(event as InputEvent).isComposing) app.set({ filter: input.value });
    },
    oncompositionend: () => app.set({ filter: input.value }),
  });
  return input;
}

function chip(app: App, key: string, name: string, id: Person["id"] | null): HTMLElement {
  const line = app.view.school.lines.find((one) => one.key === key) ?? null;
  return h(
    "button",
    {
      type: "button",
      class: `fx-person${line ? ` fx-person-${line.mark}` : ""}`,
      "data-focus": key,
      onclick: () => void edit(app, key, name, id, line),
    },
    h("span", { class: "fx-person-name" }, name),
    line && h("small", {}, describe(app, line)),
  );
}

export function describe(app: App, line: Line): string {
  const symptoms = line.symptoms.map(
    (code) => app.page.symptoms.find((one) => one.code === code)?.label ?? code,
  );
  const degrees = line.temperature === null ? [] : [`${line.temperature.toFixed(1)} °C`];
  return [markLabel(app, line.mark), ...symptoms, ...degrees].join(" · ");
}

async function edit(
  app: App,
  key: string,
  name: string,
  id: Person["id"] | null,
  line: Line | null,
): Promise<void> {
  const well: Choice = { code: "well", label: app.t("well_again") };
  const counted = app.page.roster === null;
  const result = await openSheet(app, {
    title: name,
    marks: counted ? [] : line ? [...marks(app), well] : marks(app),
    detailed: DETAILED,
    mark: line?.mark ?? null,
    line,
    named: counted,
    removable: counted,
  });
  if (result === null) return;
  const { lines } = app.view.school;
  if (result === "remove" || result.mark === "well")
    return change(app, { lines: withoutLine(lines, key) });
  const known = id === null ? result.name || line?.name || "" : name;
  change(app, {
    lines: withLine(lines, {
      ...newLine(key, result.mark as Mark, id, known),
      symptoms: result.symptoms,
      temperature: result.temperature,
    }),
  });
}

/** Without a roster: how many, and for each, if one wants, who and how. */
function counts(app: App): HTMLElement {
  const { school } = app.view;
  const step = (mark: Mark): HTMLElement =>
    stepper(app, markLabel(app, mark), countOf(school, mark), mark, (n) => setCount(app, mark, n));
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "card-body" },
      stepper(app, app.t("enrolled"), school.enrolled, "enrolled", (enrolled) =>
        change(app, { enrolled }),
      ),
      ...ABSENCES.map(step),
      step("not_known"),
      step("symptomatic"),
      details(app),
    ),
  );
}

function setCount(app: App, mark: Mark, wanted: number): void {
  const { lines, enrolled } = app.view.school;
  const same = lines.filter((line) => line.mark === mark);
  const others = lines.filter((line) => line.mark !== mark);
  const kept = same.slice(0, wanted);
  const used = new Set(lines.map((line) => line.key));
  for (let n = 0; kept.length < Math.min(wanted, enrolled); n += 1)
    if (!used.has(`${mark}-${n}`)) kept.push(newLine(`${mark}-${n}`, mark));
  change(app, { lines: [...others, ...kept] });
}

function details(app: App): HTMLElement | null {
  const lines = app.view.school.lines.filter((line) => line.mark !== "not_known");
  if (lines.length === 0) return null;
  return h(
    "div",
    { class: "fx-details" },
    h("p", { class: "fx-hint" }, app.t("details")),
    h(
      "div",
      { class: "fx-people" },
      ...lines.map((line, index) =>
        chip(app, line.key, line.name || app.t("nameless", { n: index + 1 }), null),
      ),
    ),
  );
}

function everyoneElse(app: App): HTMLElement | null {
  const { school } = app.view;
  const others = school.enrolled - school.lines.length;
  if (others <= 0) return null;
  return h(
    "section",
    { class: "card fx-rest" },
    h(
      "div",
      { class: "card-body" },
      h("h2", {}, app.t("rest", { n: others })),
      choices(
        [
          { code: "present", label: app.t("rest_present") },
          { code: "not_known", label: app.t("rest_not_known") },
        ],
        school.rest,
        "rest",
        (rest) => change(app, { rest: rest as School["rest"] }),
      ),
    ),
  );
}
