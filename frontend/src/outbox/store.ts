import { openDB, type DBSchema, type IDBPDatabase } from "idb";
import { isOpen, isStale, keyOf, saved, type Entry, type Item } from "./item";

interface Outbox extends DBSchema {
  items: { key: string; value: Item; indexes: { reader: string } };
}

export const HINT = "fangxian-outbox";
let opening: Promise<IDBPDatabase<Outbox>> | undefined;

function open(): Promise<IDBPDatabase<Outbox>> {
  opening ??= openDB<Outbox>("fangxian", 1, {
    upgrade(database) {
      database.createObjectStore("items", { keyPath: "key" }).createIndex("reader", "reader");
    },
    blocking(_current, _blocked, event) {
      (event.target as IDBDatabase).close();
      opening = undefined;
    },
  });
  return opening;
}

/** Keep a check on this phone; it is durable when this resolves. */
export async function keep(entry: Entry, at: number): Promise<Item> {
  const item = await change(keyOf(entry), (old) => saved(entry, old, at));
  hint(true);
  return item as Item;
}

/** Change an item in one transaction; `change` gets it as it is now. */
export async function change(
  key: string,
  how: (item: Item | undefined) => Item | undefined,
): Promise<Item | undefined> {
  const transaction = (await open()).transaction("items", "readwrite", { durability: "strict" });
  const item = how(await transaction.store.get(key));
  if (item) await transaction.store.put(item);
  await transaction.done;
  return item;
}

export async function itemsOf(reader: string): Promise<Item[]> {
  return (await open()).getAllFromIndex("items", "reader", reader);
}

export async function find(key: string): Promise<Item | undefined> {
  return (await open()).get("items", key);
}

/** Give up an item: the person chose another's answer over it. */
export async function drop(key: string): Promise<void> {
  await (await open()).delete("items", key);
}

/** How many checks wait for other people who use this phone. */
export async function waitingForOthers(reader: string): Promise<number> {
  const all = await (await open()).getAll("items");
  return all.filter((item) => item.reader !== reader && isOpen(item)).length;
}

/** Forget what was sent long ago, and note whether anything is left to do. */
export async function tidy(at: number): Promise<void> {
  const database = await open();
  const all = await database.getAll("items");
  const stale = all.filter((item) => isStale(item, at));
  await Promise.all(stale.map((item) => database.delete("items", item.key)));
  hint(all.some(isOpen));
}

/** A hint that spares pages with an empty outbox from opening the database at all. */
function hint(something: boolean): void {
  try {
    if (something) localStorage.setItem(HINT, "1");
    else localStorage.removeItem(HINT);
  } catch {
    // Storage may be forbidden; the outbox then looks into the database on every page.
  }
}
