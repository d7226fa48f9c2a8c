import path from "node:path";
import react from "@vitejs/plugin-react";
import { defineConfig, type Plugin } from "vite";
import { blockIcons } from "./vite-block-icons.ts";

/** Server code must not reach the browser: relative imports pass the packages' doors, and Vite alone only warns. */
export const browserFence = (): Plugin => ({
  name: "browser-fence",
  enforce: "pre",
  resolveId(source, importer) {
    const isServerOnly = source.startsWith("node:") || /(?:^|\/)executor(?:\.ts)?$/.test(source);
    if (!isServerOnly) return null;
    throw new Error(`${source} is server code; ${importer ?? "the entry"} imports it.`);
  },
});

/** Where `npm run dev` has started the gateway. */
const gateway = `http://${process.env["SLUICE_HTTP"] ?? "127.0.0.1:8080"}`;

export default defineConfig({
  root: import.meta.dirname,
  plugins: [browserFence(), blockIcons(), react()],
  build: {
    outDir: path.join(import.meta.dirname, "dist"),
    emptyOutDir: true,
    target: "es2024",
    assetsInlineLimit: 0, // the content security policy names no data: for scripts and fonts
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 800,
  },
  server: {
    proxy: { "/trpc": gateway, "/icons": gateway, "/download": gateway },
  },
});
