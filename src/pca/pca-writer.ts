import type { ClassInfo } from "../imagenet/class-info.js";
import { SpuriousError } from "../errors.js";
import type { HeadWeights, PcaSolver } from "../native/contract.js";
import { addon } from "../native/load.js";
import { native } from "../native/native-error.js";
import { removeTemporaries } from "../results/atomic.js";
import { classFiles, hasClassFiles, writeClassPca } from "./class-pca.js";
import type { FinishedClass } from "./class-rows.js";
import {
  PCA_SCHEMA,
  type PcaIndex,
  type PcaIndexClass,
  type PcaModel,
  readIndexIfPresent,
  removePcaIndex,
  writePcaIndex,
} from "./pca-index.js";
import { VERSION } from "../version.js";
import { requireSameSettings, type Settings } from "./same-settings.js";

export interface PcaWriterOptions {
  readonly infoOf: (index: number) => ClassInfo;
  readonly head: HeadWeights;
  /** Row of the head's weight that a class has. */
  readonly columnOf: (index: number) => number;
  readonly model: PcaModel | null;
  readonly train: string | null;
  readonly preset: string;
  readonly components: number;
  readonly solver: PcaSolver;
  /** Where `auto` and `cusolver` work. */
  readonly device: string;
  /** What decides the content beside preset, components and solver. */
  readonly settings: Settings;
  readonly provenance: Readonly<Record<string, unknown>>;
  readonly resume: boolean;
}

/** What decides the content of a PCA. */
export function pcaSettings({
  preset,
  components,
  solver,
  settings,
}: Pick<PcaWriterOptions, "preset" | "components" | "solver" | "settings">): Settings {
  return { version: VERSION, preset, components, solver, ...settings };
}

/**
 * Solves classes and writes them, one after the other, on the solver's thread; index.json is
 * replaced after each, so that what it names is always complete.
 */
export class PcaWriter {
  readonly #folder: string;
  readonly #options: PcaWriterOptions;
  readonly #settings: Settings;
  readonly #classes = new Map<number, PcaIndexClass>();
  #running: Promise<void> = Promise.resolve();

  private constructor(folder: string, options: PcaWriterOptions) {
    this.#folder = folder;
    this.#options = options;
    this.#settings = pcaSettings(options);
  }

  /**
   * Classes of an earlier run whose files are there are not done again.
   * @throws RESUME_MISMATCH the folder was begun with other settings; the message names one
   */
  static async open(folder: string, options: PcaWriterOptions): Promise<PcaWriter> {
    const writer = new PcaWriter(folder, options);
    await removeTemporaries(folder);
    const begun = options.resume ? await readIndexIfPresent(folder) : null;
    if (begun !== null) {
      requireSameSettings("resuming a PCA", folder, writer.#settings, begun.settings);
      for (const entry of begun.classes) {
        if (await hasClassFiles(folder, entry)) writer.#classes.set(entry.index, entry);
      }
    }
    return writer;
  }

  /** Whether a class is complete. */
  has(index: number): boolean {
    return this.#classes.has(index);
  }

  /** Begins with a class when the one before is done; resolves when it has begun. */
  async add(finished: FinishedClass): Promise<void> {
    await this.#running;
    this.#running = this.#solve(finished);
    // The failure is thrown by the next call or by finish.
    this.#running.catch(() => undefined);
  }

  /** Waits for the class at work without throwing its failure. */
  async settle(): Promise<void> {
    await this.#running.catch(() => undefined);
  }

  /** @throws the failure of the last class */
  async finish(): Promise<PcaIndex> {
    await this.#running;
    const index = this.#index();
    await writePcaIndex(this.#folder, index);
    return index;
  }

  async #solve(finished: FinishedClass): Promise<void> {
    const { head, columnOf, components, solver, device, infoOf } = this.#options;
    const { index, features, probabilities, images, skipped } = finished;
    const column = columnOf(index);
    const d = head.features;
    const weight = head.weight.slice(column * d, (column + 1) * d);
    const { wnid, label } = infoOf(index);
    const fitted = await native(
      addon().fitClassPca({
        features,
        images: images.length,
        dimensions: d,
        weight,
        components,
        solver,
        device,
      }),
    ).catch((error: unknown) => {
      throw aboutClass(error, `${String(index)} (${label})`);
    });
    // An index that is replaced must not name the files of two fits.
    if (this.#classes.size === 0) await removePcaIndex(this.#folder);
    await writeClassPca(this.#folder, index, {
      ...fitted,
      count: fitted.count,
      probabilities,
      weight,
      bias: head.bias?.[column] ?? 0,
      images,
    });
    this.#classes.set(index, {
      index,
      wnid,
      label,
      images: images.length,
      rank: fitted.rank,
      components: fitted.count,
      totalVariance: fitted.totalVariance,
      solver: fitted.solver,
      route: fitted.route,
      ...classFiles(index),
      skipped,
    });
    await writePcaIndex(this.#folder, this.#index());
  }

  #index(): PcaIndex {
    const { model, train, preset, head, provenance } = this.#options;
    return {
      schema: PCA_SCHEMA,
      model,
      features: head.features,
      preset,
      train,
      classes: [...this.#classes.values()].sort((a, b) => a.index - b.index),
      settings: this.#settings,
      provenance,
    };
  }
}

/** Names the class in the solver's error. */
function aboutClass(error: unknown, name: string): unknown {
  if (!(error instanceof SpuriousError)) return error;
  return new SpuriousError(error.code, `class ${name}: ${error.message}`, {
    input: name,
    cause: error,
  });
}
