import { defineConfig } from "vitest/config";
import { purgeTabler } from "./purge.ts";

export default defineConfig({
  base: "/static/",
  publicDir: false,
  plugins: [purgeTabler()],
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    // What a phone of 2020 still runs.
    target: ["chrome87", "safari14", "firefox84"],
    cssTarget: ["chrome87", "safari14", "firefox84"],
    // The policy of the pages allows no data: scripts or fonts, and images stay small anyway.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700, // ECharts with the parts that boards use; boards only
    rolldownOptions: {
      // htmx holds an eval that its allowEval=false and the policy of the pages both forbid.
      checks: { eval: false },
      input: ["src/base.ts", "src/check.ts", "src/board.ts", "src/sw.ts"],
      output: {
        // The service worker's address never changes; all others carry their content's hash.
        entryFileNames: (chunk) => (chunk.name === "sw" ? "sw.js" : "assets/[name]-[hash].js"),
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
});
