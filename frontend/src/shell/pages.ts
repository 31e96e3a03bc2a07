import { forgetDrafts } from "./drafts";
import { pageReader } from "./reader";

const PAGES = "pages-";

/** Forget pages and drafts kept here when the person signs out or another one signed in. */
export function startPages(): void {
  document.addEventListener("submit", (event) => {
    if ((event.target as HTMLElement).matches("[data-sign-out]")) forget("");
  });
  forget(pageReader());
}

function forget(except: string): void {
  forgetDrafts(except);
  if ("caches" in window) void forgetPages(except);
}

async function forgetPages(except: string): Promise<void> {
  for (const name of await caches.keys())
    if (name.startsWith(PAGES) && name !== PAGES + except) await caches.delete(name);
}

/** Keep this page, with what it needs, so that it opens again without a network. */
export async function keepPage(): Promise<void> {
  const reader = pageReader();
  if (!reader || !("serviceWorker" in navigator)) return;
  await navigator.serviceWorker.register("/sw.js");
  const worker = (await navigator.serviceWorker.ready).active;
  const loaded = performance.getEntriesByType("resource").map((entry) => entry.name);
  worker?.postMessage({ keep: location.pathname + location.search, reader, assets: loaded });
}
