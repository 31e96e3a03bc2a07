type Child = Node | string | null | undefined | false;
type Value = string | number | boolean | null | undefined | ((event: Event) => void);

/** Make an element. `on…` keys are listeners, booleans are present or absent, the rest attributes. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  props: Record<string, Value> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (typeof value === "function") element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined)
      element.setAttribute(name, String(value));
  }
  for (const child of children) if (child) element.append(child);
  return element;
}

/** Replace what stands in `root`, keeping the focus on the element with the same `data-focus`. */
export function redraw(root: HTMLElement, ...children: readonly Child[]): void {
  const focused = document.activeElement;
  const key = root.contains(focused) ? (focused as HTMLElement).dataset["focus"] : undefined;
  const caret = focused instanceof HTMLInputElement ? focused.selectionStart : null;
  root.replaceChildren(...children.filter((child): child is Node | string => Boolean(child)));
  if (!key) return;
  const again = root.querySelector<HTMLElement>(`[data-focus="${CSS.escape(key)}"]`);
  again?.focus({ preventScroll: true });
  if (caret !== null && again instanceof HTMLInputElement) again.setSelectionRange(caret, caret);
}

/** Read the JSON that the server put into `<script type="application/json" id=…>`. */
export function readJson<T>(id: string): T | null {
  const text = document.getElementById(id)?.textContent;
  return text ? (JSON.parse(text) as T) : null;
}
