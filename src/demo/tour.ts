import { join, relative } from "node:path";
import { evaluate } from "../evaluation/evaluate.js";
import { makeEvidence } from "../evidence/make-evidence.js";
import { evaluateFix } from "../mitigation/evaluate-fix.js";
import { exportFix, type MendedModel } from "../mitigation/export-fix.js";
import { fitSpuFix } from "../mitigation/fit.js";
import type { FixEvaluation } from "../mitigation/fix-evaluation.js";
import { trainAlphas } from "../pca/alpha.js";
import { readClassPca } from "../pca/class-pca.js";
import { fitPca } from "../pca/fit.js";
import type { PcaIndex } from "../pca/pca-index.js";
import { writeFileAtomic } from "../results/atomic.js";
import type { EvalResult } from "../results/eval-result.js";
import { ResultFolder } from "../results/result-folder.js";
import { auroc } from "../scoring/auroc.js";
import type { ProgressSink } from "../terminal/progress.js";
import {
  type DemoTruth,
  demoFolder,
  demoModel,
  demoRequest,
  demoSpurious,
  demoTrain,
  demoTruth,
  demoVal,
} from "./demo.js";

/** How well a component tells training pictures with the planted feature from those without. */
export interface PlantedComponent {
  readonly class: number;
  readonly name: string;
  readonly feature: string;
  readonly eigenIndex: number;
  /** AUROC of alpha, pictures that carry the feature against those that do not. */
  readonly separation: number;
  /** Of the five most activating training pictures, how many carry the feature. */
  readonly taggedOfTopFive: number;
}

export interface TourOptions {
  /** Result folder of everything. */
  readonly out: string;
  readonly force?: boolean | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly progress?: ProgressSink | undefined;
}

export interface Tour {
  readonly score: EvalResult;
  readonly components: readonly PlantedComponent[];
  /** Before and after taking the planted components out. */
  readonly fix: FixEvaluation;
  /** The classifier without them, as a file of its own. */
  readonly mended: MendedModel;
}

/** Leading components among which the planted feature is looked for. */
const LEADING = 3;
/** Attack images need no more steps on a net this small. */
const ATTACK = { components: 3, poolSize: 8, eps: 8, steps: 40 } as const;

/**
 * The whole method on the demo, where the truth is known: score, neural PCA of the planted classes,
 * evidence, the score after the planted components are taken out, and the mended classifier.
 */
export async function tour({ out, force, signal, progress }: TourOptions): Promise<Tour> {
  await using folder = await ResultFolder.open(out, { force });
  const common = { signal, progress, force: true, device: "cpu" };
  const model = demoModel();
  const truth = demoTruth();
  const planted = truth.classes.filter((one) => one.planted);
  const pca = folder.file("pca");
  const score = await evaluate(demoRequest({ ...common, model, out: folder.file("eval") }));
  const index = await fitPca({
    ...common,
    model,
    train: demoTrain(),
    classes: planted.map((one) => String(one.index)).join(","),
    out: pca,
  });
  const components = await plantedComponents(pca, index, truth);
  await makeEvidence({
    ...common,
    ...ATTACK,
    pca,
    classes: planted.map((one) => one.index),
    out: folder.file("evidence"),
  });
  const labels = Object.fromEntries(components.map((one) => [one.class, [one.eigenIndex]]));
  await writeFileAtomic(folder.file("components.json"), `${JSON.stringify(labels, null, 2)}\n`);
  const fixFile = folder.file("demo.spufix.safetensors");
  await fitSpuFix({
    ...common,
    model,
    train: demoTrain(),
    alphas: pca,
    components: folder.file("components.json"),
    out: fixFile,
  });
  const fix = await evaluateFix({
    ...common,
    model,
    fix: fixFile,
    data: demoSpurious(),
    val: demoVal(),
    accuracy: demoVal(),
    out: folder.file("spufix"),
  });
  const mended = await exportFix({ ...common, model, fix: fixFile, to: folder.file("mended.pt") });
  return { score, components, fix, mended };
}

/** Of the leading components of each planted class, the one that follows the planted feature. */
export async function plantedComponents(
  folder: string,
  index: PcaIndex,
  truth: DemoTruth,
): Promise<PlantedComponent[]> {
  const tagged = new Set(
    truth.pictures.flatMap((one) => (one.split === "train" && one.tagged ? [one.path] : [])),
  );
  const rows: PlantedComponent[] = [];
  for (const entry of index.classes) {
    const known = truth.classes.find((one) => one.index === entry.index);
    if (known?.planted !== true) continue;
    const pca = await readClassPca(folder, entry);
    const carries = pca.images.map((path) => tagged.has(`train/${path}`));
    const candidates = Array.from({ length: Math.min(LEADING, pca.count) }, (_, eigenIndex) => {
      const alphas = trainAlphas(pca, eigenIndex);
      const top = [...alphas.keys()].sort((a, b) => (alphas[b] ?? 0) - (alphas[a] ?? 0));
      return {
        class: entry.index,
        name: known.label,
        feature: known.feature ?? "",
        eigenIndex,
        separation: auroc(
          alphas.filter((_, row) => carries[row] === true),
          alphas.filter((_, row) => carries[row] !== true),
        ),
        taggedOfTopFive: top.slice(0, 5).filter((row) => carries[row] === true).length,
      };
    });
    candidates.sort((a, b) => b.separation - a.separation);
    rows.push(...candidates.slice(0, 1));
  }
  return rows;
}

/** One step of the method, and the command that does it. */
export interface TourCommand {
  readonly step: string;
  readonly command: string;
}

/**
 * From the score to a mended model in five commands, for a person to try. They work as they stand
 * where the tour was taken.
 * @param out the tour's folder @param demo folder of the demo's model and pictures
 */
export function tourCommands(out: string, demo = relative("", demoFolder())): TourCommand[] {
  const [model, train, pca] = [join(demo, "model.pt"), join(demo, "train"), join(out, "pca")];
  const say = (step: string, command: string) => ({ step, command: `spurious-native ${command}` });
  return [
    say("score", "eval --demo"),
    say("PCA", `pca fit ${model} --train ${train} --classes 3,8,9 --out my-pca`),
    say("labelling page", `label serve ${join(out, "evidence")} --annotator you`),
    say(
      "fix",
      `spufix fit ${model} --train ${train} --alphas ${pca} --components ${join(out, "components.json")} --out my.spufix.safetensors`,
    ),
    say(
      "mended model",
      `spufix export ${model} ${join(out, "demo.spufix.safetensors")} --to my-model.pt`,
    ),
  ];
}
