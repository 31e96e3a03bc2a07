import type { ApiLine, CheckPage, Line, Mark, OnBehalf, Payload } from "./types";

export const ABSENCES: readonly Mark[] = ["ill", "leave", "unknown_cause", "other"];

/** A school session as it is being entered. Nobody is well until the person here says so. */
export interface School {
  readonly enrolled: number;
  readonly answer: "unanswered" | "all_well" | "some";
  readonly lines: readonly Line[];
  /** What is true of everyone without a line; asked, never assumed. */
  readonly rest: "present" | "not_known" | null;
}

export interface Sums {
  readonly enrolled: number;
  readonly present: number;
  readonly absent: number;
  readonly notKnown: number;
  readonly symptomatic: number;
  /** People without a line of their own. */
  readonly others: number;
}

export function emptySchool(enrolled: number): School {
  return { enrolled, answer: "unanswered", lines: [], rest: null };
}

export function countOf(state: School, mark: Mark): number {
  return state.lines.filter((line) => line.mark === mark).length;
}

/** The sums as they stand, or null while the question about everyone else is open. */
export function sums(state: School): Sums | null {
  if (state.answer === "unanswered") return null;
  const lines = state.answer === "all_well" ? [] : state.lines;
  const others = state.enrolled - lines.length;
  const rest = state.answer === "all_well" || others === 0 ? "present" : state.rest;
  if (rest === null || others < 0) return null;
  const absent = lines.filter((line) => ABSENCES.includes(line.mark)).length;
  const said = lines.filter((line) => line.mark === "not_known").length;
  const notKnown = said + (rest === "not_known" ? others : 0);
  return {
    enrolled: state.enrolled,
    present: state.enrolled - absent - notKnown,
    absent,
    notKnown,
    symptomatic: lines.filter((line) => line.mark === "symptomatic").length,
    others,
  };
}

/** The body of `POST /api/v1/checks`; null while something is still to be answered. */
export function schoolPayload(page: CheckPage, state: School, behalf?: OnBehalf): Payload | null {
  const total = sums(state);
  if (!total) return null;
  const lines = state.answer === "all_well" ? [] : state.lines;
  return {
    unit: page.unit,
    day: page.day,
    session: page.session,
    enrolled: total.enrolled,
    present: total.present,
    not_known: total.notKnown,
    absences: lines
      .filter((line) => ABSENCES.includes(line.mark))
      .map((line) => apiLine(line, true)),
    symptomatic_present: lines
      .filter((line) => line.mark === "symptomatic")
      .map((line) => apiLine(line, false)),
    ...common(page, behalf),
  };
}

/** What a school's and a home check share. */
export function common(page: CheckPage, behalf?: OnBehalf): Payload {
  const shared: Payload = {};
  if (page.current) shared["revises"] = page.current.id;
  if (behalf?.channel) {
    shared["on_behalf_of"] = behalf.of;
    shared["channel"] = behalf.channel;
    if (behalf.toldAt) shared["told_at"] = `${page.day}T${behalf.toldAt}:00+08:00`;
  }
  return shared;
}

export function apiLine(line: Line, withReason: boolean): ApiLine {
  return {
    ...(line.person !== null ? { person: line.person } : {}),
    ...(line.person === null && line.name ? { name: line.name } : {}),
    ...(withReason ? { reason: line.mark } : {}),
    symptoms: [...line.symptoms],
    temperature: line.temperature,
  };
}

/** Put a line in the place of the one with its key, or at the end. */
export function withLine(lines: readonly Line[], line: Line): Line[] {
  const at = lines.findIndex((other) => other.key === line.key);
  return at < 0 ? [...lines, line] : lines.map((other, index) => (index === at ? line : other));
}

export function withoutLine(lines: readonly Line[], key: string): Line[] {
  return lines.filter((line) => line.key !== key);
}

export function newLine(key: string, mark: Mark, person: Line["person"] = null, name = ""): Line {
  return { key, person, name, mark, symptoms: [], temperature: null };
}

/** The state that a check already on the server was entered from, for correcting it. */
export function restoreSchool(page: CheckPage): School {
  const body = page.current?.body;
  if (!body) return emptySchool(page.enrolled);
  const absences = restoreLines(page, body["absences"], "absent");
  const symptomatic = restoreLines(page, body["symptomatic_present"], "here", "symptomatic");
  const enrolled = Number(body["enrolled"] ?? page.enrolled);
  const notKnown = Number(body["not_known"] ?? 0);
  const lines = [...absences, ...symptomatic];
  const everyoneElse = enrolled - lines.length;
  if (notKnown > 0 && notKnown === everyoneElse) {
    return { enrolled, answer: "some", lines, rest: "not_known" };
  }
  for (let n = 0; n < notKnown; n += 1) lines.push(newLine(`unknown-${n}`, "not_known"));
  if (lines.length === 0) return { enrolled, answer: "all_well", lines, rest: null };
  return { enrolled, answer: "some", lines, rest: "present" };
}

export function restoreLines(page: CheckPage, value: unknown, prefix: string, mark?: Mark): Line[] {
  if (!Array.isArray(value)) return [];
  return (value as ApiLine[]).map((line, index) => {
    const person = page.roster?.find((one) => one.id === line.person);
    return {
      key: person ? personKey(person.id) : `${prefix}-${index}`,
      person: line.person ?? null,
      name: person?.name ?? line.name ?? "",
      mark: mark ?? (line.reason as Mark),
      symptoms: line.symptoms ?? [],
      temperature: line.temperature ?? null,
    };
  });
}

export function personKey(id: number | string): string {
  return `p-${id}`;
}

/** A temperature as typed: "" is not measured (null); anything else must be plausible. */
export function readTemperature(text: string): number | null | "implausible" {
  const cleaned = text.trim().replace(",", ".").replace("。", ".");
  if (cleaned === "") return null;
  const degrees = Number(cleaned);
  if (!Number.isFinite(degrees) || degrees < 34 || degrees > 43) return "implausible";
  return Math.round(degrees * 10) / 10;
}
