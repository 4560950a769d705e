import { readFile } from "node:fs/promises";
import type { ServedFile } from "../../annotation/assets.js";
import { type Change, Changes } from "../../annotation/changes.js";
import type { PageSession } from "../../annotation/serve-page.js";
import { imageNetClasses } from "../../imagenet/facts.js";
import { plainLabel } from "../../results/terminal-table.js";
import type { MinedImages } from "../mined-images.js";
import type { MinedTop, MineResult } from "../mine-result.js";
import {
  currentReview,
  imageKey,
  type ReviewAnswer,
  type ReviewEntry,
  type ReviewHeader,
  type ReviewWriter,
} from "./review-file.js";
import { shownImage } from "./shown-image.js";
import type { TrainingExample } from "./training-examples.js";

/** An image as the page lists it: component after component, the largest alpha first. */
export interface ReviewItem {
  /** Place in the list of all; names the image on the page. */
  readonly place: number;
  /** Eigen index. */
  readonly component: number;
  readonly answer: ReviewAnswer | null;
}

/** What the page needs to begin with. */
export interface ReviewState {
  readonly label: string;
  /** Grows with every change; each change names the one it was made on. */
  readonly version: number;
  readonly canUndo: boolean;
  readonly components: readonly number[];
  readonly items: readonly ReviewItem[];
}

/** One image, large. */
export interface ReviewView {
  readonly place: number;
  readonly component: number;
  readonly class: number;
  readonly wnid: string;
  readonly label: string;
  readonly synonyms: string;
  readonly definition: string | null;
  readonly id: string;
  readonly rank: number;
  /** Images of the component's list. */
  readonly of: number;
  readonly alpha: number;
  readonly probability: number;
  /** Largest alpha of a training image. */
  readonly trainMax: number;
  /** Most activating training images; their pictures are train/COMPONENT/PLACE. */
  readonly examples: readonly { readonly path: string; readonly alpha: number }[];
}

interface ListedImage {
  readonly component: MineResult["components"][number];
  readonly image: MinedTop;
}

/** One person looking through mined images: what the page shows, and what it may change. */
export class ReviewSession implements PageSession {
  readonly #images: readonly ListedImage[];
  readonly #places: ReadonlyMap<string, number>;
  readonly #changes: Changes<ReviewHeader, ReviewEntry, ReviewItem>;

  constructor(
    private readonly result: MineResult,
    private readonly file: ReviewWriter,
    private readonly mined: MinedImages,
    private readonly examples: ReadonlyMap<number, readonly TrainingExample[]>,
  ) {
    this.#images = result.components.flatMap((component) =>
      component.top.map((image) => ({ component, image })),
    );
    this.#places = new Map(this.#images.map((one, place) => [imageKey(idOf(one)), place]));
    this.#changes = new Changes(file, (about) =>
      this.#item(this.#places.get(imageKey(about)) ?? -1, currentReview(file.entries)),
    );
  }

  get size(): number {
    return this.#images.length;
  }

  get answered(): number {
    const current = currentReview(this.file.entries);
    return this.#images.filter((one) => current.has(imageKey(idOf(one)))).length;
  }

  state(): ReviewState {
    const current = currentReview(this.file.entries);
    return {
      label: plainLabel(this.result.class.label),
      version: this.#changes.version,
      canUndo: this.#changes.canUndo,
      components: this.result.components.map(({ eigenIndex }) => eigenIndex),
      items: this.#images.map((_, place) => this.#item(place, current)),
    };
  }

  /** null for a place that there is not. */
  image(place: number): ReviewView | null {
    const listed = this.#images[place];
    if (listed === undefined) return null;
    const { component, image } = listed;
    const { index, wnid, label } = this.result.class;
    const fact = imageNetClasses().find((one) => one.wnid === wnid);
    return {
      place,
      component: component.eigenIndex,
      class: index,
      wnid,
      label: plainLabel(label),
      synonyms: fact?.synonyms ?? label,
      definition: fact?.definition ?? null,
      id: image.id,
      rank: image.rank,
      of: component.top.length,
      alpha: image.alpha,
      probability: image.probability,
      trainMax: component.trainMax,
      examples: this.#examplesOf(component.eigenIndex).map(({ path, alpha }) => ({ path, alpha })),
    };
  }

  /** The picture of an image; null where it is gone, or there is none at the place. */
  async picture(place: number, size: "large" | "small"): Promise<ServedFile | null> {
    const listed = this.#images[place];
    if (listed === undefined) return null;
    const bytes = await this.mined.read(listed.image);
    return bytes && shownImage(bytes, listed.image.id, size);
  }

  /** One of a component's training images. */
  async example(component: number, place: number): Promise<ServedFile | null> {
    const example = this.#examplesOf(component)[place];
    if (example === undefined) return null;
    const bytes = await readFile(example.file).catch(() => null);
    return bytes && shownImage(bytes, example.path, "small");
  }

  /**
   * Answers for an image; on disk when this resolves.
   * @param version that of the state which the person saw
   * @returns null for a place that there is not
   * @throws StaleChange, OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  async answer(
    version: number,
    place: number,
    answer: ReviewAnswer,
  ): Promise<Change<ReviewItem> | null> {
    const listed = this.#images[place];
    if (listed === undefined) return null;
    return this.#changes.answer(version, { ...idOf(listed), answer });
  }

  /** Takes the last answer back; on disk when this resolves. @throws as `answer` */
  undo(version: number): Promise<Change<ReviewItem>> {
    return this.#changes.undo(version);
  }

  #examplesOf(component: number): readonly TrainingExample[] {
    return this.examples.get(component) ?? [];
  }

  /** @param place -1: an image that is on no list any more */
  #item(place: number, current: ReadonlyMap<string, ReviewEntry>): ReviewItem {
    const listed = this.#images[place];
    if (listed === undefined) return { place, component: -1, answer: null };
    const { component } = idOf(listed);
    const answer = current.get(imageKey(idOf(listed)))?.answer ?? null;
    return { place, component, answer };
  }
}

function idOf({ component: { eigenIndex }, image: { pool, id } }: ListedImage) {
  return { component: eigenIndex, pool, id };
}
