import { imageError } from "./decoded-image.js";

/** Formats that are read. */
export type ImageFormat = "jpeg" | "png" | "webp" | "gif" | "bmp" | "tiff";

interface Signature {
  readonly at?: number;
  readonly bytes: string;
}

const READ: Readonly<Record<ImageFormat, readonly (readonly Signature[])[]>> = {
  jpeg: [[{ bytes: "\xFF\xD8\xFF" }]],
  png: [[{ bytes: "\x89PNG\r\n\x1A\n" }]],
  webp: [[{ bytes: "RIFF" }, { at: 8, bytes: "WEBP" }]],
  gif: [[{ bytes: "GIF87a" }], [{ bytes: "GIF89a" }]],
  bmp: [[{ bytes: "BM" }]],
  // The last two are BigTIFF.
  tiff: [[{ bytes: "II*\0" }], [{ bytes: "MM\0*" }], [{ bytes: "II+\0" }], [{ bytes: "MM\0+" }]],
};

/** What people have among their pictures, so that the error can say what a file is. */
const NOT_READ: readonly (readonly [string, string, number?])[] = [
  ["an AVIF picture", "ftypavif", 4],
  ["an AVIF animation", "ftypavis", 4],
  ["a HEIC picture", "ftyphe", 4],
  ["a HEIF picture", "ftypmif1", 4],
  ["an MP4 or QuickTime film", "ftyp", 4],
  ["a JPEG 2000 picture", "\0\0\0\x0CjP"],
  ["a JPEG 2000 picture", "\xFF\x4F\xFF\x51"],
  ["a JPEG XL picture", "\xFF\x0A"],
  ["a JPEG XL picture", "\0\0\0\x0CJXL"],
  ["a Photoshop document", "8BPS"],
  ["an icon", "\0\0\x01\0"],
  ["a Netpbm picture", "P5\n"],
  ["a Netpbm picture", "P6\n"],
  ["an OpenEXR picture", "\x76\x2F\x31\x01"],
  ["a PDF document", "%PDF"],
  ["a PostScript document", "%!PS"],
  ["a ZIP archive", "PK\x03\x04"],
  ["a gzip archive", "\x1F\x8B"],
  ["a RAR archive", "Rar!"],
  ["a tar archive", "ustar", 257],
  ["a Matroska film", "\x1A\x45\xDF\xA3"],
  ["an HDF5 file", "\x89HDF"],
  ["a NumPy array", "\x93NUMPY"],
  ["a Git LFS pointer (the picture was not downloaded)", "version https://git-lfs"],
];

/**
 * What a file is, by its content; its name says nothing.
 * @throws IMAGE_UNREADABLE for an empty file, IMAGE_UNSUPPORTED for a picture of another format,
 *   IMAGE_UNREADABLE for anything else.
 */
export function sniffFormat(bytes: Uint8Array, name: string): ImageFormat {
  for (const [format, alternatives] of Object.entries(READ)) {
    if (alternatives.some((parts) => parts.every((part) => matches(bytes, part)))) {
      return format as ImageFormat;
    }
  }
  const expected = "expected a JPEG, PNG, WebP, GIF, BMP or TIFF file";
  const what = describe(bytes);
  const picture = what.includes("picture") && !what.includes("pointer");
  throw imageError(
    picture ? "IMAGE_UNSUPPORTED" : "IMAGE_UNREADABLE",
    name,
    `${expected}, got ${what}`,
  );
}

function describe(bytes: Uint8Array): string {
  if (bytes.length === 0) return "an empty file";
  for (const [what, signature, at] of NOT_READ) {
    if (matches(bytes, { bytes: signature, at: at ?? 0 })) return what;
  }
  const head = bytes.subarray(0, 512);
  const text = Buffer.from(head).toString("latin1").trimStart().toLowerCase();
  if (text.startsWith("<!doctype html") || text.startsWith("<html")) return "an HTML page";
  if (text.startsWith("<svg") || (text.startsWith("<?xml") && text.includes("<svg"))) {
    return "an SVG picture";
  }
  if (head.every((byte) => byte === 0)) return "a file that begins with zeros";
  if (head.every((byte) => byte >= 0x20 || (byte >= 9 && byte <= 13))) return "a text file";
  const start = Buffer.from(bytes.subarray(0, 8)).toString("hex");
  return `an unknown file that begins with the bytes ${start}`;
}

function matches(bytes: Uint8Array, { bytes: signature, at = 0 }: Signature): boolean {
  if (bytes.length < at + signature.length) return false;
  for (let i = 0; i < signature.length; i++) {
    if (bytes[at + i] !== signature.charCodeAt(i)) return false;
  }
  return true;
}
