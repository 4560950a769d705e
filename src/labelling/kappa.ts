/** Category of every item by every rater: [items][raters], numbers from 0. */
export type Ratings = readonly (readonly number[])[];

/** How often each item counts, in a bootstrap; default once. */
export type Weights = ArrayLike<number>;

/**
 * Agreement on an item: the part of the pairs of raters who say the same; the mean over items.
 * Of two raters: the part of the items on which they agree.
 * @returns null without items
 */
export function rawAgreement(ratings: Ratings, weights?: Weights): number | null {
  let sum = 0;
  let items = 0;
  for (const [i, item] of ratings.entries()) {
    const weight = weights?.[i] ?? 1;
    sum += weight * pairAgreement(item);
    items += weight;
  }
  return items === 0 ? null : sum / items;
}

/**
 * Cohen's kappa of two raters (Cohen 1960): (po - pe) / (1 - pe), where pe is the agreement by
 * chance of two raters with these marginals.
 * @returns null without items, and where chance alone agrees (both always say the same word)
 */
export function cohenKappa(ratings: Ratings, weights?: Weights): number | null {
  const first = new Map<number, number>();
  const second = new Map<number, number>();
  let items = 0;
  for (const [i, [a = 0, b = 0]] of ratings.entries()) {
    const weight = weights?.[i] ?? 1;
    add(first, a, weight);
    add(second, b, weight);
    items += weight;
  }
  let chance = 0;
  for (const [category, count] of first) chance += count * (second.get(category) ?? 0);
  return beyondChance(rawAgreement(ratings, weights), chance / items ** 2);
}

/**
 * Fleiss' kappa of any number of raters (Fleiss 1971): chance is the square sum of the categories'
 * shares over all raters.
 * @returns null as cohenKappa
 */
export function fleissKappa(ratings: Ratings, weights?: Weights): number | null {
  const counts = new Map<number, number>();
  let all = 0;
  for (const [i, item] of ratings.entries()) {
    const weight = weights?.[i] ?? 1;
    for (const category of item) add(counts, category, weight);
    all += weight * item.length;
  }
  let chance = 0;
  for (const count of counts.values()) chance += (count / all) ** 2;
  return beyondChance(rawAgreement(ratings, weights), chance);
}

function pairAgreement(item: readonly number[]): number {
  const counts = new Map<number, number>();
  for (const category of item) add(counts, category, 1);
  let same = 0;
  for (const count of counts.values()) same += count * (count - 1);
  return same / (item.length * (item.length - 1));
}

function beyondChance(observed: number | null, chance: number): number | null {
  // Sums of shares may miss 1 by rounding.
  if (observed === null || 1 - chance < 1e-12) return null;
  return (observed - chance) / (1 - chance);
}

function add(counts: Map<number, number>, key: number, weight: number): void {
  counts.set(key, (counts.get(key) ?? 0) + weight);
}
