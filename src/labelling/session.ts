import { type Change, Changes } from "../annotation/changes.js";
import type { EvidenceComponent, EvidenceImage } from "../evidence/evidence-file.js";
import { SpuriousError } from "../errors.js";
import { plainLabel } from "../results/terminal-table.js";
import {
  type Answer,
  type AnswerEntry,
  type ComponentId,
  currentAnswers,
  keyOf,
} from "./answers.js";
import {
  componentsByKey,
  type EvidenceFolder,
  idOf,
  type LabelledClass,
  picturesOf,
} from "./evidence-folder.js";
import type { LabelsHeader, LabelsWriter } from "./labels-file.js";
import { labellingOrder } from "./order.js";
import type { OtherAnswer, OtherAnswers } from "./other-answers.js";

export interface SessionOptions {
  readonly seed: number;
  /** Hides scores and other annotators. */
  readonly blind: boolean;
  /** Only these components, by key; default all. */
  readonly only?: ReadonlySet<string> | undefined;
  readonly others: OtherAnswers;
}

/** A component as the page lists it. */
export interface SessionItem extends ComponentId {
  readonly answer: Answer | null;
  readonly note: string;
}

/** What the page needs to begin with. */
export interface SessionState {
  readonly annotator: string;
  readonly role: "annotator" | "adjudicator";
  readonly blind: boolean;
  /** Grows with every change; each change names the one it was made on. */
  readonly version: number;
  readonly canUndo: boolean;
  readonly classes: readonly { readonly index: number; readonly label: string }[];
  /** In the order to be shown. */
  readonly items: readonly SessionItem[];
}

/** A picture: addresses below `evidence/`; alpha and p_k are hidden from the blind. */
export interface PictureView {
  readonly image: string;
  readonly cam: string;
  readonly path: string;
  readonly scores: { readonly alpha: number; readonly probability: number } | null;
}

/** One component, large. */
export interface ComponentView extends ComponentId {
  readonly label: string;
  readonly wnid: string;
  readonly synonyms: string;
  readonly definition: string | null;
  readonly attack: { readonly image: string; readonly cam: string };
  readonly top: readonly PictureView[];
  readonly least: readonly PictureView[];
  readonly scores: {
    readonly rank: number;
    readonly pool: number;
    readonly confidence: number;
    readonly alpha: number;
    readonly trainMax: number;
    readonly varianceShare: number;
  } | null;
  /** null for the blind. */
  readonly others: readonly OtherAnswer[] | null;
}

/** One person labelling one folder of evidence: what the page shows, and what it may change. */
export class LabelSession {
  readonly #components: ReturnType<typeof componentsByKey>;
  readonly #order: readonly ComponentId[];
  readonly #changes: Changes<LabelsHeader, AnswerEntry, SessionItem>;

  /** @throws RESUME_MISMATCH the file has answers about another PCA of one of the classes */
  constructor(
    private readonly evidence: EvidenceFolder,
    private readonly labels: LabelsWriter,
    private readonly options: SessionOptions,
  ) {
    this.#components = componentsByKey(evidence);
    const all = evidence.classes.flatMap(({ document }) =>
      document.components.map((component) => idOf(document, component)),
    );
    const { only, seed } = options;
    const shown = all.filter((id) => only === undefined || only.has(keyOf(id)));
    this.#order = labellingOrder(shown, seed);
    requireSamePca(evidence, labels);
    this.#changes = new Changes(labels, ({ class: index, component }) =>
      itemOf(currentAnswers(labels.entries), { class: index, component }),
    );
  }

  /** Components to be labelled. */
  get size(): number {
    return this.#order.length;
  }

  /** How many have an answer. */
  get answered(): number {
    const current = currentAnswers(this.labels.entries);
    return this.#order.filter((id) => current.has(keyOf(id))).length;
  }

  state(): SessionState {
    const { annotator, role } = this.labels.header;
    const current = currentAnswers(this.labels.entries);
    return {
      annotator,
      role,
      blind: this.options.blind,
      version: this.#changes.version,
      canUndo: this.#changes.canUndo,
      classes: this.evidence.classes.map(({ document }) => ({
        index: document.class,
        label: plainLabel(document.label),
      })),
      items: this.#order.map((id) => itemOf(current, id)),
    };
  }

  /** null for what is not to be labelled here. */
  component(id: ComponentId): ComponentView | null {
    const found = this.#find(id);
    if (found === null) return null;
    const { of, component } = found;
    const { blind, others } = this.options;
    const { document } = of;
    const address = (name: string): string => `${of.folder}/${name}`;
    const picture = (one: EvidenceImage): PictureView => ({
      image: address(one.image),
      cam: address(one.cam),
      path: one.path,
      scores: blind ? null : { alpha: one.alpha, probability: one.probability },
    });
    return {
      ...id,
      label: plainLabel(document.label),
      wnid: document.wnid,
      synonyms: document.synonyms,
      definition: document.definition,
      attack: { image: address(component.attackImage), cam: address(component.attackCam) },
      top: component.top.map(picture),
      least: component.least.map(picture),
      scores: blind ? null : scoresOf(of, component),
      others: blind ? null : others(id),
    };
  }

  /** Addresses of the pictures that may be shown. */
  pictures(): Set<string> {
    return new Set(
      this.#order.flatMap((id) => {
        const found = this.#find(id);
        return found === null
          ? []
          : picturesOf(found.component).map((name) => `${found.of.folder}/${name}`);
      }),
    );
  }

  /**
   * Answers for a component; on disk when this resolves.
   * @param version that of the state which the person saw
   * @returns null for what is not to be labelled here
   * @throws StaleChange, OUTPUT_WRITE_FAILED, ARTEFACT_INVALID
   */
  async answer(
    version: number,
    id: ComponentId,
    { answer, note }: { readonly answer: Answer; readonly note: string },
  ): Promise<Change<SessionItem> | null> {
    const found = this.#find(id);
    if (found === null) return null;
    const { label } = found.of.document;
    const { blind } = this.options;
    const said = { ...id, label, pca: found.of.pca, answer, note, blind };
    return this.#changes.answer(version, said);
  }

  /** Takes the last answer back; on disk when this resolves. @throws as `answer` */
  undo(version: number): Promise<Change<SessionItem>> {
    return this.#changes.undo(version);
  }

  #find(id: ComponentId) {
    const { only } = this.options;
    if (only !== undefined && !only.has(keyOf(id))) return null;
    return this.#components.get(keyOf(id)) ?? null;
  }
}

function itemOf(current: ReturnType<typeof currentAnswers>, id: ComponentId): SessionItem {
  const { answer = null, note = "" } = current.get(keyOf(id)) ?? {};
  return { ...id, answer, note };
}

function scoresOf({ document }: LabelledClass, component: EvidenceComponent) {
  const { rank, confidence, alpha, trainMax, varianceShare } = component;
  return { rank, pool: document.pool.length, confidence, alpha, trainMax, varianceShare };
}

function requireSamePca({ classes }: EvidenceFolder, { entries, path }: LabelsWriter): void {
  const pcas = new Map(classes.map(({ document, pca }) => [document.class, pca]));
  for (const { class: index, pca } of currentAnswers(entries).values()) {
    const wanted = pcas.get(index);
    if (wanted === undefined || wanted === pca) continue;
    throw new SpuriousError(
      "RESUME_MISMATCH",
      `going on with labels: ${path}: expected answers about PCA ${wanted ?? "unknown"} of class ${String(index)}, got ${pca ?? "unknown"}`,
      { input: path, hint: "choose another --annotator or another --labels folder" },
    );
  }
}
