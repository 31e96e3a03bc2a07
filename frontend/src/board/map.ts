import { say } from "../shell/texts";
import { base, echarts, type Chart, type Option } from "./charts";
import { fill } from "./colours";
import { countText, percentText, stepOf } from "./scale";
import type { Area, MapSource } from "./types";

type Nested = readonly (number | Nested)[];

interface Feature {
  readonly geometry: { readonly coordinates: Nested };
  readonly properties: { readonly code: string; readonly label_point?: readonly [number, number] };
}

interface Boundaries {
  readonly type: "FeatureCollection";
  readonly features: readonly Feature[];
}

type GeoJson = Extract<Parameters<typeof echarts.registerMap>[1], string | { type: string }>;

const FEW = 30;
/** A degree of longitude against one of latitude at 31° north. */
const ASPECT = 0.86;
const fetched = new Map<string, Promise<Boundaries>>();

function boundaries(address: string): Promise<Boundaries> {
  let found = fetched.get(address);
  if (!found) {
    found = fetch(address).then((response) => {
      if (!response.ok) throw new Error(`${address}: ${response.status}`);
      return response.json() as Promise<Boundaries>;
    });
    found.catch(() => fetched.delete(address));
    fetched.set(address, found);
  }
  return found;
}

/** Draw the areas, coloured by completeness; names are no keys, so areas are joined by code. */
export async function drawMap(chart: Chart, source: MapSource): Promise<void> {
  const all = await boundaries(source.geo);
  const wanted = new Set(source.areas.map(({ code }) => code));
  const features = all.features
    .filter(({ properties }) => wanted.has(properties.code))
    .map((feature) => ({
      ...feature,
      properties: {
        ...feature.properties,
        name: feature.properties.code,
        cp: feature.properties.label_point,
      },
    }));
  const name = `${source.geo}#${[...wanted].sort().join(",")}`;
  if (!echarts.getMap(name))
    echarts.registerMap(name, { type: "FeatureCollection", features } as unknown as GeoJson);
  chart.setOption(option(name, source, fitting(chart, features)));
}

/** The longer side of the map in pixels, so that it fills the chart whatever the chart's shape. */
function fitting(chart: Chart, features: readonly Feature[]): number {
  let [west, south, east, north] = [180, 90, -180, -90];
  const visit = (place: Nested): void => {
    const [x, y] = place;
    if (typeof x !== "number" || typeof y !== "number")
      return (place as readonly Nested[]).forEach(visit);
    [west, east] = [Math.min(west, x), Math.max(east, x)];
    [south, north] = [Math.min(south, y), Math.max(north, y)];
  };
  for (const { geometry } of features) visit(geometry.coordinates);
  const aspect = ((east - west) / (north - south)) * ASPECT;
  const [width, height] = [chart.getWidth() - 8, chart.getHeight() - 8];
  const fittedWidth = Math.min(width, height * aspect);
  return aspect > 1 ? fittedWidth : fittedWidth / aspect;
}

function option(name: string, source: MapSource, size: number): Option {
  const byCode = new Map(source.areas.map((area) => [area.code, area]));
  return {
    ...base(),
    tooltip: {
      ...(base().tooltip as object),
      formatter: (hit: unknown) => hint(byCode.get((hit as { name: string }).name), source),
    },
    series: [
      {
        type: "map",
        map: name,
        roam: false,
        selectedMode: false,
        aspectScale: ASPECT,
        layoutCenter: ["50%", "50%"],
        layoutSize: size,
        label: {
          show: source.areas.length <= FEW,
          fontSize: 11,
          color: "#17212b",
          textBorderColor: "#fff",
          textBorderWidth: 2,
          formatter: (hit: { name: string }) => byCode.get(hit.name)?.name ?? "",
        },
        itemStyle: { areaColor: "#fff", borderColor: "#fff", borderWidth: 0.6 },
        emphasis: {
          label: { show: source.areas.length <= FEW },
          itemStyle: { areaColor: "inherit", borderColor: "#17212b", borderWidth: 1.5 },
        },
        data: source.areas.map((area) => ({
          name: area.code,
          value: 0,
          itemStyle: {
            areaColor: fill(stepOf(area.answered, area.expected)),
            borderColor: "#7c8894",
          },
        })),
      },
    ],
  } as Option;
}

function hint(area: Area | undefined, { texts }: MapSource): string {
  if (!area) return "";
  if (area.expected === 0) return `${area.name}\n${say(texts, "none")}`;
  if (area.answered === null || area.expected === null)
    return `${area.name}\n${say(texts, "unknown")}`;
  const language = document.documentElement.lang;
  const of = say(texts, "of", {
    answered: countText(area.answered, language),
    expected: countText(area.expected, language),
  });
  return `${area.name}\n${of} · ${percentText(area.answered, area.expected)}`;
}

/** Follow a click to the area's page. */
export function followClicks(chart: Chart, areas: () => readonly Area[]): void {
  chart.on("click", (hit) => {
    const url = areas().find(({ code }) => code === hit.name)?.url;
    if (url) location.assign(url);
  });
}
