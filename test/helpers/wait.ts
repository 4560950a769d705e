/** Waits until something holds. @throws Error when it does not within a minute */
export async function waitFor(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + 60_000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`waited a minute for ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 3));
  }
}
