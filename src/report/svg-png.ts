import sharp from "sharp";
import { useOwnFonts } from "./fonts.js";

/** Draws an SVG document, `scale` pixels per unit. */
export async function svgToPng(svg: string, scale = 2): Promise<Uint8Array> {
  useOwnFonts();
  // 72 units per inch are one pixel per unit.
  return sharp(Buffer.from(svg), { density: 72 * scale, limitInputPixels: false })
    .png()
    .toBuffer();
}
