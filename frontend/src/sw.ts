/// <reference lib="webworker" />
/**
 * Keeps the check page of the person at this phone, so that it opens without a network.
 *
 * Pages come from the network first; only those that a page asked to keep are kept, for one
 * person at a time. Files with a hash in their name never change and come from the cache.
 * Anything else, the API first of all, is left to the browser.
 */
declare const self: ServiceWorkerGlobalScope;
export type {};

const ASSETS = "assets";
const PAGES = "pages-";
const READER = "Fangxian-Reader";
const MOST_ASSETS = 60;
const MOST_PAGES = 12; // names stand on them: no more is kept than a few days' checks
const PATIENCE_MS = 8000;

interface Keep {
  readonly keep: string;
  readonly reader: string;
  readonly assets: readonly string[];
}

self.addEventListener("install", () => void self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("message", (event) => {
  const message = event.data as Partial<Keep> | null;
  if (message?.keep && message.reader) event.waitUntil(keep(message as Keep));
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || url.origin !== self.location.origin) return;
  if (isAsset(url)) event.respondWith(asset(request));
  else if (request.mode === "navigate") event.respondWith(page(request, event));
});

function isAsset(url: URL): boolean {
  return url.pathname.startsWith("/static/assets/");
}

async function asset(request: Request | string): Promise<Response> {
  const cache = await caches.open(ASSETS);
  const kept = await cache.match(request);
  if (kept) return kept;
  const response = await fetch(request);
  if (response.ok) {
    await cache.put(request, response.clone());
    await trim(cache, MOST_ASSETS);
  }
  return response;
}

async function page(request: Request, event: FetchEvent): Promise<Response> {
  const fresh = fetch(request);
  event.waitUntil(
    fresh.then((response) => renew(request, response.clone())).catch(() => undefined),
  );
  try {
    return await Promise.race([fresh, tooLate(request)]);
  } catch {
    return (await kept(request)) ?? (await start(request)) ?? fresh;
  }
}

/** Rejects after a while, but only where there is something to show instead. */
function tooLate(request: Request): Promise<never> {
  return new Promise((_resolve, reject) => {
    setTimeout(() => void kept(request).then((page) => page && reject(new Error())), PATIENCE_MS);
  });
}

async function kept(request: Request): Promise<Response | undefined> {
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const found = await (await caches.open(name)).match(address(request.url));
    if (found) return found;
  }
  return undefined;
}

/** Without a network the start page leads to the page kept last. */
async function start(request: Request): Promise<Response | undefined> {
  if (new URL(request.url).pathname !== "/") return undefined;
  for (const name of await caches.keys()) {
    if (!name.startsWith(PAGES)) continue;
    const last = (await (await caches.open(name)).keys()).at(-1);
    if (last) return Response.redirect(last.url, 302);
  }
  return undefined;
}

/** Renew a kept page from a fresh answer, if it was drawn for the same person. */
async function renew(request: Request, response: Response): Promise<void> {
  const reader = response.headers.get(READER);
  if (!response.ok || response.redirected || reader === null) return;
  const name = PAGES + reader;
  await forgetOthers(name);
  if (!(await caches.has(name))) return;
  const cache = await caches.open(name);
  if (await cache.match(address(request.url))) await cache.put(address(request.url), response);
}

async function keep({ keep: path, reader, assets }: Keep): Promise<void> {
  const name = PAGES + reader;
  await forgetOthers(name);
  const wanted = assets.filter((url) => isAsset(new URL(url, self.location.origin)));
  await Promise.allSettled(wanted.map((url) => asset(url)));
  const cache = await caches.open(name);
  if (await cache.match(path)) return;
  const response = await fetch(path, { credentials: "same-origin" });
  const drawnFor = response.headers.get(READER);
  if (!response.ok || response.redirected || drawnFor !== reader) return;
  await cache.put(path, response);
  await trim(cache, MOST_PAGES);
}

/** Forget the oldest. */
async function trim(cache: Cache, most: number): Promise<void> {
  const keys = await cache.keys();
  await Promise.all(keys.slice(0, -most).map((key) => cache.delete(key)));
}

async function forgetOthers(name: string): Promise<void> {
  for (const other of await caches.keys())
    if (other.startsWith(PAGES) && other !== name) await caches.delete(other);
}

function address(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
