import { probability } from "../report/format.js";
import { FONT } from "../report/fonts.js";
import { html, type Markup } from "../report/html.js";

/** One picture of a sheet with the lines below it. */
export interface SheetPicture {
  /** PNG */
  readonly png: Uint8Array;
  readonly alpha: number;
  readonly probability: number;
}

export interface SheetContent {
  readonly title: string;
  /** Both numberings, by name. */
  readonly subtitle: string;
  readonly attack: { readonly image: Uint8Array; readonly cam: Uint8Array };
  readonly attackLines: readonly string[];
  readonly top: readonly SheetPicture[];
  readonly topCams: readonly Uint8Array[];
  readonly least: readonly SheetPicture[];
}

const PICTURE = 150;
const GAP = 14;
const LEFT = 28;
const CAPTION = 40;
const HEADER = 92;
const ROW_TITLE = 26;
const INK = "#1f2328";
const SOFT = "#656d76";
const RULE = "#d0d7de";

/** The sheet of one component as an SVG document: attack image, most and least activating images. */
export function sheetSvg(sheet: SheetContent): string {
  const columns = Math.max(sheet.top.length, sheet.least.length, 2) + 1;
  const width = LEFT * 2 + columns * PICTURE + (columns - 1) * GAP + 2 * GAP;
  const row = ROW_TITLE + PICTURE + CAPTION;
  const camRowHeight = ROW_TITLE + PICTURE + GAP;
  const height = HEADER + 2 * row + camRowHeight + 8;
  const right = LEFT + PICTURE + 3 * GAP;
  const rows = [
    pictureRow("Most activating training images", right, HEADER, sheet.top),
    camRow("Grad-CAM of alpha", right, HEADER + row, sheet.topCams),
    pictureRow("Least activating training images", right, HEADER + row + camRowHeight, sheet.least),
  ];
  const divider = right - 1.5 * GAP;
  // Names of classes can be long; 0.6 is more than a letter's mean width at size 1.
  const titleSize = Math.min(24, (width - 2 * LEFT) / (0.6 * sheet.title.length));
  return html`<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="${FONT}, Helvetica, Arial, sans-serif" fill="${INK}"><rect width="${width}" height="${height}" fill="#ffffff"/><text x="${LEFT}" y="42" font-size="${titleSize.toFixed(1)}" font-weight="600">${sheet.title}</text><text x="${LEFT}" y="68" font-size="14" fill="${SOFT}">${sheet.subtitle}</text><path d="M${divider} ${HEADER}V${height - 24}" stroke="${RULE}"/>${attackColumn(sheet)}${rows}</svg>`
    .text;
}

function attackColumn({ attack, attackLines }: SheetContent): Markup {
  const top = HEADER + ROW_TITLE;
  const camTop = top + PICTURE + ROW_TITLE + GAP;
  const lines = attackLines.map(
    (line, i) =>
      html`<text x="${LEFT}" y="${camTop + PICTURE + 22 + i * 19}" font-size="13" fill="${i === 0 ? INK : SOFT}">${line}</text>`,
  );
  return html`<text x="${LEFT}" y="${HEADER + 16}" font-size="13" font-weight="600">Feature attack</text>${picture(attack.image, LEFT, top)}<text x="${LEFT}" y="${camTop - 10}" font-size="13" font-weight="600">Grad-CAM of alpha</text>${picture(attack.cam, LEFT, camTop)}${lines}`;
}

function pictureRow(
  title: string,
  left: number,
  top: number,
  pictures: readonly SheetPicture[],
): Markup {
  const cells = pictures.map(({ png, alpha, probability: p }, i) => {
    const x = left + i * (PICTURE + GAP);
    const y = top + ROW_TITLE + PICTURE;
    return html`${picture(png, x, top + ROW_TITLE)}<text x="${x}" y="${y + 18}" font-size="13">alpha ${alpha.toFixed(2)}</text><text x="${x + PICTURE}" y="${y + 18}" font-size="13" fill="${SOFT}" text-anchor="end">p ${probability(p)}</text>`;
  });
  return html`${rowTitle(title, left, top)}${cells}`;
}

function camRow(title: string, left: number, top: number, cams: readonly Uint8Array[]): Markup {
  const cells = cams.map((png, i) => picture(png, left + i * (PICTURE + GAP), top + ROW_TITLE));
  return html`${rowTitle(title, left, top)}${cells}`;
}

function rowTitle(title: string, left: number, top: number): Markup {
  return html`<text x="${left}" y="${top + 16}" font-size="13" font-weight="600">${title}</text>`;
}

function picture(png: Uint8Array, x: number, y: number): Markup {
  const data = `data:image/png;base64,${Buffer.from(png).toString("base64")}`;
  return html`<image x="${x}" y="${y}" width="${PICTURE}" height="${PICTURE}" xlink:href="${data}"/><rect x="${x}" y="${y}" width="${PICTURE}" height="${PICTURE}" fill="none" stroke="${RULE}"/>`;
}
