import { describe, expect, test } from "vitest";
import {
  answered,
  attempting,
  DAY,
  isDue,
  isStale,
  keyOf,
  next,
  saved,
  type Entry,
  type Item,
  type Outcome,
} from "../src/outbox/item";
import { fields, outcome } from "../src/outbox/send";

const entry = (present: number, revises?: unknown): Entry => ({
  reader: "7",
  api: "/api/v1/checks",
  page: "/checks/1/",
  title: "Class 1",
  body: {
    unit: "A-1",
    day: "2026-11-23",
    session: "morning",
    present,
    ...(revises ? { revises } : {}),
  },
});
const OK = (id: number): Outcome => ({ kind: "accepted", id });
const LATER: Outcome = { kind: "later" };
const CONFLICT: Outcome = { kind: "conflict", problem: { status: 409, detail: "x", fields: {} } };
const send = (item: Item, result: Outcome, at = 100): Item => {
  const sent = attempting(item);
  return answered(sent, sent, result, at);
};

describe("the outbox", () => {
  test("keeps one item for one check of one person", () => {
    expect(keyOf(entry(45))).toBe("7|A-1|2026-11-23|morning");
    expect(keyOf({ ...entry(45), reader: "8" })).not.toBe(keyOf(entry(45)));
  });

  test("forgets the content once it is sent, keeps the time and the revision", () => {
    const item = send(saved(entry(45), undefined, 1), OK(9));
    expect(item).toMatchObject({ state: "sent", body: null, sentAt: 100, answer: { id: 9 } });
    expect(isDue(item, 999, true)).toBe(false);
    expect(isStale(item, 100 + DAY)).toBe(false);
    expect(isStale(item, 101 + DAY)).toBe(true);
  });

  test("waits longer after each failure, and never gives up", () => {
    let item = saved(entry(45), undefined, 0);
    const waits: number[] = [];
    for (let n = 0; n < 8; n += 1) {
      item = send(item, LATER, 0);
      waits.push(item.nextTry / 1000);
    }
    expect(waits).toEqual([5, 15, 30, 60, 120, 300, 300, 300]);
    expect(isDue(item, 0, false)).toBe(false);
    expect(isDue(item, 0, true)).toBe(true);
    expect(isStale(item, 1e15)).toBe(false);
  });

  test("corrects a check of its own: the page still names no revision, the answer does", () => {
    const sent = send(saved(entry(45), undefined, 1), OK(9));
    expect(saved(entry(44), sent, 200).body).toMatchObject({ present: 44, revises: 9 });
  });

  test("a page loaded since names the newest revision itself", () => {
    const sent = send(saved(entry(45), undefined, 1), OK(9));
    expect(saved(entry(44, 12), sent, 200).body).toMatchObject({ revises: 12 });
  });

  test("a lost answer: the older content goes first, then the newer revises it", () => {
    const lost = send(saved(entry(45), undefined, 1), LATER);
    let item = saved(entry(44), lost, 2);
    expect(next(item)).toMatchObject({ present: 45 });
    item = send(item, OK(9));
    expect(item.state).toBe("waiting");
    expect(next(item)).toMatchObject({ present: 44, revises: 9 });
    expect(send(item, OK(10))).toMatchObject({ state: "sent", answer: { id: 10 } });
  });

  test("an older content that was refused does not hold up the newer", () => {
    const lost = send(saved(entry(46), undefined, 1), LATER);
    const item = send(saved(entry(45), lost, 2), outcome(422, {}));
    expect(item).toMatchObject({ state: "waiting", first: null, body: { present: 45 } });
  });

  test("saved again before the first was ever sent: only the newer goes", () => {
    const item = saved(entry(44), saved(entry(45), undefined, 1), 2);
    expect(item.first).toBeNull();
    expect(next(item)).toMatchObject({ present: 44 });
  });

  test("saved again while the first is on its way", () => {
    const onItsWay = attempting(saved(entry(45), undefined, 1));
    const again = saved(entry(44), onItsWay, 2);
    const item = answered(again, onItsWay, OK(9), 3);
    expect(item).toMatchObject({ state: "waiting", first: null });
    expect(next(item)).toMatchObject({ present: 44, revises: 9 });
  });

  test("someone else was first: kept, not sent again by itself", () => {
    const item = send(saved(entry(45), undefined, 1), CONFLICT);
    expect(item).toMatchObject({ state: "conflict", body: { present: 45 } });
    expect(isDue(item, 1e12, true)).toBe(false);
    expect(saved(entry(45, 12), item, 5)).toMatchObject({ state: "waiting", first: null });
  });

  test("signed out: kept, and tried again when the person is back", () => {
    const item = send(saved(entry(45), undefined, 1), outcome(401, {}));
    expect(item.state).toBe("sign_in");
    expect(isDue(item, 1e12, false)).toBe(false);
    expect(isDue(item, 0, true)).toBe(true);
    expect(send(item, OK(9)).state).toBe("sent");
  });
});

test.each([
  [201, { id: 1 }, "accepted"],
  [200, { id: 1 }, "accepted"],
  [200, {}, "later"], // a page of some network in between, not our answer
  [0, {}, "sign_in"], // a redirect to the sign-in page
  [401, {}, "sign_in"],
  [403, {}, "forbidden"],
  [404, {}, "refused"],
  [409, {}, "conflict"],
  [422, {}, "refused"],
  [429, {}, "later"],
  [502, {}, "later"],
])("answer %i means %s", (status, answer, kind) => {
  expect(outcome(status, answer).kind).toBe(kind);
});

test("field messages in either shape", () => {
  expect(fields({ present: ["a", "b"], day: "c" })).toEqual({ present: ["a", "b"], day: ["c"] });
  expect(
    fields([
      { field: "present", detail: "a" },
      { loc: ["body", "day"], msg: "c" },
    ]),
  ).toEqual({
    present: ["a"],
    day: ["c"],
  });
  expect(fields("text")).toEqual({});
});
