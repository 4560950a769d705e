import { basename, join } from "node:path";
import * as t from "typanion";
import { WHOLE_NUMBER } from "../results/document-shape.js";
import { copyFiles } from "../cluster/copy-files.js";
import type { ReadMergeRequest } from "../cluster/merge-request.js";
import { foldersOf, incomplete, type Part, type PartDocument } from "../cluster/part.js";
import { PartFolder, type PartPlace } from "../cluster/part-folder.js";
import { classesInShard } from "../cluster/shard.js";
import { hashClassPca } from "../pca/class-pca.js";
import { removeFile } from "../results/atomic.js";
import { requireDocument, resultInvalid } from "../results/read-document.js";
import { type IsBegun, ResultFolder } from "../results/result-folder.js";
import { DOCUMENT_NAME, picturesOf } from "./class-document.js";
import { EVIDENCE_SCHEMA, type EvidenceDocument } from "./evidence-file.js";
import { EVIDENCE_SHAPE } from "./evidence-shape.js";
import {
  classFolder,
  type EvidenceResult,
  isBegunEvidence,
  makeClasses,
  PAGE_NAME,
  type WithoutPlace,
  withEvidenceRun,
} from "./make-evidence.js";
import { evidencePage } from "./page.js";

export type EvidencePartRequest = WithoutPlace & PartPlace;

/**
 * The evidence of some of the classes, each of which is whole in one part; mergeEvidence makes one
 * folder of all parts. Goes on with what an earlier attempt left.
 * @throws as makeEvidence
 */
export async function makeEvidencePart(request: EvidencePartRequest): Promise<PartDocument> {
  const started = Date.now();
  const isBegun: IsBegun = (names) => isBegunEvidence([...names, PAGE_NAME]);
  await using folder = await PartFolder.open(request, isBegun);
  return await withEvidenceRun(request, folder, folder.resume, async (run) => {
    const hashes = run.entries.map((entry) => hashClassPca(request.pca, entry));
    const about = {
      command: "evidence",
      settings: {
        ...run.settings,
        classes: run.entries.map(({ index }) => index),
        pca: await Promise.all(hashes),
        ...run.classifier.rounding,
        attackBatch: request.attackBatch ?? null,
      },
    } as const;
    const finished = await folder.begin(about);
    if (finished !== null) return finished;
    const { poolSize } = run.settings;
    const own = classesInShard(run.entries, folder.shard, ({ components }) =>
      Math.min(poolSize, components),
    );
    const documents = await makeClasses(run, own);
    const seconds = (Date.now() - started) / 1000;
    const work = { done: own.length, unit: "classes", seconds };
    const needed = documents.flatMap((one) => {
      const names = [DOCUMENT_NAME, ...picturesOf(one)];
      return names.map((name) => `${classFolder(one.class)}/${name}`);
    });
    return await folder.complete([], { ...about, work }, needed);
  });
}

/**
 * One folder of evidence, from parts of makeEvidencePart: that of one run, but for times. The parts
 * stay as they are.
 * @throws SHARDS_INCOMPLETE, RESULT_INVALID, OUTPUT_EXISTS, OUTPUT_WRITE_FAILED, CANCELLED
 */
export async function mergeEvidence(request: ReadMergeRequest): Promise<EvidenceResult> {
  const { parts, out, force, signal } = request;
  const asked = parts[0].document.settings["classes"];
  if (!isClasses(asked)) {
    throw incomplete(parts[0].folder, "settings with the classes of all parts", "others");
  }
  const partOf = new Map<string, Part>();
  for (const part of parts) {
    for (const name of Object.keys(part.document.files)) partOf.set(name, part);
  }
  const lacking = asked.filter((index) => !partOf.has(documentOf(index)));
  if (lacking.length > 0) {
    throw incomplete(foldersOf(parts), "all classes", `all but ${lacking.join(", ")}`);
  }
  const documents = await Promise.all(
    asked.map((index) => {
      const path = join(partOf.get(documentOf(index))?.folder ?? "", documentOf(index));
      return requireDocument<EvidenceDocument>(
        path,
        EVIDENCE_SCHEMA,
        EVIDENCE_SHAPE,
        resultInvalid,
      );
    }),
  );
  // Of a merge that was stopped there are folders of classes and no page yet.
  const isBegun: IsBegun = (names) => names.every((name) => /^\d{3,}$/.test(name));
  await using folder = await ResultFolder.open(out, { force, resume: force !== true }, isBegun);
  // A class that is replaced must not have the document of one run and pictures of another.
  for (const name of [PAGE_NAME, ...asked.map(documentOf)]) {
    await removeFile(folder.file(name));
  }
  for (const part of parts) {
    const names = Object.keys(part.document.files);
    const documentsLast = names.toSorted((a, b) => Number(isDocument(a)) - Number(isDocument(b)));
    await copyFiles(part.folder, folder.path, documentsLast, signal);
  }
  await folder.complete([{ name: PAGE_NAME, content: evidencePage(documents) }]);
  return { out, classes: documents };
}

function isDocument(name: string): boolean {
  return basename(name) === DOCUMENT_NAME;
}

const isClasses = t.isArray(WHOLE_NUMBER);

function documentOf(index: number): string {
  return join(classFolder(index), DOCUMENT_NAME);
}
