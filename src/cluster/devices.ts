/**
 * The device of each of some workers: those of `cuda:0,1` in turn; with `cuda` or `auto` all that this
 * machine has.
 * @param cudaDevices number of CUDA devices here
 */
export function devicesOf(device: string, workers: number, cudaDevices: number): string[] {
  const listed = /^cuda:(\d+(?:,\d+)+)$/.exec(device)?.[1]?.split(",");
  const isAny = device === "cuda" || device === "auto";
  const numbers = listed ?? (isAny ? Array.from({ length: cudaDevices }, (_, i) => String(i)) : []);
  return Array.from({ length: workers }, (_, i) => {
    const number = numbers[i % Math.max(1, numbers.length)];
    return number === undefined ? device : `cuda:${number}`;
  });
}

/** Workers that a list of devices asks for; undefined where it is none. */
export function listedDevices(device: string): number | undefined {
  return /^cuda:\d+(?:,\d+)+$/.test(device) ? device.split(",").length : undefined;
}
