import type { Step } from "./scale";

/** Colours are the style sheet's: a chart, the strip and the legend never differ. */
export function colour(name: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(name).trim() || "#888";
}

let hatch: { image: HTMLCanvasElement; repeat: "repeat" } | undefined;

/** The pattern of what is not known; a pattern, so that no shade can be mistaken for a share. */
export function hatched(): { image: HTMLCanvasElement; repeat: "repeat" } {
  if (hatch) return hatch;
  const image = document.createElement("canvas");
  image.width = image.height = 8;
  const pen = image.getContext("2d");
  if (pen) {
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, 8, 8);
    pen.strokeStyle = colour("--fx-hatch-line");
    pen.lineWidth = 1.5;
    for (const shift of [-8, 0, 8]) {
      pen.beginPath();
      pen.moveTo(shift, 8);
      pen.lineTo(shift + 8, 0);
      pen.stroke();
    }
  }
  hatch = { image, repeat: "repeat" };
  return hatch;
}

export function fill(step: Step): string | ReturnType<typeof hatched> {
  if (step === "unknown") return hatched();
  if (step === "none") return "#fff";
  return colour(`--fx-step-${step}`);
}
