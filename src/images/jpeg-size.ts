/**
 * Width and height of a JPEG that the native decoder may be able to read: sequential with Huffman
 * coding. Null for other kinds and for damaged headers.
 */
export function plainJpegSize(bytes: Uint8Array): { width: number; height: number } | null {
  let at = 2;
  for (;;) {
    const marker = bytes[at + 1];
    if (bytes[at] !== 0xff || marker === undefined) return null;
    if (marker === 0xff) {
      at += 1;
    } else if (marker === 0xc0 || marker === 0xc1) {
      const height = word(bytes, at + 5);
      const width = word(bytes, at + 7);
      return width > 0 && height > 0 ? { width, height } : null;
    } else if (marker >= 0xc0 && marker !== 0xc4 && marker < 0xda) {
      return null;
    } else {
      at += 2 + word(bytes, at + 2);
    }
  }
}

function word(bytes: Uint8Array, at: number): number {
  return ((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0);
}
