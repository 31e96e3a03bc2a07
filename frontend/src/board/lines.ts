import { say } from "../shell/texts";
import { base, type Option } from "./charts";
import { colour, hatched } from "./colours";
import { countText, parts, percentText } from "./scale";
import type { CurveSource, StripSource } from "./types";

const AXIS = { axisLine: { lineStyle: { color: "#b4bcc5" } }, axisTick: { show: false } };
const SPLIT = { splitLine: { lineStyle: { color: "#e6e9ed" } } };

/** The last days as bars: on time, late, silent; a day that is not known is hatched. */
export function stripOption({ days, texts }: StripSource): Option {
  const split = days.map((day) => parts(day.answered, day.on_time, day.expected));
  const unknown = days.map((day) =>
    day.expected !== 0 && (day.answered === null || day.expected === null) ? 100 : null,
  );
  const bar = (key: string, values: (number | null)[], style: object): object => ({
    name: say(texts, key),
    type: "bar",
    stack: "day",
    barWidth: "62%",
    itemStyle: style,
    data: values,
  });
  const none = {
    borderColor: colour("--fx-hatch-line"),
    borderWidth: 1,
    borderType: "dashed",
    color: "#fff",
  };
  return {
    ...base(),
    tooltip: {
      ...(base().tooltip as object),
      trigger: "axis",
      formatter: (hits: unknown) =>
        stripHint((hits as { dataIndex: number }[])[0]?.dataIndex ?? 0, { days, texts }),
    },
    legend: {
      bottom: 0,
      itemWidth: 12,
      itemHeight: 10,
      textStyle: { fontSize: 12 },
      selectedMode: false,
    },
    grid: { left: 36, right: 4, top: 8, bottom: 46 },
    xAxis: { type: "category", data: days.map(({ day }) => day.slice(5)), ...AXIS },
    yAxis: {
      type: "value",
      max: 100,
      interval: 50,
      axisLabel: { formatter: "{value} %", fontSize: 11 },
      ...SPLIT,
    },
    series: [
      bar(
        "on_time",
        split.map((one) => one && one.onTime),
        { color: colour("--fx-step-4") },
      ),
      bar(
        "late",
        split.map((one) => one && one.late),
        { color: colour("--fx-step-2") },
      ),
      bar(
        "silent",
        split.map((one) => one && one.silent),
        none,
      ),
      bar("unknown", unknown, {
        color: hatched(),
        borderColor: colour("--fx-hatch-line"),
        borderWidth: 1,
      }),
    ],
  } as Option;
}

function stripHint(index: number, { days, texts }: StripSource): string {
  const day = days[index];
  if (!day) return "";
  if (day.expected === 0) return `${day.day}\n${say(texts, "none")}`;
  if (day.answered === null || day.expected === null) return `${day.day}\n${say(texts, "unknown")}`;
  const language = document.documentElement.lang;
  const values = {
    answered: countText(day.answered, language),
    expected: countText(day.expected, language),
    late: countText(day.answered - (day.on_time ?? day.answered), language),
  };
  return `${day.day}\n${say(texts, "of", values)} · ${percentText(day.answered, day.expected)}`;
}

/** A curve over the hours or the days; a gap stays a gap. */
export function curveOption({ x, series, expected, unit, texts }: CurveSource): Option {
  const line =
    expected === null || expected === undefined
      ? undefined
      : {
          silent: true,
          symbol: "none",
          lineStyle: { color: "#56616d", type: "dashed" },
          label: {
            position: "insideEndTop",
            formatter: say(texts, "expected", {
              n: countText(expected, document.documentElement.lang),
            }),
          },
          data: [{ yAxis: expected }],
        };
  const colours = {
    line: colour("--tblr-primary"),
    bar: colour("--tblr-primary"),
    faint: "#8b96a1",
  };
  return {
    ...base(),
    tooltip: { ...(base().tooltip as object), trigger: "axis" },
    legend: { show: series.length > 1, bottom: 0, itemWidth: 18, selectedMode: false },
    grid: {
      left: 8,
      right: 12,
      top: unit ? 28 : 12,
      bottom: series.length > 1 ? 30 : 4,
      containLabel: true,
    },
    xAxis: {
      type: "category",
      data: [...x],
      boundaryGap: series.some(({ kind }) => kind === "bar"),
      ...AXIS,
    },
    yAxis: {
      type: "value",
      name: unit ?? "",
      minInterval: 1,
      max: (range: { max: number }) => Math.max(range.max, expected ?? 0),
      ...SPLIT,
    },
    series: series.map(({ name, values, kind = "line" }, index) => ({
      name,
      type: kind === "bar" ? "bar" : "line",
      data: [...values],
      connectNulls: false,
      showSymbol: false,
      lineStyle: {
        width: kind === "faint" ? 1.5 : 2.5,
        type: kind === "faint" ? "dashed" : "solid",
      },
      itemStyle: { color: colours[kind] },
      ...(index === 0 && line ? { markLine: line } : {}),
    })),
  } as Option;
}
