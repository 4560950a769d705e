import { createHash } from "node:crypto";
import type { ComponentId } from "./answers.js";

/**
 * The order in which a person meets components: class after class, classes and the components of
 * each shuffled, so that neither the place by confidence nor the neighbour's answer is given away.
 * It depends on the seed and the components' names alone: evidence that is added later leaves the
 * order of what was there before.
 * @param seed whole number from 0
 */
export function labellingOrder<T extends ComponentId>(components: readonly T[], seed: number): T[] {
  const places = components.map((one) => ({
    one,
    byClass: place(seed, String(one.class)),
    within: place(seed, `${String(one.class)}:${String(one.component)}`),
  }));
  places.sort((a, b) => compare(a.byClass, b.byClass) || compare(a.within, b.within));
  return places.map(({ one }) => one);
}

function place(seed: number, name: string): string {
  return createHash("sha256")
    .update(`${String(seed)}/${name}`)
    .digest("hex");
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
