import { mkdirSync, writeFileSync } from "node:fs";

import { reviewAnnotation } from "../../src/mining/review/review-annotation.js";
import { REVIEW_SCHEMA } from "../../src/mining/review/review-file.js";
import { serveReview } from "../../src/mining/review/serve-review.js";
import { mergeParts } from "../../src/cluster/merge-parts.js";
import { exportBenchmark } from "../../src/mining/export-benchmark.js";
import { mergeMines } from "../../src/mining/merge-mines.js";
import { MINE_SCHEMA, type MineResult } from "../../src/mining/mine-result.js";
import { CANDIDATES_SCHEMA } from "../../src/mining/write-mine.js";
import { writeReport } from "../../src/report/write-report.js";
import { type Files, type FolderSeed, jsonOf, partFiles, ROOT } from "./folder-seed.js";
import { PICTURE } from "./seed-benchmark.js";

const PICTURES = ["a/0.png", "a/1.png", "b/2.png", "b/3.png"];

/** Parts of mining and the result of mining, with the review of a person. */
export function miningSeeds(): FolderSeed[] {
  const parts = [1, 2].map((index) => partOf(index));
  const pool = Object.fromEntries(PICTURES.map((name) => [`given/pool/${name}`, PICTURE]));
  const sealed = parts.map((files, i) => {
    const about = { command: "mine", index: i + 1, of: 2, settings: { class: 3 } } as const;
    return partFiles(`given/parts/${String(i + 1)}`, about, files);
  });
  const merging: Omit<FolderSeed, "damaged" | "read"> = {
    files: { ...pool, ...sealed[0], ...sealed[1] },
    pointsElsewhere: true,
  };
  const mergedAsMines = {
    ...merging,
    read: (at) =>
      mergeMines({ parts: [at("given/parts/1"), at("given/parts/2")], out: at("out/merged") }),
  } satisfies Omit<FolderSeed, "damaged">;
  const mergedAsParts = {
    ...merging,
    read: (at) => mergeParts({ parts: [at("given/parts")], out: at("out/merged") }),
  } satisfies Omit<FolderSeed, "damaged">;
  const [first, second] = ["given/parts/1", "given/parts/2"];
  return [
    { ...mergedAsMines, damaged: `${first}/candidates.json`, sealed: first },
    { ...mergedAsMines, damaged: `${second}/candidates.json`, sealed: second },
    { ...mergedAsMines, damaged: `${first}/mine.json`, sealed: first },
    { ...mergedAsMines, damaged: `${second}/part.json` },
    { ...mergedAsParts, damaged: `${first}/part.json` },
    { ...mergedAsParts, damaged: `${second}/mine.json`, sealed: second },
    { ...mergedAsParts, damaged: `${first}/candidates.json`, sealed: first },
    ...minedSeeds(),
  ];
}

function partOf(index: number): Files {
  const candidates = PICTURES.filter((_, i) => i % 2 === index - 1).map((id, i) => ({
    ...{ id, pool: 0, alpha: 3 - i, probability: 0.5 },
    hash: `${String(index)}${String(i)}`.repeat(8),
  }));
  const document = {
    schema: CANDIDATES_SCHEMA,
    copies: true,
    components: [candidates, candidates],
  };
  return {
    "mine.json": jsonOf({ ...mined(), shard: { index, of: 2 } }),
    "candidates.json": jsonOf(document),
  };
}

function mined(): MineResult {
  const top = PICTURES.map((id, i) => ({
    ...{ rank: i + 1, id, alpha: 3 - i, probability: 0.5, pool: 0 },
    file: `images/comp_1/000${String(i + 1)}-${String(i)}.png`,
  }));
  const component = { trainMax: 2, cutShort: false, nearDuplicates: [], top };
  return {
    schema: MINE_SCHEMA,
    class: { index: 849, wnid: "n04398044", label: "tea_pot" },
    components: [1, 4].map((eigenIndex) => ({ ...component, eigenIndex })),
    counts: { pool: 4, excluded: 0, mined: 4, training: 0, skipped: 0 },
    skipped: [{ id: "a/9.png", code: "IMAGE_UNREADABLE", message: "no picture" }],
    damaged: [],
    pools: [{ path: `${ROOT}/given/pool`, kind: "folder" }],
    shard: null,
    list: { top: 3, candidates: 8, nearDuplicates: 4 },
    settings: { pca: "a hash", class: 849 },
    provenance: { started: "2026-01-01T00:00:00.000Z", seconds: 1, version: "0.1.0" },
  };
}

/** A result with copies of its images, the last of which is in the pool alone. */
function minedSeeds(): FolderSeed[] {
  const [first] = mined().components;
  const copies = (first?.top ?? [])
    .slice(0, 3)
    .map(({ file }) => [`given/mined/${file}`, PICTURE] as const);
  const time = "2026-01-01T00:00:01.000Z";
  const answers = PICTURES.map((id, i) => ({
    ...{ n: i + 1, time, component: 1, pool: 0, id, answer: i === 1 ? "skip" : "keep" },
  }));
  const owner = { class: 849, pca: "a hash", pools: [`${ROOT}/given/pool`], created: time };
  const review = {
    schema: REVIEW_SCHEMA,
    ...owner,
    entries: [...answers, { n: 5, time, undo: 4 }],
  };
  const files: Files = {
    "given/mined/mine.json": jsonOf(mined()),
    ...Object.fromEntries(copies),
    "given/pool/b/3.png": PICTURE,
    "out/review.json": jsonOf(review),
    "given/keep.txt": `${PICTURES[0] ?? ""}\n4\t${PICTURES[2] ?? ""}\n`,
  };
  const exported = (keep: string): FolderSeed["read"] => {
    return (at) =>
      exportBenchmark({ mine: at("given/mined"), to: at("out/benchmark"), keep: at(keep) });
  };
  const seed = { files, pointsElsewhere: true } as const;
  return [
    { ...seed, damaged: "given/mined/mine.json", read: exported("out/review.json") },
    { ...seed, damaged: "given/mined/mine.json", read: exported("given/keep.txt") },
    { ...seed, damaged: "given/mined/mine.json", read: reviewed },
    {
      ...seed,
      damaged: "given/mined/mine.json",
      read: (at) => writeReport({ result: at("given/mined"), to: at("out/page.html") }),
    },
    { ...seed, damaged: "out/review.json", read: exported("out/review.json") },
    { ...seed, damaged: "out/review.json", read: reviewed },
    { ...seed, damaged: "given/keep.txt", read: exported("given/keep.txt") },
  ];
}

/** All that the page may ask for, and an answer that is taken back. */
async function reviewed(at: (place: string) => string): Promise<void> {
  mkdirSync(at("out"), { recursive: true });
  await using served = await serveReview({
    mine: at("given/mined"),
    review: at("out/review.json"),
  });
  const { session } = served;
  const annotation = reviewAnnotation(session);
  const { items, version } = session.state();
  for (const { place } of items) {
    annotation.item(String(place));
    await annotation.picture(`small/${String(place)}`);
  }
  if (items.length === 0) return;
  const answered = await annotation.answer(version, { place: 0, answer: "keep" });
  if (answered === null) throw new Error("the first image has no place");
  await annotation.undo(session.state().version);
  writeFileSync(at("out/state.json"), JSON.stringify(session.state()));
}
