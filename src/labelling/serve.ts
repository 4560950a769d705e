import { join } from "node:path";
import { type ServedPage, servePage } from "../annotation/serve-page.js";
import { SpuriousError } from "../errors.js";
import { keyOf } from "./answers.js";
import { readEvidenceFolder } from "./evidence-folder.js";
import { labelAnnotation } from "./label-annotation.js";
import { disagreements, judgedComponents, requireAnnotators } from "./judged-components.js";
import { labelsPath } from "./annotator-name.js";
import { type LabelsFile, type LabelsHeader, openLabels, readLabels } from "./labels-file.js";
import { labelsBeside, otherAnswers, requireComparable } from "./other-answers.js";
import { LabelSession } from "./session.js";

export interface ServeRequest {
  /** Folder of `evidence`. */
  readonly evidence: string;
  readonly annotator: string;
  /** Folder of the labels files; default `labels` in the evidence. */
  readonly labels?: string | undefined;
  /** Default: any that is free. */
  readonly port?: number | undefined;
  /** Hide scores and other annotators. */
  readonly blind?: boolean | undefined;
  /** Of the order, default 0. */
  readonly seed?: number | undefined;
}

export interface AdjudicateRequest extends ServeRequest {
  /** Labels files of at least two annotators. */
  readonly files: readonly string[];
}

export type ServedLabels = ServedPage<LabelSession>;

/**
 * Opens the labelling page over all components of an evidence folder, for browsers on this machine.
 * @throws USAGE_INVALID, DATA_NOT_FOUND, ARTEFACT_INVALID, RESUME_MISMATCH, OUTPUT_WRITE_FAILED
 */
export async function serveLabels(request: ServeRequest): Promise<ServedLabels> {
  const folder = labelsFolder(request);
  const own = labelsPath(folder, request.annotator, "annotator");
  const others = request.blind === true ? [] : await labelsBeside(own, folder);
  return serve(request, { role: "annotator", others });
}

/**
 * The same page over the components that annotators judge differently. An adjudicator's answers
 * decide in `label export`.
 * @throws as serveLabels
 */
export async function serveAdjudication(request: AdjudicateRequest): Promise<ServedLabels> {
  if (request.files.length < 2) {
    throw new SpuriousError(
      "USAGE_INVALID",
      `adjudicating: FILE: expected labels of at least two annotators, got ${String(request.files.length)}`,
    );
  }
  const others = await Promise.all(request.files.map(readLabels));
  requireAnnotators("adjudicating", others);
  requireComparable(others);
  const only = new Set(disagreements(judgedComponents(others)).map(keyOf));
  return serve(request, { role: "adjudicator", others, only });
}

interface Role {
  readonly role: LabelsHeader["role"];
  readonly others: readonly LabelsFile[];
  readonly only?: ReadonlySet<string>;
}

async function serve(request: ServeRequest, { role, others, only }: Role): Promise<ServedLabels> {
  const { annotator, seed = 0, blind = false, port = 0 } = request;
  const evidence = await readEvidenceFolder(request.evidence);
  const file = labelsPath(labelsFolder(request), annotator, role);
  const owner = { annotator, role, model: evidence.model };
  return servePage({
    port,
    writer: await openLabels(file, owner),
    session: (writer) =>
      new LabelSession(evidence, writer, { seed, blind, only, others: otherAnswers(others) }),
    annotation: (session) => labelAnnotation(session, evidence.root),
  });
}

function labelsFolder({ labels, evidence }: ServeRequest): string {
  return labels ?? join(evidence, "labels");
}
