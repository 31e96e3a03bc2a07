import { describe, expect, test } from "vitest";
import {
  allReached,
  allTheRest,
  call,
  emptyHome,
  homePayload,
  homeSums,
  placesAsked,
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

  test("where they are must be asked; not known is an answer", () => {
    const state = allReached(ROSTER, emptyHome(3));
    expect(homePayload(ROSTER, state)).toBeNull();
    expect(placesAsked(ROSTER, { ...state, restPlace: "" })).toBe(true);
    const unknown = homePayload(ROSTER, { ...state, restPlace: "" });
    expect(unknown).toMatchObject({ reached_well: 3, not_reached: 0 });
    expect(unknown).not.toHaveProperty("places"); // not known is not nought
    expect(homePayload(ROSTER, { ...state, restPlace: "city" })).toMatchObject({
      places: { city: 3 },
    });
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

  test("with a roster the call sheet starts anew, but for the ill who were named", () => {
    const body = {
      enrolled: 3,
      symptomatic_present: [{ person: 2, symptoms: ["fever"], temperature: null }],
    };
    const page = { ...ROSTER, current: { id: 4, body, at: "", by: "", signed: false } };
    const state = restoreHome(page);
    expect(state.answer).toBe("unanswered");
    expect(state.people).toEqual({ 2: { reached: "ill", place: null } });
  });
});
