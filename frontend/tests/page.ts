import type { CheckPage } from "../src/check/types";

/** A group without a roster on a school morning. */
export const PAGE: CheckPage = {
  api: "/api/v1/checks",
  title: "Class 1",
  unit: "5101040001-0301",
  day: "2026-11-23",
  session: "morning",
  enrolled: 45,
  roster: null,
  current: null,
  behalf: null,
  reasons: [],
  symptoms: [],
  places: ["campus", "city", "province", "elsewhere", "abroad"].map((code) => ({
    code,
    label: code,
  })),
  texts: {},
};
