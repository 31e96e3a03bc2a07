/**
 * A check that was entered and must reach the server exactly once.
 *
 * Everything here is pure; what the network and the phone's storage do is in `send` and `store`.
 */

export type Body = Readonly<Record<string, unknown>>;

export type State = "waiting" | "sent" | "sign_in" | "forbidden" | "conflict" | "refused";

export interface Item {
  /** reader, unit, day and session: one item for one check of one person. */
  readonly key: string;
  readonly reader: string;
  readonly api: string;
  readonly page: string;
  readonly title: string;
  /** What is to be sent; null once it has been, as the phone need not keep it. */
  readonly body: Body | null;
  /** Counts the saves, so that an answer to an older content is told from one to this. */
  readonly version: number;
  /** An older content that may or may not have arrived; it goes first. */
  readonly first: Body | null;
  /** Whether `body` was sent at least once: its fate is unknown until an answer comes. */
  readonly attempted: boolean;
  readonly state: State;
  readonly savedAt: number;
  readonly sentAt: number | null;
  readonly tries: number;
  readonly nextTry: number;
  /** The revision on the server, and the one it replaced. */
  readonly answer: Answer | null;
  readonly problem: Problem | null;
}

export interface Answer {
  readonly id: unknown;
  readonly revised: unknown;
  /** When it was received, by the server's clock. */
  readonly at: string | null;
}

export interface Problem {
  readonly status: number;
  readonly detail: string;
  readonly fields: Readonly<Record<string, readonly string[]>>;
}

export interface Entry {
  readonly reader: string;
  readonly api: string;
  readonly page: string;
  readonly title: string;
  readonly body: Body;
}

export interface Accepted {
  readonly kind: "accepted";
  readonly id: unknown;
  readonly at?: string | null;
}

export type Outcome =
  | Accepted
  | { readonly kind: "later" }
  | {
      readonly kind: "sign_in" | "forbidden" | "conflict" | "refused";
      readonly problem: Problem;
    };

const SECOND = 1000;
const DELAYS = [5, 15, 30, 60, 120, 300];
export const DAY = 24 * 3600 * SECOND;

export function keyOf(entry: Pick<Entry, "reader" | "body">): string {
  const { unit, day, session } = entry.body;
  return [entry.reader, unit, day, session].join("|");
}

/** The item to keep when a check is saved, perhaps over an earlier save of the same check. */
export function saved(entry: Entry, old: Item | undefined, at: number): Item {
  return {
    ...entry,
    key: keyOf(entry),
    body: revising(entry.body, old),
    version: (old?.version ?? 0) + 1,
    first: unresolved(old),
    attempted: false,
    state: "waiting",
    savedAt: at,
    sentAt: null,
    tries: 0,
    nextTry: at,
    answer: old?.answer ?? null,
    problem: null,
  };
}

/** A page opened before our last answer names an older revision than the one we made. */
function revising(body: Body, old: Item | undefined): Body {
  if (!old?.answer || !sameRevision(body["revises"], old.answer.revised)) return body;
  return { ...body, revises: old.answer.id };
}

function sameRevision(left: unknown, right: unknown): boolean {
  return (left ?? null) === (right ?? null);
}

/** Of an earlier save, the content that may have arrived without our knowing. */
function unresolved(old: Item | undefined): Body | null {
  if (!old || old.state === "sent" || old.state === "conflict" || old.state === "refused")
    return null;
  return old.first ?? (old.attempted ? old.body : null);
}

/** Mark that the content is on its way: from now on it may have arrived. */
export function attempting(item: Item): Item {
  return item.first ? item : { ...item, attempted: true };
}

/** The content whose turn it is. */
export function next(item: Item): Body | null {
  return item.first ?? item.body;
}

/**
 * The item after an answer to `sent`, the item as it was when its content left.
 *
 * `item` is the item as it is now: the person may have saved again in the meantime.
 */
export function answered(item: Item, sent: Item, outcome: Outcome, at: number, jitter = 0): Item {
  if (outcome.kind === "accepted") return accepted(item, sent, outcome, at);
  if (outcome.kind === "later") return postponed(item, at, jitter);
  if (isOlder(item, sent) && outcome.kind === "refused") {
    return { ...item, first: null }; // the newer content has yet to be tried
  }
  const settled = outcome.kind === "conflict" || outcome.kind === "refused";
  return {
    ...item,
    first: settled ? null : item.first,
    attempted: settled ? false : item.attempted,
    state: outcome.kind,
    problem: outcome.problem,
    tries: item.tries + 1,
  };
}

function accepted(
  item: Item,
  sent: Item,
  { id, at: receivedAt = null }: Accepted,
  at: number,
): Item {
  const content = next(sent);
  const answer = { id, revised: content?.["revises"] ?? null, at: receivedAt };
  const settled = { ...item, first: null, attempted: false, tries: 0, problem: null, answer };
  if (isOlder(item, sent) && item.body)
    return { ...settled, body: { ...item.body, revises: id }, nextTry: at, state: "waiting" };
  return { ...settled, body: null, state: "sent", sentAt: at };
}

/** Whether what was sent is an older content than the item's own. */
function isOlder(item: Item, sent: Item): boolean {
  return sent.first !== null || item.version !== sent.version;
}

function postponed(item: Item, at: number, jitter: number): Item {
  const seconds = DELAYS[Math.min(item.tries, DELAYS.length - 1)] ?? 300;
  const delay = seconds * SECOND * (1 + jitter);
  return { ...item, state: "waiting", tries: item.tries + 1, nextTry: at + delay };
}

/** Whether to try now; `eager` when the network or the person has come back. */
export function isDue(item: Item, at: number, eager: boolean): boolean {
  if (item.body === null) return false;
  if (item.state === "waiting") return eager || item.nextTry <= at;
  return eager && (item.state === "sign_in" || item.state === "forbidden");
}

/** What may be forgotten: sent a day ago. What has not been sent is never thrown away. */
export function isStale(item: Item, at: number): boolean {
  return item.state === "sent" && item.sentAt !== null && at - item.sentAt > DAY;
}

/** When it was sent: as the server received it, else by the phone's own clock. */
export function sentTime(item: Item): string | number {
  return item.answer?.at ?? item.sentAt ?? 0;
}

export function isOpen(item: Item): boolean {
  return item.state !== "sent";
}
