import { readdir, readFile, realpath } from "node:fs/promises";
import { join } from "node:path";
import { SpuriousError } from "../errors.js";
import { DOCUMENT_NAME } from "../evidence/class-document.js";
import {
  EVIDENCE_SCHEMA,
  type EvidenceComponent,
  type EvidenceDocument,
} from "../evidence/evidence-file.js";
import { EVIDENCE_COMPONENT_SHAPE, EVIDENCE_SHAPE } from "../evidence/evidence-shape.js";
import { shapeFault } from "../results/document-shape.js";
import { parseJson } from "../results/parse-json.js";
import { type ComponentId, keyOf } from "./answers.js";

/** A class's evidence and where it lies. */
export interface LabelledClass {
  /** Name of its folder inside the evidence; also the start of its pictures' addresses. */
  readonly folder: string;
  readonly document: EvidenceDocument;
  /** Hash of the class's PCA, where the evidence tells it. */
  readonly pca: string | null;
}

export interface EvidenceFolder {
  /** Real path: no part of it is a link. */
  readonly root: string;
  readonly model: string | null;
  /** Ascending by class. */
  readonly classes: readonly LabelledClass[];
}

/**
 * All complete classes of a folder of `evidence`.
 * @throws DATA_NOT_FOUND no such folder; ARTEFACT_INVALID no class in it, a damaged or foreign
 *   document, or classes of different models
 */
export async function readEvidenceFolder(folder: string): Promise<EvidenceFolder> {
  let root: string;
  let names: string[];
  try {
    root = await realpath(folder);
    names = await readdir(root);
  } catch (cause) {
    throw new SpuriousError(
      "DATA_NOT_FOUND",
      `reading evidence: ${folder}: expected a folder of \`evidence\`, got ${(cause as NodeJS.ErrnoException).code === "ENOENT" ? "no such folder" : (cause as Error).message}`,
      { input: folder, cause },
    );
  }
  const classes: LabelledClass[] = [];
  for (const name of names.filter((one) => /^\d+$/.test(one))) {
    const found = await readClass(root, name);
    if (found !== null) classes.push(found);
  }
  classes.sort((a, b) => a.document.class - b.document.class);
  if (classes.length === 0) {
    throw invalid(folder, `folders of classes with ${DOCUMENT_NAME}`, "none");
  }
  const models = [...new Set(classes.map(({ document }) => modelOf(document)))];
  if (models.length > 1) throw invalid(folder, "evidence of one model", models.join(" and "));
  const indices = classes.map(({ document }) => document.class);
  const twice = indices.find((index, i) => indices.indexOf(index) !== i);
  if (twice !== undefined)
    throw invalid(folder, "every class once", `class ${String(twice)} twice`);
  return { root, model: models[0] ?? null, classes };
}

/** Finds components by their key. */
export function componentsByKey({
  classes,
}: EvidenceFolder): Map<string, { of: LabelledClass; component: EvidenceComponent }> {
  return new Map(
    classes.flatMap((of) =>
      of.document.components.map((component) => [
        keyOf(idOf(of.document, component)),
        { of, component },
      ]),
    ),
  );
}

export function idOf(document: EvidenceDocument, component: EvidenceComponent): ComponentId {
  return { class: document.class, component: component.eigenIndex };
}

/** Pictures that a component's evidence names, relative to the class's folder. */
export function picturesOf(component: EvidenceComponent): string[] {
  const shown = [...component.top, ...component.least];
  return [
    component.attackImage,
    component.attackCam,
    ...shown.flatMap(({ image, cam }) => [image, cam]),
  ];
}

async function readClass(root: string, folder: string): Promise<LabelledClass | null> {
  const path = join(root, folder, DOCUMENT_NAME);
  let text: string;
  try {
    text = await readFile(path, "utf8");
  } catch (cause) {
    // A class that is not complete has no document yet.
    if (["ENOENT", "ENOTDIR"].includes((cause as NodeJS.ErrnoException).code ?? "")) return null;
    throw invalid(path, "a document that can be read", (cause as Error).message);
  }
  const document = parse(text) as Partial<EvidenceDocument> | null;
  if (document?.schema !== EVIDENCE_SCHEMA) {
    throw invalid(path, `schema ${EVIDENCE_SCHEMA}`, JSON.stringify(document?.schema) ?? "none");
  }
  requireShape(path, document);
  const { pca } = document.settings as { pca?: unknown };
  return { folder, document, pca: typeof pca === "string" ? pca : null };
}

function parse(text: string): unknown {
  try {
    return parseJson(text);
  } catch {
    return null;
  }
}

function requireShape(path: string, document: object): asserts document is EvidenceDocument {
  const { class: index, label, components, pool } = document as Partial<EvidenceDocument>;
  if (!isIndex(index)) throw invalid(path, "a class index", JSON.stringify(index) ?? "none");
  if (typeof label !== "string") throw invalid(path, "a class label", typeof label);
  if (!Array.isArray(components) || components.length === 0) {
    throw invalid(path, "components", JSON.stringify(components) ?? "none");
  }
  if (!Array.isArray(pool)) throw invalid(path, "a pool of components", typeof pool);
  const { settings } = document as Partial<EvidenceDocument>;
  if (typeof settings !== "object" || settings === null) {
    throw invalid(path, "settings", typeof settings);
  }
  for (const [i, one] of components.entries()) {
    if (!EVIDENCE_COMPONENT_SHAPE(one)) {
      throw invalid(path, "whole components", `a broken one at ${String(i)}`);
    }
  }
  const fault = shapeFault(document, EVIDENCE_SHAPE);
  if (fault !== null) throw invalid(path, "a whole document", fault);
}

function isIndex(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 0;
}

function modelOf({ settings }: EvidenceDocument): string | null {
  const { model } = settings as { model?: unknown };
  return typeof model === "string" ? model : null;
}

function invalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading evidence: ${path}: expected ${expected}, got ${got}`,
    { input: path, hint: "make it with `spurious-native evidence`" },
  );
}
