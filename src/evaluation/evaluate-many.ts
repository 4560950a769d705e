import { join } from "node:path";
import { benchmarkFolders } from "../config/locations.js";
import { SpuriousError } from "../errors.js";
import type { EvalResult, OverallScore } from "../results/eval-result.js";
import { evaluate, type EvaluateRequest } from "./evaluate.js";
import { finishedEvaluation } from "./finished-evaluation.js";
import type { NamedModel } from "./model-list.js";
import { nameModels } from "./model-list.js";

export const EVALUATIONS_SCHEMA = "spurious-native/evaluations/1";

/** What became of one model. */
export interface ModelOutcome {
  readonly name: string;
  readonly model: string;
  /** Its result folder; null when nothing is written. */
  readonly out: string | null;
  /** present: an earlier run had finished it. */
  readonly status: "evaluated" | "present" | "failed";
  /** Average precision, where there is a result. */
  readonly score: OverallScore | null;
  readonly error: ReturnType<SpuriousError["toJSON"]> | null;
  /** 0, or that of the error. */
  readonly exitStatus: number;
}

/** The document of `eval --json` with several models. */
export interface Evaluations {
  readonly schema: typeof EVALUATIONS_SCHEMA;
  /** In the order given. */
  readonly models: readonly ModelOutcome[];
}

/** All but what a single model has of its own. */
type CommonRequest = Omit<EvaluateRequest, "model" | "sha256">;

export interface EvaluateManyRequest extends CommonRequest, ManyObserver {
  readonly models: readonly string[];
}

/** Hears of every model as the work goes on. */
export interface ManyObserver {
  /** Throws where a result is not good enough; the model then counts as failed. */
  readonly accept?: ((result: EvalResult) => void) | undefined;
  readonly onStart?: ((model: NamedModel, place: number, count: number) => void) | undefined;
  readonly onResult?: ((model: NamedModel, result: EvalResult) => void) | undefined;
  readonly onFailure?: ((model: NamedModel, error: SpuriousError) => void) | undefined;
}

/**
 * The spurious scores of several models, one after the other. With `out`, each has a folder of its
 * own below it (nameModels), and one that an earlier run has finished with the same model file,
 * settings and images is not evaluated again, unless `force`. A model that fails does not stop the
 * others.
 * @throws DATA_NOT_GIVEN, CONFIG_INVALID before the first model; CANCELLED; what is a defect
 */
export async function evaluateMany(request: EvaluateManyRequest): Promise<Evaluations> {
  benchmarkFolders(request);
  const named = nameModels(request.models);
  const outcomes: ModelOutcome[] = [];
  for (const [i, one] of named.entries()) {
    refuseAborted(request.signal);
    request.onStart?.(one, i + 1, named.length);
    outcomes.push(await outcomeOf(one, request));
  }
  return { schema: EVALUATIONS_SCHEMA, models: outcomes };
}

async function outcomeOf(one: NamedModel, request: EvaluateManyRequest): Promise<ModelOutcome> {
  const { accept, onResult, onFailure } = request;
  const out = request.out === undefined ? undefined : join(request.out, one.name);
  const base = { ...one, out: out ?? null };
  let score: OverallScore | null = null;
  try {
    const own: EvaluateRequest = { ...request, model: one.model, out };
    const earlier =
      out === undefined || request.force === true ? null : await finishedEvaluation(out, own);
    const result = earlier ?? (await evaluate(own));
    score = result.score;
    onResult?.(one, result);
    accept?.(result);
    const status = earlier === null ? "evaluated" : "present";
    return { ...base, status, score, error: null, exitStatus: 0 };
  } catch (error) {
    if (!(error instanceof SpuriousError) || error.code === "CANCELLED") throw error;
    onFailure?.(one, error);
    const { exitStatus } = error;
    return { ...base, status: "failed", score, error: error.toJSON(), exitStatus };
  }
}

function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted === true) {
    throw new SpuriousError("CANCELLED", "the work was stopped between two models");
  }
}
