import { lastStanding, type Stamped } from "./entries.js";
import type { EntriesHeader } from "./entries-file.js";
import type { EntriesWriter } from "./entries-writer.js";

/** What a change did. */
export interface Change<Item> {
  readonly version: number;
  readonly canUndo: boolean;
  /** The item concerned, as it is now; null where there was nothing to undo. */
  readonly item: Item | null;
}

/** A change made on another version than the present one; nothing was written. */
export class StaleChange extends Error {
  constructor(readonly version: number) {
    super(`the answers are at version ${String(version)}`);
  }
}

/**
 * Changes to an annotation file, made one after the other, each on the version that the person
 * saw: two tabs do not fight.
 */
export class Changes<Header extends EntriesHeader, Answer extends Stamped, Item> {
  #last: Promise<unknown> = Promise.resolve();

  /** @param itemOf an item as it is now */
  constructor(
    private readonly file: EntriesWriter<Header, Answer>,
    private readonly itemOf: (about: Answer) => Item,
  ) {}

  /** Grows with every change. */
  get version(): number {
    return this.file.version;
  }

  get canUndo(): boolean {
    return lastStanding(this.file.entries) !== null;
  }

  /**
   * Adds an answer; on disk when this resolves.
   * @param version that of the state which the person saw
   * @throws StaleChange, OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  answer(version: number, said: Omit<Answer, keyof Stamped>): Promise<Change<Item>> {
    return this.#change(version, () => this.file.answer(said));
  }

  /** Takes the last answer back; on disk when this resolves. @throws as `answer` */
  undo(version: number): Promise<Change<Item>> {
    return this.#change(version, () => this.file.undo());
  }

  #change(version: number, change: () => Promise<Answer | null>): Promise<Change<Item>> {
    const next = this.#last.then(async () => {
      if (version !== this.version) throw new StaleChange(this.version);
      const about = await change();
      return {
        version: this.version,
        canUndo: this.canUndo,
        item: about === null ? null : this.itemOf(about),
      };
    });
    this.#last = next.catch(() => undefined);
    return next;
  }
}
