import { readFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";
import type { Plugin } from "vite";

/** Everything that may name a class: templates, the tags that write HTML, and the scripts. */
const CONTENT = [
  "../fangxian/**/templates/**/*.html",
  "../fangxian/**/templatetags/*.py",
  "../fangxian/**/{forms,views}.py",
  "../fangxian/**/{forms,views}/*.py",
  "src/**/*.ts",
];

/** What is put together at run time: classes from a tone, and types of Django's widgets. */
const SAFELIST = {
  standard: [
    "checkbox",
    "date",
    "file",
    "number",
    "radio",
    "search",
    "alert-info",
    "alert-success",
    "alert-warning",
    "alert-danger",
    "is-invalid",
    /^fx-/,
    /^htmx-/,
  ],
};

/** Keep of Tabler's style sheet only what a template, a tag or a script names. */
export function purgeTabler(): Plugin {
  return {
    name: "purge-tabler",
    apply: "build",
    enforce: "pre",
    async load(id) {
      if (!id.includes("@tabler/core") || !id.endsWith(".css")) return null;
      const [purged] = await new PurgeCSS().purge({
        content: CONTENT,
        css: [{ raw: readFileSync(id, "utf8") }],
        safelist: SAFELIST,
        keyframes: true,
        variables: true,
      });
      return purged?.css ?? null;
    },
  };
}
