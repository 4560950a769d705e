import type { CamMethod } from "../native/contract.js";

export const EVIDENCE_SCHEMA = "spurious-native/evidence/1";

/** A picture of evidence.json; files are relative to the document's folder. */
export interface EvidenceImage {
  /** Relative to the training folder. */
  readonly path: string;
  readonly alpha: number;
  /** p_k */
  readonly probability: number;
  /** What the model was given. */
  readonly image: string;
  /** Grad-CAM of alpha over the picture (jet, half and half). */
  readonly cam: string;
  /** The heat map alone. */
  readonly heatMap: string;
}

export interface EvidenceComponent {
  /** Place by attack confidence among the pool, from 0. */
  readonly rank: number;
  /** Place by eigenvalue, from 0; the component's name everywhere else. */
  readonly eigenIndex: number;
  readonly eigenvalue: number;
  readonly varianceShare: number;
  /** Of the attack image: alpha (centred), p_k, <1, v> <psi, v> (not centred), L2 distance from grey. */
  readonly alpha: number;
  readonly confidence: number;
  readonly objective: number;
  readonly perturbation: number;
  /** Largest alpha of the training images. */
  readonly trainMax: number;
  readonly attackImage: string;
  readonly attackCam: string;
  readonly attackHeatMap: string;
  readonly top: readonly EvidenceImage[];
  readonly least: readonly EvidenceImage[];
  readonly sheet: string;
}

/** One component of the pool, shown or not. */
export interface PoolEntry {
  readonly rank: number;
  readonly eigenIndex: number;
  readonly alpha: number;
  readonly confidence: number;
  readonly objective: number;
}

/** The document of a class's evidence.json. */
export interface EvidenceDocument {
  readonly schema: typeof EVIDENCE_SCHEMA;
  readonly class: number;
  readonly wnid: string;
  readonly label: string;
  readonly synonyms: string;
  readonly definition: string | null;
  readonly images: number;
  readonly rank: number;
  /** By rank. */
  readonly components: readonly EvidenceComponent[];
  /** All attacked components, by rank. */
  readonly pool: readonly PoolEntry[];
  readonly totalVariance: number;
  readonly attack: {
    readonly eps: number;
    readonly steps: number;
    readonly seed: number;
    readonly size: number;
    /** "frozen" or "original": which graph was differentiated. */
    readonly graph: string;
    readonly dtype: string;
  };
  readonly cam: { readonly method: CamMethod; readonly layer: string };
  /** What decides the content; a run is resumed with equal ones only. */
  readonly settings: Readonly<Record<string, unknown>>;
  readonly provenance: Readonly<Record<string, unknown>>;
}
