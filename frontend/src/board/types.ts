import type { Texts } from "../shell/texts";

/** One area of the map; null is not known, and drawn as that. */
export interface Area {
  readonly code: string;
  readonly name: string;
  readonly answered: number | null;
  readonly expected: number | null;
  readonly url?: string;
}

export interface MapSource {
  /** Address of the GeoJSON; its features carry `code`. */
  readonly geo: string;
  /** Only these areas are drawn: a city's board shows its counties. */
  readonly areas: readonly Area[];
  readonly texts: Texts;
}

export interface StripDay {
  readonly day: string;
  readonly answered: number | null;
  readonly on_time?: number | null;
  /** 0: nothing was due. */
  readonly expected: number | null;
}

export interface StripSource {
  readonly days: readonly StripDay[];
  readonly texts: Texts;
}

export interface CurveSource {
  readonly x: readonly string[];
  readonly series: readonly {
    readonly name: string;
    readonly values: readonly (number | null)[];
    readonly kind?: "line" | "bar" | "faint";
  }[];
  /** A line across: as many as are expected. */
  readonly expected?: number | null;
  readonly unit?: string;
  readonly texts: Texts;
}
