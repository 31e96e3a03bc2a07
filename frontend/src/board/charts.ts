import { BarChart, LineChart, MapChart } from "echarts/charts";
import {
  AriaComponent,
  GeoComponent,
  GridComponent,
  LegendComponent,
  MarkLineComponent,
  TooltipComponent,
} from "echarts/components";
import * as echarts from "echarts/core";
import { CanvasRenderer } from "echarts/renderers";

echarts.use([
  AriaComponent,
  BarChart,
  CanvasRenderer,
  GeoComponent,
  GridComponent,
  LegendComponent,
  LineChart,
  MapChart,
  MarkLineComponent,
  TooltipComponent,
]);

export { echarts };
export type Chart = ReturnType<typeof echarts.init>;
export type Option = Parameters<Chart["setOption"]>[0];

export const FONT =
  'system-ui, -apple-system, "PingFang SC", "Noto Sans CJK SC", "Microsoft YaHei", sans-serif';

/** What all charts share. Tooltips are drawn on the canvas: the policy allows no inline style. */
export function base(): Option {
  return {
    animation: false,
    textStyle: { fontFamily: FONT, fontSize: 12, color: "#17212b" },
    tooltip: {
      renderMode: "richText",
      confine: true,
      backgroundColor: "#fff",
      borderColor: "#b4bcc5",
      textStyle: { color: "#17212b", fontFamily: FONT, fontSize: 13 },
    },
  };
}
