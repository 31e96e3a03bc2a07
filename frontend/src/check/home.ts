import { apiLine, common, personKey, restoreLines } from "./school";
import type { CheckPage, Line, OnBehalf, Payload } from "./types";

export type Reached = "well" | "ill";

export interface Called {
  readonly reached: Reached;
  /** null: as for the rest. */
  readonly place: string | null;
}

/** A home check as it is being entered. Whoever has no mark has not been reached. */
export interface Home {
  readonly enrolled: number;
  readonly answer: "unanswered" | "all_well" | "some";
  /** With a roster: who was reached. */
  readonly people: Readonly<Record<string, Called>>;
  /** Without one: how many. */
  readonly well: number;
  readonly ill: number;
  readonly places: Readonly<Record<string, number>>;
  /** With a roster: where those are who have no place of their own; null: not yet said. */
  readonly restPlace: string | null;
  /** Symptoms of the ill. */
  readonly lines: readonly Line[];
}

export interface HomeSums {
  readonly well: number;
  readonly ill: number;
  readonly notReached: number;
  readonly places: Readonly<Record<string, number>>;
  /** Reached, but nobody said where. */
  readonly nowhere: number;
}

export function emptyHome(enrolled: number): Home {
  return {
    enrolled,
    answer: "unanswered",
    people: {},
    well: 0,
    ill: 0,
    places: {},
    restPlace: null,
    lines: [],
  };
}

/** Answer "yes, reached everyone, all well": an act, so it may set everyone at once. */
export function allReached(page: CheckPage, state: Home): Home {
  const people: Record<string, Called> = {};
  for (const person of page.roster ?? [])
    people[person.id] = { reached: "well", place: state.people[person.id]?.place ?? null };
  return { ...state, answer: "all_well", people, well: state.enrolled, ill: 0, lines: [] };
}

/** The sums as they stand; null before the question is answered or where they cannot be. */
export function homeSums(page: CheckPage, state: Home): HomeSums | null {
  if (state.answer === "unanswered") return null;
  const { well, ill, places } = page.roster ? fromPeople(page, state) : state;
  const notReached = state.enrolled - well - ill;
  const nowhere = well + ill - Object.values(places).reduce((sum, n) => sum + n, 0);
  if (notReached < 0 || nowhere < 0) return null;
  const all = Object.fromEntries(page.places.map(({ code }) => [code, places[code] ?? 0]));
  return { well, ill, notReached, places: all, nowhere };
}

function fromPeople(page: CheckPage, state: Home): Pick<Home, "well" | "ill" | "places"> {
  const places: Record<string, number> = {};
  let well = 0;
  let ill = 0;
  for (const called of Object.values(state.people)) {
    if (called.reached === "well") well += 1;
    else ill += 1;
    const place = called.place ?? state.restPlace;
    if (place && page.places.some(({ code }) => code === place))
      places[place] = (places[place] ?? 0) + 1;
  }
  return { well, ill, places };
}

/** Whether the place is given of everyone reached: whom one reaches can be asked. */
export function placesGiven(page: CheckPage, state: Home): boolean {
  return homeSums(page, state)?.nowhere === 0;
}

export function homePayload(page: CheckPage, state: Home, behalf?: OnBehalf): Payload | null {
  const sum = homeSums(page, state);
  if (!sum || !placesGiven(page, state)) return null;
  const ill = state.lines.filter((line) => line.symptoms.length > 0 || line.temperature !== null);
  return {
    unit: page.unit,
    day: page.day,
    session: page.session,
    enrolled: state.enrolled,
    reached_well: sum.well,
    reached_ill: sum.ill,
    not_reached: sum.notReached,
    places: sum.places,
    ...(ill.length ? { symptomatic_present: ill.map((line) => apiLine(line, false)) } : {}),
    ...common(page, behalf),
  };
}

/**
 * For correcting a check already sent. Only sums and the lines of the ill went to the server, so
 * with a roster the call sheet has as much as these tell; the sums sent are shown above it.
 */
export function restoreHome(page: CheckPage): Home {
  const body = page.current?.body;
  if (!body) return emptyHome(page.enrolled);
  const lines = restoreLines(page, body["symptomatic_present"], "ill", "symptomatic");
  const enrolled = Number(body["enrolled"] ?? page.enrolled);
  const known = { ...emptyHome(enrolled), lines };
  const counted = {
    well: Number(body["reached_well"] ?? 0),
    ill: Number(body["reached_ill"] ?? 0),
    places: (body["places"] as Home["places"] | undefined) ?? {},
  };
  if (!page.roster) return { ...known, ...counted, answer: "some" };
  return { ...known, ...whoWasReached(page, lines, enrolled, counted) };
}

/** The ill who were named; everyone else where the sums leave only one way. */
function whoWasReached(
  page: CheckPage,
  lines: readonly Line[],
  enrolled: number,
  { well, ill, places }: Pick<Home, "well" | "ill" | "places">,
): Pick<Home, "answer" | "people" | "restPlace"> {
  const people: Record<string, Called> = {};
  for (const line of lines)
    if (line.person !== null) people[line.person] = { reached: "ill", place: null };
  const restPlace = onlyPlace(places, well + ill);
  const allIllNamed = Object.keys(people).length === ill;
  const others = (page.roster ?? []).filter(({ id }) => !people[id]);
  if (allIllNamed && well === 0) return { answer: "some", people, restPlace };
  if (!allIllNamed || others.length !== well || well + ill !== enrolled)
    return { answer: "unanswered", people, restPlace };
  for (const { id } of others) people[id] = { reached: "well", place: null };
  return { answer: "some", people, restPlace };
}

/** The one place where everyone reached is, if it is one. */
function onlyPlace(places: Home["places"], reached: number): string | null {
  const only = Object.entries(places).find(([, n]) => n === reached && n > 0);
  return only?.[0] ?? null;
}

/** Set or clear what became of calling a person. */
export function call(state: Home, id: number | string, called: Called | null): Home {
  const people = { ...state.people };
  if (called) people[id] = called;
  else delete people[id];
  const isIll = called?.reached === "ill";
  const lines = isIll ? state.lines : state.lines.filter((line) => line.key !== personKey(id));
  return { ...state, answer: "some", people, lines };
}

/** Give everyone not yet placed to one place (counts only). */
export function allTheRest(page: CheckPage, state: Home, place: string): Home {
  const sum = homeSums(page, state);
  if (!sum) return state;
  const places = { ...state.places, [place]: (state.places[place] ?? 0) + sum.nowhere };
  return { ...state, places };
}
