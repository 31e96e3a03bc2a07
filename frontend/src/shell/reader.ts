/** Who this page was drawn for, and whose session the browser holds now. */

function meta(): HTMLMetaElement | null {
  return document.querySelector<HTMLMetaElement>('meta[name="fx-reader"]');
}

function cookie(name: string): string {
  for (const pair of document.cookie.split("; ")) {
    const at = pair.indexOf("=");
    if (pair.slice(0, at) === name) return decodeURIComponent(pair.slice(at + 1));
  }
  return "";
}

/** The person this page was drawn for; "" for nobody. */
export function pageReader(): string {
  return meta()?.content ?? "";
}

/** The person whose session the browser holds at this moment; "" for nobody. */
export function sessionReader(): string {
  return cookie(meta()?.dataset["readerCookie"] || "sessionid_reader");
}

/** The token that a write must carry; the cookie is always the newest. */
export function csrfToken(): string {
  const kept = cookie(meta()?.dataset["csrfCookie"] || "csrftoken");
  if (kept) return kept;
  return document.querySelector<HTMLInputElement>('input[name="csrfmiddlewaretoken"]')?.value ?? "";
}
