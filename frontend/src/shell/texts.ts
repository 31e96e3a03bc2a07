/** Texts come from the server in the reader's language, as data attributes or JSON. */
export type Texts = Readonly<Record<string, string | undefined>>;

/** Fill `{name}` in a text; an unknown key shows itself, so that a gap is seen. */
export function say(
  texts: Texts,
  key: string,
  values: Record<string, string | number> = {},
): string {
  const text = texts[key] ?? key;
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole));
}

/** "08:03" in Asia/Shanghai, whatever the phone believes its zone to be. */
export function clockTime(at: string | number | Date): string {
  return new Intl.DateTimeFormat("en-GB", {
    hour: "2-digit",
    minute: "2-digit",
    timeZone: "Asia/Shanghai",
  }).format(new Date(at));
}
