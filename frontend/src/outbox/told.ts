import type { Body } from "./item";

const SLOW_MS = 60_000;
const MARGIN_MS = 5000;

/**
 * When a check that could not be sent at once was told: the moment the person pressed send, moved
 * from the phone's clock to the server's, never in the future. Null where it left without delay.
 */
export function toldAt(savedAt: number, now: number, serverNow: number): string | null {
  if (now - savedAt < SLOW_MS) return null;
  const moved = savedAt + (serverNow - now);
  return new Date(Math.min(moved, serverNow - MARGIN_MS)).toISOString();
}

/** The content with when it was told, where it waited on the phone for more than a minute. */
export async function timely(body: Body, savedAt: number): Promise<Body> {
  if (body["told_at"] || Date.now() - savedAt < SLOW_MS || isDemo()) return body;
  const serverNow = await serverTime();
  const told = serverNow && toldAt(savedAt, Date.now(), serverNow);
  return told ? { ...body, told_at: told } : body;
}

/** A demonstration runs on a clock of its own: there the server says when. */
function isDemo(): boolean {
  return document.getElementById("demo-clock") !== null;
}

/** The server's clock, to the second; null when it cannot be had. */
async function serverTime(): Promise<number | null> {
  try {
    const response = await fetch("/healthz", { method: "HEAD", cache: "no-store" });
    return Date.parse(response.headers.get("Date") ?? "") || null;
  } catch {
    return null;
  }
}
