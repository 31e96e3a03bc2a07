import { describe, expect, it } from "vitest";
import { shown } from "../src/shell/demo";

const AT = "2026-11-23T07:20:30+08:00";

describe("a demonstration's clock", () => {
  it("goes on at its speed", () => {
    expect(shown(AT, 30, "", 0)).toBe("2026-11-23 07:20");
    expect(shown(AT, 30, "", 61_000)).toBe("2026-11-23 07:51");
  });

  it("stands still when it is stopped", () => {
    expect(shown(AT, 0, "", 3_600_000)).toBe("2026-11-23 07:20");
  });

  it("ends where its day ends, and passes midnight as Shanghai does", () => {
    expect(shown(AT, 120, "2026-11-23T18:00:00+08:00", 3_600_000)).toBe("2026-11-23 18:00");
    expect(shown("2026-11-23T23:59:00+08:00", 60, "", 1000)).toBe("2026-11-24 00:00");
  });
});
