/** What is being entered, kept in this tab only, so that a reload loses nothing. */

const PREFIX = "fx-draft|";

/** `key` begins with the person and a `|`. */
export function readDraft<T>(key: string): T | null {
  try {
    const text = sessionStorage.getItem(PREFIX + key);
    return text ? (JSON.parse(text) as T) : null;
  } catch {
    return null;
  }
}

/** Keep a draft; null drops it. */
export function keepDraft(key: string, draft: unknown): void {
  try {
    if (draft === null) sessionStorage.removeItem(PREFIX + key);
    else sessionStorage.setItem(PREFIX + key, JSON.stringify(draft));
  } catch {
    // Storage may be forbidden or full; what was entered still stands on the page.
  }
}

/** Forget what everyone but this person was entering; with "" everyone's. */
export function forgetDrafts(except: string): void {
  try {
    for (const key of Object.keys(sessionStorage))
      if (key.startsWith(PREFIX) && !(except && key.startsWith(`${PREFIX}${except}|`)))
        sessionStorage.removeItem(key);
  } catch {
    // Nothing can be kept where storage is forbidden.
  }
}
