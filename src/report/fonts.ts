import { fileURLToPath } from "node:url";

/** Family of the fonts that come with the package. */
export const FONT = "Inter";

/**
 * Makes libvips render SVG text with the package's own fonts, so that pictures look the same
 * everywhere and cluster nodes without fonts draw text at all. Must come before the first text is
 * rendered in the process; a FONTCONFIG_FILE of the user's wins.
 */
export function useOwnFonts(): void {
  process.env["FONTCONFIG_FILE"] ??= fileURLToPath(
    new URL("../../data/fonts/fonts.conf", import.meta.url),
  );
}
