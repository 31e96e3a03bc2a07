import { echarts, type Chart } from "./board/charts";
import { curveOption, stripOption } from "./board/lines";
import { drawMap, followClicks } from "./board/map";
import type { CurveSource, MapSource, StripSource } from "./board/types";

interface Drawn {
  readonly chart: Chart;
  text: string;
  source: unknown;
}

const drawn = new Map<HTMLElement, Drawn>();

/** Draw every chart whose data changed; the others stay as they are, so nothing flickers. */
function drawAll(): void {
  for (const [element, { chart }] of drawn) {
    if (element.isConnected) continue;
    chart.dispose();
    drawn.delete(element);
  }
  for (const element of document.querySelectorAll<HTMLElement>("[data-chart][data-source]"))
    void draw(element).catch((error: unknown) => console.warn("chart", error));
}

async function draw(element: HTMLElement): Promise<void> {
  const text = document.getElementById(element.dataset["source"] ?? "")?.textContent ?? "";
  if (!text) return;
  const entry = drawn.get(element) ?? begin(element);
  if (entry.text === text) return;
  entry.text = text;
  entry.source = JSON.parse(text);
  if (element.dataset["chart"] === "map") await drawMap(entry.chart, entry.source as MapSource);
  else if (element.dataset["chart"] === "strip")
    entry.chart.setOption(stripOption(entry.source as StripSource));
  else
    entry.chart.setOption(curveOption(entry.source as CurveSource), { replaceMerge: ["series"] });
}

function begin(element: HTMLElement): Drawn {
  const chart = echarts.init(element, undefined, {
    renderer: "canvas",
    devicePixelRatio: Math.max(2, window.devicePixelRatio), // sharp on paper too
  });
  const entry: Drawn = { chart, text: "", source: null };
  const isMap = element.dataset["chart"] === "map";
  drawn.set(element, entry);
  new ResizeObserver(() => {
    if (chart.isDisposed()) return;
    chart.resize();
    if (isMap && entry.source) void drawMap(chart, entry.source as MapSource);
  }).observe(element);
  if (isMap) followClicks(chart, () => (entry.source as MapSource | null)?.areas ?? []);
  return entry;
}

document.addEventListener("htmx:afterSettle", drawAll);
drawAll();
