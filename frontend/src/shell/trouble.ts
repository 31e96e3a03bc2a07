import { h } from "./dom";

let notice: HTMLElement | null = null;

/** Say when a part of the page could not be fetched, and take it back when it could again. */
export function startTrouble(): void {
  const { body } = document;
  body.addEventListener("htmx:responseError", show);
  body.addEventListener("htmx:sendError", show);
  body.addEventListener("htmx:timeout", show);
  body.addEventListener("htmx:afterOnLoad", () => {
    notice?.remove();
    notice = null;
  });
  // Nobody looks at a hidden page: what polls there waits until it is seen again.
  body.addEventListener("htmx:beforeRequest", (event) => {
    if (document.hidden && (event.target as HTMLElement).matches("[data-poll]"))
      event.preventDefault();
  });
  // A part asked for after the sign-in has ended answers with the sign-in page: open that whole.
  body.addEventListener("htmx:beforeSwap", (event) => {
    const { detail } = event as CustomEvent<{ xhr: XMLHttpRequest; shouldSwap: boolean }>;
    if (!detail.xhr.responseURL.includes("/sign-in/")) return;
    if (location.pathname.startsWith("/sign-in/")) return;
    detail.shouldSwap = false;
    location.reload();
  });
}

function show(): void {
  const messages = document.getElementById("messages");
  if (notice || !messages?.dataset["stale"]) return;
  notice = h("div", { class: "alert alert-warning", role: "status" }, messages.dataset["stale"]);
  messages.append(notice);
}
