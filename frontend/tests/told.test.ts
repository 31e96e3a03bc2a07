import { afterEach, describe, expect, test, vi } from "vitest";
import { timely, toldAt } from "../src/outbox/told";

const EIGHT = Date.parse("2026-11-23T08:00:00+08:00");
const MINUTE = 60_000;
const at = (text: string): string => new Date(text).toISOString();

describe("when a check was told", () => {
  test("one that leaves at once needs no time of its own", () => {
    expect(toldAt(EIGHT, EIGHT + 5000, EIGHT)).toBeNull();
  });

  test("one that waited was told when it was entered, by the server's clock", () => {
    const fast = 7 * MINUTE; // how far the phone's clock is ahead
    const told = toldAt(EIGHT + fast, EIGHT + fast + 30 * MINUTE, EIGHT + 30 * MINUTE);
    expect(told).toBe(at("2026-11-23T08:00:00+08:00"));
  });

  test("never in the future, even where the phone's clock was set back in between", () => {
    expect(toldAt(EIGHT, EIGHT - MINUTE, EIGHT)).toBeNull();
    expect(Date.parse(toldAt(EIGHT, EIGHT + MINUTE, EIGHT)!)).toBeLessThan(EIGHT);
  });
});

describe("a check that waited", () => {
  const body = { present: 45 };
  const page = (demo: boolean, date: string | null): void => {
    vi.stubGlobal("document", { getElementById: () => (demo ? {} : null) });
    const headers = new Headers(date ? { Date: date } : {});
    vi.stubGlobal("fetch", () => Promise.resolve({ headers }));
  };
  afterEach(() => vi.unstubAllGlobals());

  test("says when it was told", async () => {
    page(false, new Date().toUTCString());
    const sent = await timely(body, Date.now() - 30 * MINUTE);
    const late = Date.now() - Date.parse(String(sent["told_at"]));
    expect(Math.round(late / MINUTE)).toBe(30);
  });

  test("keeps the time that the person gave", async () => {
    page(false, new Date().toUTCString());
    const given = { ...body, told_at: "2026-11-23T07:50:00+08:00" };
    expect(await timely(given, 0)).toBe(given);
  });

  test("says nothing in a demonstration, or where the server's clock is not known", async () => {
    page(true, new Date().toUTCString());
    expect(await timely(body, 0)).toBe(body);
    page(false, null);
    expect(await timely(body, 0)).toBe(body);
  });
});
