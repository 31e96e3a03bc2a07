import type { Texts } from "../shell/texts";

export interface Choice {
  readonly code: string;
  readonly label: string;
}

export interface Person {
  readonly id: number | string;
  readonly name: string;
  readonly phone?: string;
}

export interface Behalf {
  readonly of: string;
  readonly required: boolean;
  readonly channels: readonly Choice[];
}

export interface Current {
  readonly id: unknown;
  readonly body: Readonly<Record<string, unknown>>;
  readonly at: string;
  readonly by: string;
  readonly signed: boolean;
}

/** What the server gives the page; see docs/frontend.md. */
export interface CheckPage {
  readonly api: string;
  readonly title: string;
  readonly unit: string;
  readonly day: string;
  readonly session: "morning" | "noon" | "evening" | "home";
  readonly enrolled: number;
  readonly roster: readonly Person[] | null;
  readonly current: Current | null;
  readonly behalf: Behalf | null;
  readonly reasons: readonly Choice[];
  readonly symptoms: readonly Choice[];
  readonly places: readonly Choice[];
  readonly texts: Texts;
}

export type Mark = "ill" | "leave" | "unknown_cause" | "other" | "not_known" | "symptomatic";

/** One person who is not simply here and well; nameless where nobody was named. */
export interface Line {
  readonly key: string;
  readonly person: number | string | null;
  readonly name: string;
  readonly mark: Mark;
  readonly symptoms: readonly string[];
  readonly temperature: number | null;
}

export interface OnBehalf {
  readonly of: string;
  readonly channel: string;
  readonly toldAt: string;
}

/** A line as the API takes it. */
export interface ApiLine {
  person?: number | string;
  name?: string;
  reason?: string;
  symptoms: string[];
  temperature: number | null;
}

export type Payload = Record<string, unknown>;
