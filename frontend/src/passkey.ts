import { readJson } from "./shell/dom";
import { answered, type Json, toCreate, toGet } from "./passkey/wire";

type Texts = { unsupported: string; stopped: string; bound: string; failed: string };

const options = readJson<Json>("passkey-options");
const texts = readJson<Texts>("passkey-texts");
const form = document.querySelector<HTMLFormElement>("form[data-passkey]");
if (form && options && texts) start(form, options, texts);

/** The form is sent once the browser's passkey has answered; whatever goes wrong is said on it. */
function start(form: HTMLFormElement, options: Json, texts: Texts): void {
  const say = (text: string): void => {
    const place = form.querySelector<HTMLElement>("[data-passkey-says]");
    if (!place) return;
    place.textContent = text;
    place.hidden = text === "";
  };
  const button = form.querySelector<HTMLButtonElement>("button[type=submit]");
  if (!window.PublicKeyCredential) {
    say(texts.unsupported);
    if (button) button.disabled = true;
    return;
  }
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    say("");
    if (button) button.disabled = true;
    ask(form, options)
      .then((credential) => {
        const field = form.elements.namedItem("credential") as HTMLInputElement;
        field.value = JSON.stringify(answered(credential));
        form.submit();
      })
      .catch((error: unknown) => {
        if (button) button.disabled = false;
        say(reason(error, texts));
      });
  });
}

async function ask(form: HTMLFormElement, options: Json): Promise<PublicKeyCredential> {
  const found =
    form.dataset["passkey"] === "create"
      ? await navigator.credentials.create({ publicKey: toCreate(options) })
      : await navigator.credentials.get({ publicKey: toGet(options) });
  if (!(found instanceof PublicKeyCredential)) throw new Error("no passkey");
  return found;
}

function reason(error: unknown, texts: Texts): string {
  const name = error instanceof DOMException ? error.name : "";
  if (name === "NotAllowedError" || name === "AbortError") return texts.stopped;
  return name === "InvalidStateError" ? texts.bound : texts.failed;
}
