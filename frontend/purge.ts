import { readFileSync } from "node:fs";
import { PurgeCSS } from "purgecss";
import type { Plugin } from "vite";

/** Everything that may name a class: templates, the tags that write HTML, and the scripts. */
const CONTENT = [
  "../fangxian/**/templates/**/*.html",
  "../fangxian/**/templatetags/*.py",
  "../fangxian/**/{forms,views}.py",
  "src/**/*.ts",
];

/** Classes that are put together at run time, from a tone or a level. */
const SAFELIST = {
  standard: ["alert-info", "alert-success", "alert-warning", "alert-danger", /^fx-/, /^htmx-/],
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
