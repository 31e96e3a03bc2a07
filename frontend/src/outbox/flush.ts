import { sessionReader } from "../shell/reader";
import { answered, attempting, isDue, next, type Item } from "./item";
import { post } from "./send";
import { change, itemsOf, tidy } from "./store";
import { timely } from "./told";

const LOCK = "fangxian-outbox";

/** Send what is due for this person. One tab at a time; a second one simply does nothing. */
export async function flush(reader: string, eager: boolean): Promise<void> {
  if (!reader) return;
  if (!("locks" in navigator)) return sendAll(reader, eager);
  await navigator.locks.request(LOCK, { ifAvailable: !eager }, async (lock) => {
    if (lock) await sendAll(reader, eager);
  });
}

async function sendAll(reader: string, eager: boolean): Promise<void> {
  for (const item of await itemsOf(reader)) {
    if (isDue(item, Date.now(), eager)) await send(item);
  }
  await tidy(Date.now());
}

/** Send an item, and after an older content of it the newer one at once. */
async function send(item: Item): Promise<void> {
  const after = await sendOnce(item.key);
  const newerIsLeft = after?.body && after.state === "waiting" && after.tries === 0;
  if (newerIsLeft) await sendOnce(item.key);
}

async function sendOnce(key: string): Promise<Item | undefined> {
  const sent = await change(key, (item) => item && attempting(item));
  const content = sent && next(sent);
  if (!sent || !content) return sent;
  // Asked at the last moment: another tab may have signed in as somebody else.
  const holder = sessionReader();
  if (holder && holder !== sent.reader) return undefined;
  const result = await post(sent.api, await timely(content, sent.savedAt));
  const after = await change(
    key,
    (item) => item && answered(item, sent, result, Date.now(), Math.random() * 0.5),
  );
  document.dispatchEvent(new CustomEvent("fx:outbox", { detail: after }));
  return after;
}
