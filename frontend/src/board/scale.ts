/** The steps of completeness: the same five as the strip drawn by the server, and two beside. */

export type Step = 0 | 1 | 2 | 3 | 4 | "unknown" | "none";

const BOUNDS = [50, 80, 95, 100];

/** answered ÷ expected in percent; null where either is not known or nothing is expected. */
export function share(answered: number | null, expected: number | null): number | null {
  if (answered === null || expected === null || expected === 0) return null;
  return (100 * answered) / expected;
}

export function stepOf(answered: number | null, expected: number | null): Step {
  if (expected === 0) return "none";
  const value = share(answered, expected);
  if (value === null) return "unknown";
  return BOUNDS.filter((bound) => value >= bound).length as Step;
}

/** "87.5 %"; 100 only when nothing is missing, 0 only when nothing is there. */
export function percentText(answered: number | null, expected: number | null): string {
  const value = share(answered, expected);
  if (value === null || answered === null || expected === null) return "—";
  let rounded = Math.round(value * 10) / 10;
  if (rounded >= 100 && answered < expected) rounded = 99.9;
  if (rounded === 0 && answered > 0) rounded = 0.1;
  return `${rounded === 0 || rounded === 100 ? rounded : rounded.toFixed(1)} %`;
}

export function countText(value: number | null, language?: string): string {
  return value === null ? "—" : new Intl.NumberFormat(language).format(value);
}

/** Split a day's bar into what came on time, late, and not at all; null where not known. */
export function parts(
  answered: number | null,
  onTime: number | null | undefined,
  expected: number | null,
): { onTime: number; late: number; silent: number } | null {
  if (answered === null || !expected) return null;
  const punctual = onTime ?? answered;
  const percent = (n: number): number => (100 * n) / expected;
  return {
    onTime: percent(punctual),
    late: percent(answered - punctual),
    silent: percent(expected - answered),
  };
}
