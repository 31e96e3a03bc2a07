import { h } from "../shell/dom";
import type { App } from "./app";
import { allReached, allTheRest, call, homeSums, type Called, type Home } from "./home";
import { answerButton, choices, question, stepper } from "./parts";
import { newLine, personKey, withLine } from "./school";
import { openSheet } from "./sheet";
import type { Choice, Person } from "./types";
import { search } from "./view_school";

const SEARCH_FROM = 24;

export function drawHome(app: App): HTMLElement {
  const { home } = app.view;
  const { page } = app;
  const before = h("div", {});
  if (page.roster && page.current && home.answer === "unanswered") before.append(wasSent(app));
  if (home.answer === "unanswered")
    return h("div", {}, before, ask(app), page.roster && sheet(app, page.roster));
  return h(
    "div",
    {},
    page.roster ? sheet(app, page.roster) : counts(app),
    page.roster ? whereRest(app) : wherePlaces(app),
  );
}

function change(app: App, home: Partial<Home>): void {
  app.set({ home: { ...app.view.home, ...home } });
}

export function wasSent(app: App): HTMLElement {
  const body = app.page.current?.body ?? {};
  const n = (key: string): string => String(body[key] ?? "—");
  return h(
    "p",
    { class: "fx-hint" },
    app.t("was_sent", {
      well: n("reached_well"),
      ill: n("reached_ill"),
      not_reached: n("not_reached"),
    }),
  );
}

function ask(app: App): HTMLElement {
  const { home } = app.view;
  return question(
    app.t("question_home", { n: home.enrolled }),
    answerButton(app.t("yes_home"), "yes", () => app.set({ home: allReached(app.page, home) })),
    answerButton(app.t("no_home"), "no", () => change(app, { answer: "some" })),
  );
}

/** The call sheet: not yet reached first. */
function sheet(app: App, roster: readonly Person[]): HTMLElement {
  const { home, filter } = app.view;
  const wanted = filter.trim().toLowerCase();
  const shown = roster.filter(({ name }) => name.toLowerCase().includes(wanted));
  const toReach = shown.filter(({ id }) => !home.people[id]);
  const reached = shown.filter(({ id }) => home.people[id]);
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "card-body" },
      h("p", { class: "fx-hint" }, app.t("tap_home")),
      roster.length > SEARCH_FROM && search(app),
      toReach.length > 0 &&
        h("h2", { class: "fx-list-title" }, app.t("to_reach", { n: toReach.length })),
      h("ul", { class: "fx-calls" }, ...toReach.map((person) => row(app, person))),
      reached.length > 0 &&
        h("h2", { class: "fx-list-title" }, app.t("reached", { n: reached.length })),
      h("ul", { class: "fx-calls" }, ...reached.map((person) => row(app, person))),
    ),
  );
}

function row(app: App, person: Person): HTMLElement {
  const called = app.view.home.people[person.id];
  const options: Choice[] = [
    { code: "well", label: app.t("reached_well") },
    { code: "ill", label: app.t("reached_ill") },
  ];
  const place = app.page.places.find(({ code }) => code === called?.place)?.label;
  const name = h(
    "button",
    {
      type: "button",
      class: "fx-call-name",
      "data-focus": `name-${person.id}`,
      disabled: !called,
      onclick: () => void edit(app, person),
    },
    person.name,
    place !== undefined && h("small", {}, place),
  );
  return h(
    "li",
    { class: "fx-call" },
    h("div", { class: "fx-call-who" }, name, telephone(app, person)),
    choices(options, called?.reached ?? null, `call-${person.id}`, (code) =>
      mark(app, person, code),
    ),
  );
}

function telephone(app: App, { name, phone }: Person): HTMLElement | null {
  if (!phone) return null;
  const label = app.t("call", { name });
  return h(
    "a",
    { class: "fx-tel", href: `tel:${phone}`, "aria-label": `${label} ${phone}` },
    phone,
  );
}

function mark(app: App, person: Person, code: string): void {
  const { home } = app.view;
  const before = home.people[person.id];
  const taken = before?.reached === code;
  const called: Called | null = taken
    ? null
    : { reached: code as Called["reached"], place: before?.place ?? null };
  app.set({ home: call(home, person.id, called) });
  if (called?.reached === "ill") void edit(app, person);
}

async function edit(app: App, person: Person): Promise<void> {
  const { home } = app.view;
  const key = personKey(person.id);
  const called = home.people[person.id];
  const result = await openSheet(app, {
    title: person.name,
    marks: [
      { code: "well", label: app.t("reached_well") },
      { code: "ill", label: app.t("reached_ill") },
      { code: "none", label: app.t("not_reached") },
    ],
    detailed: ["ill"],
    mark: called?.reached ?? null,
    line: home.lines.find((line) => line.key === key) ?? null,
    places: { options: app.page.places, chosen: called?.place ?? null },
    named: false,
    removable: false,
  });
  if (result === null || result === "remove") return;
  if (result.mark === "none") return app.set({ home: call(app.view.home, person.id, null) });
  const next = call(app.view.home, person.id, {
    reached: result.mark as Called["reached"],
    place: result.place,
  });
  if (result.mark !== "ill") return app.set({ home: next });
  const line = { ...newLine(key, "symptomatic", person.id, person.name), ...pick(result) };
  app.set({ home: { ...next, lines: withLine(next.lines, line) } });
}

function pick(result: { symptoms: readonly string[]; temperature: number | null }): {
  symptoms: readonly string[];
  temperature: number | null;
} {
  return { symptoms: result.symptoms, temperature: result.temperature };
}

function whereRest(app: App): HTMLElement | null {
  const { home } = app.view;
  const placed = Object.values(home.people).filter((called) => called.place).length;
  const open = Object.keys(home.people).length - placed;
  if (open === 0) return null;
  return h(
    "section",
    { class: "card fx-rest" },
    h(
      "div",
      { class: "card-body" },
      h("h2", {}, app.t("where_rest", { n: open })),
      choices(app.page.places, home.restPlace, "where", (restPlace) => change(app, { restPlace })),
    ),
  );
}

function counts(app: App): HTMLElement {
  const { home } = app.view;
  return h(
    "section",
    { class: "card" },
    h(
      "div",
      { class: "card-body" },
      stepper(app, app.t("enrolled"), home.enrolled, "enrolled", (enrolled) =>
        change(app, { enrolled }),
      ),
      stepper(app, app.t("reached_well"), home.well, "well", (well) => change(app, { well })),
      stepper(app, app.t("reached_ill"), home.ill, "ill", (ill) => change(app, { ill })),
    ),
  );
}

function wherePlaces(app: App): HTMLElement | null {
  const { home } = app.view;
  if (home.well + home.ill === 0) return null;
  const nowhere = homeSums(app.page, home)?.nowhere ?? 0;
  const fill = (code: string): HTMLElement | undefined =>
    nowhere > 0
      ? h(
          "button",
          {
            type: "button",
            class: "btn btn-sm",
            "data-focus": `fill-${code}`,
            onclick: () => app.set({ home: allTheRest(app.page, home, code) }),
          },
          app.t("rest_here", { n: nowhere }),
        )
      : undefined;
  return h(
    "section",
    { class: "card fx-rest" },
    h(
      "div",
      { class: "card-body" },
      h("h2", {}, nowhere > 0 ? app.t("where_rest", { n: nowhere }) : app.t("place")),
      ...app.page.places.map(({ code, label }) =>
        stepper(
          app,
          label,
          home.places[code] ?? 0,
          `at-${code}`,
          (n) => change(app, { places: { ...home.places, [code]: n } }),
          fill(code),
        ),
      ),
    ),
  );
}
