import { SpuriousError } from "../errors.js";
import type { ProgressSink } from "../terminal/progress.js";

/** Who waits while the headers of tar files are walked, which takes minutes for a million pictures. */
export interface Watch {
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

const MEGABYTE = 1e6;
/** What is over so soon needs no progress. */
const PATIENCE_MS = 1000;

/** The walks through tar files that are opened together, as one piece of work. */
export class IndexWalks implements Disposable {
  #walked = 0;
  #shown = 0;
  #isBegun = false;
  readonly #started = performance.now();

  /**
   * @param bytes of all the tar files
   * @param patience milliseconds after which progress is shown
   */
  constructor(
    private readonly bytes: number,
    private readonly watch: Watch,
    private readonly patience = PATIENCE_MS,
  ) {}

  /** Bytes whose members are known now, and need no walk. */
  skip(bytes: number): void {
    this.#walked += bytes;
    if (this.#isBegun) this.#show();
  }

  /** Bytes that a walk has come on. @throws CANCELLED */
  walk(bytes: number): void {
    if (this.watch.signal?.aborted === true) {
      throw new SpuriousError("CANCELLED", "the work was stopped while tar files were indexed");
    }
    this.#walked += bytes;
    this.#show();
  }

  [Symbol.dispose](): void {
    if (this.#isBegun) this.watch.progress?.end();
  }

  #show(): void {
    const { progress } = this.watch;
    if (progress?.showsPreparation !== true) return;
    const done = Math.floor(this.#walked / MEGABYTE);
    if (!this.#isBegun) {
      if (performance.now() - this.#started < this.patience) return;
      this.#isBegun = true;
      progress.begin("indexing tar files", Math.ceil(this.bytes / MEGABYTE), "MB", done);
      this.#shown = done;
    }
    progress.advance(done - this.#shown);
    this.#shown = done;
  }
}
