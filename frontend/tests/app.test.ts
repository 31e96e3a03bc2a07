import { describe, expect, test } from "vitest";
import { isNewer, needsBehalf, opening } from "../src/check/app";
import type { CheckPage } from "../src/check/types";
import { answered, attempting, saved, type Item } from "../src/outbox/item";
import { PAGE } from "./page";

const BEHALF = { of: "", required: false, channels: [{ code: "phone", label: "Telephone" }] };
const BODY = { unit: PAGE.unit, day: PAGE.day, session: PAGE.session, enrolled: 45 };
const current = (id: number, body: object): CheckPage["current"] => ({
  id,
  body: { ...BODY, ...body },
  at: "2026-11-23T08:00:00+08:00",
  by: "x",
  signed: false,
});
const sent = (id: number): Item => {
  const entry = { reader: "7", api: "", page: "", title: "", body: { ...BODY, present: 45 } };
  const item = attempting(saved(entry, undefined, 1));
  return answered(item, item, { kind: "accepted", id }, 2);
};

describe("the page opens", () => {
  test("with the question, where nothing was answered", () => {
    const view = opening(PAGE, null);
    expect(view.editing).toBe(true);
    expect(view.school.answer).toBe("unanswered");
  });

  test("with what was sent; the channel of one's own answer asks for nobody's name", () => {
    const page = { ...PAGE, behalf: BEHALF, current: current(1, { present: 45, channel: "web" }) };
    const view = opening(page, null);
    expect(view.editing).toBe(false);
    expect(view.behalf.channel).toBe("");
    expect(needsBehalf(page, view)).toBe(false);
  });

  test("with whom it was answered for", () => {
    const told = { present: 45, channel: "phone", on_behalf_of: "Li" };
    const view = opening({ ...PAGE, behalf: BEHALF, current: current(1, told) }, null);
    expect(view.behalf).toMatchObject({ channel: "phone", of: "Li" });
  });

  test("with what still waits on the phone rather than what the server has", () => {
    const body = { ...BODY, present: 0, not_known: 45, absences: [] };
    const entry = { reader: "7", api: "", page: "", title: "", body };
    const view = opening(
      { ...PAGE, current: current(1, { present: 45 }) },
      saved(entry, undefined, 1),
    );
    expect(view.school.rest).toBe("not_known");
  });

  test("a kept page is older than what the phone has sent since", () => {
    expect(isNewer(PAGE, sent(1))).toBe(true);
    expect(isNewer({ ...PAGE, current: current(1, {}) }, sent(1))).toBe(false);
    expect(isNewer({ ...PAGE, current: current(5, {}) }, sent(1))).toBe(false);
    expect(opening(PAGE, sent(1)).editing).toBe(false);
  });
});
