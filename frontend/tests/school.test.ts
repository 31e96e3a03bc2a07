import { describe, expect, test } from "vitest";
import {
  emptySchool,
  newLine,
  readTemperature,
  restoreSchool,
  schoolPayload,
  sums,
  type School,
} from "../src/check/school";
import { PAGE } from "./page";

const some = (lines: School["lines"], rest: School["rest"] = "present"): School => ({
  enrolled: 45,
  answer: "some",
  lines,
  rest,
});

describe("a school session", () => {
  test("nobody is well before the question is answered", () => {
    expect(sums(emptySchool(45))).toBeNull();
    expect(schoolPayload(PAGE, emptySchool(45))).toBeNull();
  });

  test("everyone here and well", () => {
    const body = schoolPayload(PAGE, { ...emptySchool(45), answer: "all_well" });
    expect(body).toEqual({
      unit: "5101040001-0301",
      day: "2026-11-23",
      session: "morning",
      enrolled: 45,
      present: 45,
      not_known: 0,
      absences: [],
      symptomatic_present: [],
    });
  });

  test("the others must be answered for too", () => {
    expect(sums(some([newLine("a", "ill")], null))).toBeNull();
    expect(sums(some([newLine("a", "ill")]))).toMatchObject({
      present: 44,
      absent: 1,
      notKnown: 0,
    });
    expect(sums(some([newLine("a", "ill")], "not_known"))).toMatchObject({
      present: 0,
      notKnown: 44,
    });
  });

  test("present, absent and not known add up; the symptomatic are present", () => {
    const state = some([
      newLine("a", "ill"),
      newLine("b", "leave"),
      newLine("c", "not_known"),
      newLine("d", "symptomatic"),
    ]);
    const total = sums(state);
    expect(total).toMatchObject({ present: 42, absent: 2, notKnown: 1, symptomatic: 1 });
    expect(total!.present + total!.absent + total!.notKnown).toBe(45);
  });

  test("no more lines than people", () => {
    expect(sums({ ...some([newLine("a", "ill"), newLine("b", "ill")]), enrolled: 1 })).toBeNull();
  });

  test("with everyone marked there are no others to ask about", () => {
    expect(sums({ ...some([newLine("a", "ill")], null), enrolled: 1 })).toMatchObject({
      present: 0,
    });
  });

  test("lines carry person or name, reason, symptoms and temperature", () => {
    const body = schoolPayload(
      { ...PAGE, current: { id: 9, body: {}, at: "", by: "", signed: false } },
      some([
        { ...newLine("p-3", "ill", 3, "李小安"), symptoms: ["fever"], temperature: 38.2 },
        { ...newLine("x", "other"), name: "王小明" },
        newLine("y", "symptomatic"),
      ]),
      { of: "李老师", channel: "phone", toldAt: "07:55" },
    );
    expect(body).toMatchObject({
      present: 43,
      absences: [
        { person: 3, reason: "ill", symptoms: ["fever"], temperature: 38.2 },
        { name: "王小明", reason: "other", symptoms: [], temperature: null },
      ],
      symptomatic_present: [{ symptoms: [], temperature: null }],
      revises: 9,
      on_behalf_of: "李老师",
      channel: "phone",
      told_at: "2026-11-23T07:55:00+08:00",
    });
  });

  test("a check that was sent comes back as it was entered", () => {
    const page = { ...PAGE, roster: [{ id: 3, name: "李小安" }] };
    const state = some([
      { ...newLine("p-3", "ill", 3, "李小安"), symptoms: ["cough"], temperature: null },
      newLine("unknown-0", "not_known"),
    ]);
    const body = schoolPayload(page, state)!;
    const again = restoreSchool({
      ...page,
      current: { id: 1, body, at: "", by: "", signed: true },
    });
    expect(schoolPayload(page, again)).toEqual(body);
    expect(again.lines[0]).toEqual(state.lines[0]);
  });

  test("everyone not known comes back as that", () => {
    const body = schoolPayload(PAGE, some([newLine("absent-0", "ill")], "not_known"))!;
    const again = restoreSchool({
      ...PAGE,
      current: { id: 1, body, at: "", by: "", signed: false },
    });
    expect(again).toMatchObject({ rest: "not_known", answer: "some" });
    expect(schoolPayload(PAGE, again)).toEqual(body);
  });
});

test.each([
  ["", null],
  ["38.26", 38.3],
  ["38,2", 38.2],
  ["382", "implausible"],
  ["hot", "implausible"],
])("temperature %j is %j", (text, expected) => {
  expect(readTemperature(text)).toBe(expected);
});
