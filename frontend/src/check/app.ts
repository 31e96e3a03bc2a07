import { say } from "../shell/texts";
import { isOpen, type Item } from "../outbox/item";
import { homePayload, restoreHome, type Home } from "./home";
import { restoreSchool, schoolPayload, type School } from "./school";
import type { TextKey } from "./texts";
import type { CheckPage, OnBehalf, Payload } from "./types";

/** Everything the page shows, in one place; views read it and call `set`. */
export interface View {
  readonly school: School;
  readonly home: Home;
  readonly behalf: OnBehalf;
  readonly editing: boolean;
  readonly sending: boolean;
  /** What the outbox knows of this check. */
  readonly item: Item | null;
  /** False where the phone refused to keep it. */
  readonly kept: boolean;
  readonly filter: string;
  /** Whether the part for answering on behalf of somebody is open. */
  readonly behalfOpen: boolean;
}

export interface App {
  readonly page: CheckPage;
  readonly view: View;
  set(change: Partial<View>): void;
  /** Change what nothing else on the page shows, without drawing: the field in use stays. */
  note(change: Partial<View>): void;
  t(key: TextKey, values?: Record<string, string | number>): string;
}

export function isHome(page: CheckPage): boolean {
  return page.session === "home";
}

/** The page as it opens: with what was sent, or with what still waits on this phone. */
export function opening(page: CheckPage, item: Item | null): View {
  const waiting = item && isOpen(item) ? item.body : null;
  const body = waiting ?? page.current?.body;
  const from: CheckPage = body
    ? { ...page, current: { id: null, at: "", by: "", signed: false, ...page.current, body } }
    : page;
  const known = Boolean(body) || (item?.state === "sent" && isNewer(page, item));
  return {
    school: restoreSchool(from),
    home: restoreHome(from),
    behalf: onBehalf(page, body),
    behalfOpen: page.behalf?.required === true || Boolean(onBehalf(page, body).channel),
    editing: !known,
    sending: false,
    item,
    kept: true,
    filter: "",
  };
}

/** On whose behalf an answer was given; one sent from this page itself has no such channel. */
function onBehalf(page: CheckPage, body: Payload | undefined): OnBehalf {
  const told = page.behalf?.channels.find(({ code }) => code === body?.["channel"]);
  const whom = told ? body?.["on_behalf_of"] : null;
  return { of: String(whom ?? page.behalf?.of ?? ""), channel: told?.code ?? "", toldAt: "" };
}

/** Whether what the phone sent is newer than what the page, perhaps a kept one, was drawn from. */
export function isNewer(page: CheckPage, item: Item): boolean {
  if (!item.answer) return false;
  return !page.current || page.current.id === item.answer.revised;
}

/** What would be sent; null while something is still to be answered. */
export function payload({ page, view }: App): Payload | null {
  if (needsBehalf(page, view)) return null;
  const behalf = view.behalf.channel ? view.behalf : undefined;
  return isHome(page)
    ? homePayload(page, view.home, behalf)
    : schoolPayload(page, view.school, behalf);
}

export function needsBehalf(page: CheckPage, { behalf }: View): boolean {
  if (!page.behalf) return false;
  if (behalf.channel) return behalf.of.trim() === "";
  return page.behalf.required;
}

export function makeApp(
  page: CheckPage,
  first: View,
  changed: (app: App, quietly: boolean) => void,
): App {
  let view = first;
  const app: App = {
    page,
    get view() {
      return view;
    },
    set(change) {
      view = { ...view, ...change };
      changed(app, false);
    },
    note(change) {
      view = { ...view, ...change };
      changed(app, true);
    },
    t: (key, values) => say(page.texts, key, values),
  };
  return app;
}
