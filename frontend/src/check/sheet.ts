import { h } from "../shell/dom";
import type { App } from "./app";
import { choices, toggles } from "./parts";
import { readTemperature } from "./school";
import type { Choice, Line } from "./types";

export interface SheetOptions {
  readonly title: string;
  /** The marks to choose from; none where the mark is given. */
  readonly marks: readonly Choice[];
  /** Marks after which symptoms and temperature are asked. */
  readonly detailed: readonly string[];
  readonly mark: string | null;
  readonly line: Line | null;
  readonly places?: { readonly options: readonly Choice[]; readonly chosen: string | null };
  /** Whether a name may be typed. */
  readonly named: boolean;
  readonly removable: boolean;
}

export interface SheetResult {
  readonly mark: string | null;
  readonly place: string | null;
  readonly symptoms: readonly string[];
  readonly temperature: number | null;
  readonly name: string;
}

/** Ask about one person in a sheet from below; "remove" and null (cancelled) are answers too. */
export function openSheet(app: App, options: SheetOptions): Promise<SheetResult | "remove" | null> {
  return new Promise((resolve) => {
    const sheet = new Sheet(app, options, (result) => {
      sheet.close();
      resolve(result);
    });
    sheet.open();
  });
}

class Sheet {
  private readonly dialog = h("dialog", { class: "fx-sheet", "aria-labelledby": "sheet-title" });
  private mark: string | null;
  private place: string | null;
  private readonly symptoms: Set<string>;
  private readonly temperature: HTMLInputElement;
  private readonly name: HTMLInputElement;
  private readonly back = document.activeElement as HTMLElement | null;

  constructor(
    private readonly app: App,
    private readonly options: SheetOptions,
    private readonly finish: (result: SheetResult | "remove" | null) => void,
  ) {
    this.mark = options.mark;
    this.place = options.places?.chosen ?? null;
    this.symptoms = new Set(options.line?.symptoms);
    this.temperature = h("input", {
      class: "form-control",
      id: "sheet-temperature",
      inputmode: "decimal",
      autocomplete: "off",
      value: options.line?.temperature ?? "",
      "aria-describedby": "sheet-temperature-hint",
    });
    this.name = h("input", {
      class: "form-control",
      id: "sheet-name",
      value: options.line?.name ?? "",
    });
  }

  open(): void {
    this.dialog.addEventListener("cancel", () => this.finish(null));
    this.dialog.addEventListener("click", (event) => {
      if (event.target === this.dialog) this.finish(null);
    });
    document.body.append(this.dialog);
    this.draw();
    if (this.dialog.showModal) this.dialog.showModal();
    else this.dialog.setAttribute("open", "");
  }

  close(): void {
    this.dialog.remove();
    const key = this.back?.dataset["focus"];
    if (!key) return;
    const opener = document.querySelector<HTMLElement>(`[data-focus="${CSS.escape(key)}"]`);
    opener?.focus({ preventScroll: true });
  }

  private draw(): void {
    const { app, options } = this;
    const detailed = this.mark !== null && options.detailed.includes(this.mark);
    this.dialog.replaceChildren(
      h(
        "form",
        { class: "fx-sheet-body", onsubmit: (event) => this.done(event) },
        h("h2", { id: "sheet-title" }, options.title),
        options.marks.length > 0 &&
          choices(options.marks, this.mark, "mark", (code) => this.pick(code)),
        options.named &&
          this.row("sheet-name", `${app.t("name")} · ${app.t("optional")}`, this.name),
        detailed && this.symptomRows(),
        options.places !== undefined && this.placeRow(options.places.options),
        this.buttons(),
      ),
    );
  }

  private row(id: string, label: string, control: HTMLElement, hint?: HTMLElement): HTMLElement {
    return h(
      "div",
      { class: "mb-3" },
      h("label", { class: "form-label", for: id }, label),
      control,
      hint ?? null,
    );
  }

  private symptomRows(): HTMLElement {
    const { app } = this;
    const hint = h(
      "div",
      { class: "form-hint", id: "sheet-temperature-hint" },
      app.t("not_measured"),
    );
    return h(
      "div",
      {},
      h("h3", { class: "form-label" }, app.t("symptoms")),
      toggles(app.page.symptoms, this.symptoms, (code, on) => {
        if (on) this.symptoms.add(code);
        else this.symptoms.delete(code);
      }),
      this.row("sheet-temperature", app.t("temperature"), this.temperature, hint),
    );
  }

  private placeRow(options: readonly Choice[]): HTMLElement {
    return h(
      "div",
      {},
      h("h3", { class: "form-label" }, this.app.t("place")),
      choices(options, this.place, "place", (code) => {
        this.place = code === this.place ? null : code;
        this.draw();
      }),
    );
  }

  private buttons(): HTMLElement {
    const { app, options } = this;
    const open = options.marks.length > 0 && this.mark === null;
    const cancel = h(
      "button",
      { type: "button", class: "btn", onclick: () => this.finish(null) },
      app.t("cancel"),
    );
    const remove = h(
      "button",
      { type: "button", class: "btn", onclick: () => this.finish("remove") },
      app.t("remove"),
    );
    return h(
      "div",
      { class: "fx-sheet-buttons" },
      options.removable && remove,
      cancel,
      h("button", { type: "submit", class: "btn btn-primary", disabled: open }, app.t("done")),
    );
  }

  private pick(code: string): void {
    this.mark = code;
    const nothingMoreToAsk = !this.options.detailed.includes(code) && !this.options.places;
    if (nothingMoreToAsk) this.finish(this.result(null));
    else this.draw();
  }

  private done(event: Event): void {
    event.preventDefault();
    const temperature = readTemperature(this.temperature.value);
    if (temperature === "implausible") {
      const hint = this.dialog.querySelector("#sheet-temperature-hint");
      hint?.classList.add("text-danger");
      hint?.replaceChildren(this.app.t("implausible"));
      this.temperature.setAttribute("aria-invalid", "true");
      return this.temperature.focus();
    }
    this.finish(this.mark || this.options.marks.length === 0 ? this.result(temperature) : null);
  }

  private result(temperature: number | null): SheetResult {
    const detailed = this.mark !== null && this.options.detailed.includes(this.mark);
    return {
      mark: this.mark,
      place: this.place,
      symptoms: detailed ? [...this.symptoms] : [],
      temperature: detailed ? temperature : null,
      name: this.name.value.trim(),
    };
  }
}
