import { describe, expect, test } from "vitest";
import {
  allReached,
  allTheRest,
  call,
  emptyHome,
  homePayload,
  homeSums,
  placesGiven,
  restoreHome,
} from "../src/check/home";
import { newLine } from "../src/check/school";
import { PAGE as SCHOOL } from "./page";

const COUNTS = { ...SCHOOL, session: "home" as const, enrolled: 3 };
const ROSTER = {
  ...COUNTS,
  roster: [1, 2, 3].map((id) => ({ id, name: `P${id}`, phone: "13800000000" })),
};

describe("a home check", () => {
  test("who has no mark has not been reached", () => {
    const state = call(emptyHome(3), 2, { reached: "ill", place: "city" });
    expect(homeSums(ROSTER, state)).toMatchObject({ well: 0, ill: 1, notReached: 2, nowhere: 0 });
  });

  test("a mark can be taken back, with the symptoms noted", () => {
    let state = call(emptyHome(3), 2, { reached: "ill", place: null });
    state = { ...state, lines: [newLine("p-2", "symptomatic", 2)] };
    state = call(state, 2, null);
    expect(state.lines).toEqual([]);
    expect(homeSums(ROSTER, state)).toMatchObject({ ill: 0, notReached: 3 });
  });

  test("where those reached are must be said of everyone", () => {
    const state = allReached(ROSTER, emptyHome(3));
    expect(homePayload(ROSTER, state)).toBeNull();
    expect(placesGiven(ROSTER, state)).toBe(false);
    const body = homePayload(ROSTER, { ...state, restPlace: "city" });
    expect(body).toMatchObject({ reached_well: 3, not_reached: 0, places: { city: 3, abroad: 0 } });
  });

  test("of those not reached no place is asked", () => {
    const nobody = homePayload(ROSTER, { ...emptyHome(3), answer: "some" });
    expect(nobody).toMatchObject({ not_reached: 3, places: { city: 0 } });
  });

  test("one's own place comes before the rest's", () => {
    let state = allReached(ROSTER, emptyHome(3));
    state = call(state, 1, { reached: "well", place: "abroad" });
    expect(homeSums(ROSTER, { ...state, restPlace: "city" })?.places).toMatchObject({
      city: 2,
      abroad: 1,
    });
  });

  test("counts: never more than the roll, never more places than people", () => {
    const state = { ...emptyHome(3), answer: "some" as const, well: 2, ill: 1 };
    expect(homeSums(COUNTS, { ...state, well: 3 })).toBeNull();
    expect(homeSums(COUNTS, { ...state, places: { city: 4 } })).toBeNull();
    const placed = allTheRest(COUNTS, { ...state, places: { abroad: 1 } }, "city");
    expect(homePayload(COUNTS, placed)).toMatchObject({
      reached_well: 2,
      reached_ill: 1,
      not_reached: 0,
      places: { city: 2, abroad: 1 },
    });
  });

  test("counts come back as sent", () => {
    const state = { ...emptyHome(3), answer: "some" as const, well: 2, places: { city: 2 } };
    const body = homePayload(COUNTS, state)!;
    const page = { ...COUNTS, current: { id: 4, body, at: "", by: "", signed: false } };
    expect(homePayload(COUNTS, restoreHome(page))).toEqual(body);
  });

  const sent = (body: object) => ({
    ...ROSTER,
    current: { id: 4, body: { enrolled: 3, ...body }, at: "", by: "", signed: false },
  });
  const ILL = [{ person: 2, symptoms: ["fever"], temperature: null }];

  test("with a roster the call sheet starts anew where the sums leave it open who was reached", () => {
    const state = restoreHome(
      sent({ reached_well: 1, reached_ill: 1, not_reached: 1, symptomatic_present: ILL }),
    );
    expect(state.answer).toBe("unanswered");
    expect(state.people).toEqual({ 2: { reached: "ill", place: null } });
  });

  test("with a roster it comes back whole where everyone was reached", () => {
    const body = {
      ...{ unit: ROSTER.unit, day: ROSTER.day, session: "home", revises: 4 },
      ...{ enrolled: 3, reached_well: 2, reached_ill: 1, not_reached: 0 },
      places: { campus: 0, city: 3, province: 0, elsewhere: 0, abroad: 0 },
      symptomatic_present: ILL,
    };
    const page = sent(body);
    expect(homePayload(page, restoreHome(page))).toEqual(body);
  });

  test("an ill person without a line is not guessed at", () => {
    const state = restoreHome(sent({ reached_well: 2, reached_ill: 1, not_reached: 0 }));
    expect(state).toMatchObject({ answer: "unanswered", people: {} });
  });
});
