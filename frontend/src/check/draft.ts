import { isOpen, type Item } from "../outbox/item";
import { opening, type View } from "./app";
import type { CheckPage } from "./types";

/** A form half filled in, and the revision that it corrects. */
export interface Draft {
  readonly base: unknown;
  readonly school: View["school"];
  readonly home: View["home"];
  readonly behalf: View["behalf"];
}

/** What to keep of the form as it is; null when it says nothing that the page does not. */
export function draftOf(page: CheckPage, view: View): Draft | null {
  if (!view.editing || view.sending) return null;
  const { school, home, behalf } = view;
  const first = opening(page, view.item);
  const untouched = same([school, home, behalf], [first.school, first.home, first.behalf]);
  return untouched ? null : { base: page.current?.id ?? null, school, home, behalf };
}

/** The page with a draft of before; what waits to be sent, or an answer since, comes before it. */
export function withDraft(page: CheckPage, item: Item | null, draft: Draft | null): View {
  const view = opening(page, item);
  if (!draft || (item && isOpen(item))) return view;
  if (item?.sentAt && !page.current) return view;
  if (!same(draft.base, page.current?.id ?? null)) return view;
  const { school, home, behalf } = draft;
  const behalfOpen = view.behalfOpen || behalf.channel !== "";
  return { ...view, school, home, behalf, behalfOpen, editing: true };
}

function same(left: unknown, right: unknown): boolean {
  return JSON.stringify(left) === JSON.stringify(right);
}
