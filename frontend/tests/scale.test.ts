import { expect, test } from "vitest";
import { countText, parts, percentText, stepOf } from "../src/board/scale";

test.each([
  [null, 10, "unknown"], // not known is not none
  [3, null, "unknown"],
  [0, 0, "none"],
  [0, 10, 0],
  [5, 10, 1],
  [8, 10, 2],
  [95, 100, 3],
  [999, 1000, 3],
  [10, 10, 4],
])("%j of %j is step %j", (answered, expected, step) => {
  expect(stepOf(answered, expected)).toBe(step);
});

test.each([
  [null, 10, "—"],
  [0, 0, "—"],
  [0, 10, "0 %"],
  [1, 100_000, "0.1 %"],
  [99_999, 100_000, "99.9 %"],
  [7, 8, "87.5 %"],
  [8, 8, "100 %"],
])("%j of %j reads %j", (answered, expected, text) => {
  expect(percentText(answered, expected)).toBe(text);
});

test("a count that is not known is a dash", () => {
  expect(countText(null)).toBe("—");
  expect(countText(1234, "en")).toBe("1,234");
});

test("a day's bar is on time, late and silent; they make the whole", () => {
  expect(parts(8, 6, 10)).toEqual({ onTime: 60, late: 20, silent: 20 });
  expect(parts(8, undefined, 10)).toEqual({ onTime: 80, late: 0, silent: 20 });
  expect(parts(null, null, 10)).toBeNull();
  expect(parts(0, 0, 0)).toBeNull();
});
