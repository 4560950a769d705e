import { SpuriousError } from "../errors.js";

/**
 * Data where one of several parts has seen it: what was staged for a task may have gone with it.
 * @param places tried in their order, each once
 * @throws DATA_NOT_FOUND of the first place: it is at none of them; what `open` throws otherwise
 */
export async function firstThere<P, T>(
  places: readonly [P, ...P[]],
  open: (place: P) => Promise<T>,
): Promise<T> {
  const distinct = new Map(places.map((place) => [JSON.stringify(place), place]));
  const failures: unknown[] = [];
  for (const place of distinct.values()) {
    try {
      return await open(place);
    } catch (error) {
      if (!(error instanceof SpuriousError) || error.code !== "DATA_NOT_FOUND") throw error;
      failures.push(error);
    }
  }
  throw failures[0];
}
