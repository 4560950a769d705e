/** Waits until something holds. @throws Error when it does not within some minutes */
export async function waitFor(what: string, holds: () => boolean, minutes = 1): Promise<void> {
  const end = Date.now() + minutes * 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited too long for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
