import { beforeEach, describe, expect, test, vi } from "vitest";
import { opening, type View } from "../src/check/app";
import { draftOf, withDraft } from "../src/check/draft";
import { newLine } from "../src/check/school";
import type { CheckPage } from "../src/check/types";
import { saved } from "../src/outbox/item";
import { forgetDrafts, keepDraft, readDraft } from "../src/shell/drafts";
import { PAGE } from "./page";

const halfDone = (page: CheckPage): View => {
  const view = opening(page, null);
  const school = { ...view.school, answer: "some" as const, lines: [newLine("ill-0", "ill")] };
  return { ...view, school, editing: true };
};
const current = (id: number): CheckPage["current"] => ({
  id,
  body: { enrolled: 45, present: 45 },
  at: "2026-11-23T08:00:00+08:00",
  by: "x",
  signed: false,
});

describe("a form half filled in", () => {
  test("is there again after a reload", () => {
    const draft = draftOf(PAGE, halfDone(PAGE));
    expect(withDraft(PAGE, null, draft).school).toEqual(halfDone(PAGE).school);
  });

  test("is not kept before anything is said, nor once it is sent", () => {
    expect(draftOf(PAGE, opening(PAGE, null))).toBeNull();
    expect(draftOf(PAGE, { ...halfDone(PAGE), editing: false })).toBeNull();
  });

  test("gives way to an answer that came since, and to what waits to be sent", () => {
    const draft = draftOf(PAGE, halfDone(PAGE));
    const answered = { ...PAGE, current: current(3) };
    expect(withDraft(answered, null, draft).editing).toBe(false);
    const body = { unit: PAGE.unit, day: PAGE.day, session: PAGE.session, present: 45 };
    const item = saved({ reader: "7", api: "", page: "", title: "", body }, undefined, 1);
    expect(withDraft(PAGE, item, draft).school.answer).toBe("all_well");
  });

  test("of a correction belongs to the revision it corrects", () => {
    const page = { ...PAGE, current: current(3) };
    const draft = draftOf(page, halfDone(page));
    expect(withDraft(page, null, draft)).toMatchObject({ editing: true });
    expect(withDraft({ ...page, current: current(4) }, null, draft).editing).toBe(false);
  });
});

describe("drafts in the tab", () => {
  beforeEach(() => {
    const kept: Record<string, string> = {};
    Object.defineProperties(kept, {
      getItem: { value: (key: string) => kept[key] ?? null },
      setItem: { value: (key: string, text: string) => void (kept[key] = text) },
      removeItem: { value: (key: string) => void delete kept[key] },
    });
    vi.stubGlobal("sessionStorage", kept);
  });

  test("are forgotten at sign-out, and when somebody else signs in", () => {
    keepDraft("7|A|d|morning", 1);
    keepDraft("8|A|d|morning", 2);
    forgetDrafts("7");
    expect([readDraft("7|A|d|morning"), readDraft("8|A|d|morning")]).toEqual([1, null]);
    forgetDrafts("");
    expect(readDraft("7|A|d|morning")).toBeNull();
  });

  test("are lost without harm where storage is forbidden", () => {
    vi.stubGlobal("sessionStorage", undefined);
    keepDraft("7|A", 1);
    forgetDrafts("");
    expect(readDraft("7|A")).toBeNull();
  });
});
