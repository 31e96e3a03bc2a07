import { csrfToken } from "../shell/reader";
import type { Body, Outcome, Problem } from "./item";

const PATIENCE_MS = 20_000;

/** Post a check once and say what came of it; never throws. */
export async function post(api: string, body: Body): Promise<Outcome> {
  const stop = new AbortController();
  const timer = setTimeout(() => stop.abort(), PATIENCE_MS);
  try {
    const response = await fetch(api, {
      method: "POST",
      credentials: "same-origin",
      redirect: "manual",
      headers: {
        "Content-Type": "application/json",
        Accept: "application/json, application/problem+json",
        "X-CSRFToken": csrfToken(),
      },
      body: JSON.stringify(body),
      signal: stop.signal,
    });
    return outcome(response.status, await json(response));
  } catch {
    return { kind: "later" };
  } finally {
    clearTimeout(timer);
  }
}

async function json(response: Response): Promise<Record<string, unknown>> {
  try {
    return (await response.json()) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** What an answer of the server means for the item. */
export function outcome(status: number, answer: Record<string, unknown>): Outcome {
  if (status === 200 || status === 201) {
    // Something between us and the server may answer 200 with a page of its own.
    if (!("id" in answer)) return { kind: "later" };
    const at = answer["received_at"];
    return { kind: "accepted", id: answer["id"], at: typeof at === "string" ? at : null };
  }
  if (status === 401 || status === 0) return { kind: "sign_in", problem: problem(401, answer) };
  if (status === 403) return { kind: "forbidden", problem: problem(status, answer) };
  if (status === 409) return { kind: "conflict", problem: problem(status, answer) };
  if (status === 408 || status === 425 || status === 429 || status >= 500) return { kind: "later" };
  return { kind: "refused", problem: problem(status, answer) };
}

function problem(status: number, answer: Record<string, unknown>): Problem {
  const detail = answer["detail"];
  return {
    status,
    detail: typeof detail === "string" ? detail : "",
    fields: fields(answer["fields"] ?? answer["errors"] ?? detail),
  };
}

/** Field messages, as `{field: [text]}` or as a list of `{field|loc, detail|msg}`. */
export function fields(errors: unknown): Record<string, string[]> {
  const found: Record<string, string[]> = {};
  if (Array.isArray(errors)) {
    for (const error of errors as Record<string, unknown>[]) {
      const place = error["field"] ?? error["loc"];
      const name = Array.isArray(place) ? String(place.at(-1)) : String(place ?? "");
      (found[name] ??= []).push(String(error["detail"] ?? error["msg"] ?? ""));
    }
  } else if (typeof errors === "object" && errors !== null) {
    for (const [name, texts] of Object.entries(errors))
      found[name] = (Array.isArray(texts) ? texts : [texts]).map(String);
  }
  return found;
}
