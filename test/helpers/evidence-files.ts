import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { TestContext } from "node:test";
import sharp from "sharp";

import {
  EVIDENCE_SCHEMA,
  type EvidenceComponent,
  type EvidenceDocument,
  type EvidenceImage,
} from "../../src/evidence/evidence-file.js";
import { fileTree } from "./file-tree.js";

export interface EvidenceShape {
  /** Names of classes by index. */
  readonly classes: Readonly<Record<number, string>>;
  /** Components of each class. */
  readonly components: number;
  readonly definition?: string;
  /** Path of the first of the most activating images. */
  readonly path?: string;
  readonly model?: string;
}

/** A folder of evidence as `evidence` leaves it, with plain pictures; until the end of the test. */
export async function evidenceFiles(t: TestContext, shape: EvidenceShape): Promise<string> {
  const root = fileTree(t, []);
  for (const index of Object.keys(shape.classes).map(Number)) {
    const folder = join(root, String(index).padStart(3, "0"));
    mkdirSync(folder);
    const document = evidenceDocument(index, shape);
    writeFileSync(join(folder, "evidence.json"), JSON.stringify(document));
    for (const [i, name] of picturesIn(document).entries()) {
      writeFileSync(join(folder, name), await picture(index * 31 + i * 7));
    }
  }
  return root;
}

export function evidenceDocument(index: number, shape: EvidenceShape): EvidenceDocument {
  const label = shape.classes[index] ?? "";
  const components = Array.from({ length: shape.components }, (_, i) => component(i, shape));
  return {
    schema: EVIDENCE_SCHEMA,
    class: index,
    wnid: `n${String(index).padStart(8, "0")}`,
    label,
    synonyms: label,
    definition: shape.definition ?? null,
    images: 50,
    rank: 49,
    components,
    pool: components,
    totalVariance: 10,
    attack: { eps: 30, steps: 200, seed: 0, size: 64, graph: "frozen", dtype: "fp32" },
    cam: { method: "closed-form", layer: "last-map" },
    settings: { model: shape.model ?? "aa".repeat(32), pca: `pca of ${String(index)}` },
    provenance: {},
  };
}

function component(eigenIndex: number, { path }: EvidenceShape): EvidenceComponent {
  const name = `component-${String(eigenIndex).padStart(3, "0")}`;
  const image = (at: number): EvidenceImage => ({
    path: (at === 0 ? path : undefined) ?? `thing/${String(at)}.jpg`,
    alpha: 5 - at,
    probability: 0.9,
    image: `image-${String(at).padStart(3, "0")}.png`,
    cam: `${name}-cam-${String(at)}.png`,
    heatMap: `${name}-heat-${String(at)}.png`,
  });
  return {
    rank: eigenIndex,
    eigenIndex,
    eigenvalue: 1,
    varianceShare: 0.1,
    alpha: 12.5,
    confidence: 0.987,
    objective: 1,
    perturbation: 30,
    trainMax: 5,
    attackImage: `${name}-attack.png`,
    attackCam: `${name}-attack-cam.png`,
    attackHeatMap: `${name}-attack-heat.png`,
    top: [0, 1, 2].map(image),
    least: [3, 4].map(image),
    sheet: `${name}-sheet.png`,
  };
}

function picturesIn({ components }: EvidenceDocument): string[] {
  return [
    ...new Set(
      components.flatMap((one) => [
        one.attackImage,
        one.attackCam,
        ...[...one.top, ...one.least].flatMap(({ image, cam }) => [image, cam]),
      ]),
    ),
  ];
}

function picture(shade: number): Promise<Buffer> {
  const background = { r: shade % 256, g: (shade * 3) % 256, b: 120 };
  return sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toBuffer();
}
