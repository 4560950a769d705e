import sharp from "sharp";
import { imageNetClasses } from "../imagenet/facts.js";
import { preprocessImage } from "../images/preprocess.js";
import type { Classifier } from "../models/classifier.js";
import type { CamLayerName } from "../native/contract.js";
import { addon } from "../native/load.js";
import type { ClassPca } from "../pca/class-pca.js";
import type { PcaIndexClass } from "../pca/pca-index.js";
import { type RankedImage, rankTraining } from "../pca/rank.js";
import { probability } from "../report/format.js";
import { svgToPng } from "../report/svg-png.js";
import type { FileContent } from "../results/atomic.js";
import { plainLabel } from "../results/terminal-table.js";
import { type PictureTree, TreePicture } from "../sources/picture-tree.js";
import { trainAlphas } from "../pca/alpha.js";
import type { AttackedComponent } from "./attack-pool.js";
import { type CamMap, type Cams, camsOf } from "./cams.js";
import type { EvidenceComponent, EvidenceImage } from "./evidence-file.js";
import { heatMap, overlay, type RgbImage } from "./heat-map.js";
import { toPng } from "./png.js";
import { sheetSvg, type SheetPicture } from "./sheet.js";

/** What a class's evidence is made of. */
export interface ClassEvidenceInput {
  readonly classifier: Classifier;
  readonly pca: ClassPca;
  readonly entry: PcaIndexClass;
  readonly column: number;
  /** The training images, by their paths. */
  readonly train: PictureTree;
  /** By rank: attack confidence. */
  readonly shown: readonly AttackedComponent[];
  readonly top: number;
  readonly least: number;
  readonly layer?: CamLayerName | undefined;
  /** Refuse larger training images. */
  readonly maxPixels?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface ClassEvidence {
  readonly components: readonly EvidenceComponent[];
  readonly files: readonly FileContent[];
  readonly cam: { readonly method: Cams["method"]; readonly layer: string };
}

/** A picture with its map, drawn. */
interface Drawn {
  readonly image: Uint8Array;
  readonly cam: Uint8Array;
  readonly heat: Uint8Array;
}

/** Pictures, Grad-CAMs and sheets of the components shown; nothing is written here. */
export async function classEvidence(input: ClassEvidenceInput): Promise<ClassEvidence> {
  const { classifier, pca, shown, column, layer, signal } = input;
  const eigenIndices = shown.map(({ eigenIndex }) => eigenIndex);
  const ranked = eigenIndices.map((eigenIndex) => rankTraining(pca, eigenIndex));
  const chosen = ranked.map((images) => ({
    top: images.slice(0, input.top),
    least: images.slice(Math.max(input.top, images.length - input.least)).reverse(),
  }));
  const paths = [
    ...new Set(chosen.flatMap(({ top, least }) => [...top, ...least].map(({ path }) => path))),
  ];
  const trainImages = await loadAll(paths, input);
  const attackImages = await Promise.all(shown.map(({ png }) => decodePng(png)));
  const cams = await camsOf(classifier, pca, eigenIndices, [...trainImages, ...attackImages], {
    column,
    layer,
    signal,
  });
  const place = new Map(paths.map((path, i) => [path, i]));
  const components: EvidenceComponent[] = [];
  const files: FileContent[] = await Promise.all(
    trainImages.map(async (image, i) => ({ name: imageFile(i), content: await toPng(image) })),
  );
  for (const [rank, attacked] of shown.entries()) {
    const maps = cams.maps[rank] ?? [];
    const drawn = async (at: number, image: RgbImage): Promise<Drawn> => draw(image, maps[at]);
    const attack = await drawn(paths.length + rank, attackImages[rank] as RgbImage);
    const evidenceOf = (images: readonly RankedImage[]) =>
      Promise.all(
        images.map(async (image) => {
          const at = place.get(image.path) ?? 0;
          return { image, at, drawn: await drawn(at, trainImages[at] as RgbImage) };
        }),
      );
    const top = await evidenceOf(chosen[rank]?.top ?? []);
    const least = await evidenceOf(chosen[rank]?.least ?? []);
    const described = describeComponent(input, rank, attacked, [...top], [...least]);
    components.push(described.component);
    files.push(...described.files);
    files.push(
      { name: described.component.attackImage, content: attack.image },
      { name: described.component.attackCam, content: attack.cam },
      { name: described.component.attackHeatMap, content: attack.heat },
      {
        name: described.component.sheet,
        content: await svgToPng(sheetOf(input, described.component, attack, top, least), 1.5),
      },
    );
  }
  return { components, files, cam: { method: cams.method, layer: cams.layer } };
}

interface PlacedImage {
  readonly image: RankedImage;
  /** Number of the picture's file. */
  readonly at: number;
  readonly drawn: Drawn;
}

function describeComponent(
  { pca, entry }: ClassEvidenceInput,
  rank: number,
  attacked: AttackedComponent,
  top: readonly PlacedImage[],
  least: readonly PlacedImage[],
): { component: EvidenceComponent; files: FileContent[] } {
  const { eigenIndex } = attacked;
  const name = String(eigenIndex).padStart(3, "0");
  const files: FileContent[] = [];
  const describe = ({ image, at, drawn }: PlacedImage): EvidenceImage => {
    const cam = `component-${name}-cam-${String(at).padStart(3, "0")}.png`;
    const heat = `component-${name}-heat-${String(at).padStart(3, "0")}.png`;
    files.push({ name: cam, content: drawn.cam }, { name: heat, content: drawn.heat });
    return { ...image, image: imageFile(at), cam, heatMap: heat };
  };
  const eigenvalue = pca.eigenvalues[eigenIndex] as number;
  const component: EvidenceComponent = {
    rank,
    eigenIndex,
    eigenvalue,
    varianceShare: eigenvalue / entry.totalVariance,
    alpha: attacked.alpha,
    confidence: attacked.confidence,
    objective: attacked.objective,
    perturbation: attacked.perturbation,
    trainMax: trainAlphas(pca, eigenIndex).reduce(
      (most, value) => Math.max(most, value),
      -Infinity,
    ),
    attackImage: `component-${name}-attack.png`,
    attackCam: `component-${name}-attack-cam.png`,
    attackHeatMap: `component-${name}-attack-heat.png`,
    top: top.map(describe),
    least: least.map(describe),
    sheet: `component-${name}-sheet.png`,
  };
  return { component, files };
}

function sheetOf(
  { entry }: ClassEvidenceInput,
  component: EvidenceComponent,
  attack: Drawn,
  top: readonly PlacedImage[],
  least: readonly PlacedImage[],
): string {
  const picture = ({ image, drawn }: PlacedImage): SheetPicture => ({
    png: drawn.image,
    alpha: image.alpha,
    probability: image.probability,
  });
  const { rank, eigenIndex, varianceShare, confidence, alpha, trainMax } = component;
  return sheetSvg({
    title: `${plainLabel(entry.label)} (class ${String(entry.index)}), component ${String(eigenIndex)}`,
    subtitle: `eigen index ${String(eigenIndex)} (${(varianceShare * 100).toFixed(1)} % of the variance)  ·  rank ${String(rank)} by attack confidence`,
    attack: { image: attack.image, cam: attack.cam },
    attackLines: [
      `p ${probability(confidence)}, alpha ${alpha.toFixed(2)}`,
      `training maximum ${trainMax.toFixed(2)}`,
    ],
    top: top.map(picture),
    topCams: top.map(({ drawn }) => drawn.cam),
    least: least.map(picture),
  });
}

async function draw(image: RgbImage, map: CamMap | undefined): Promise<Drawn> {
  const values = map ?? new Float32Array(image.width * image.height);
  const [picture, cam, heat] = await Promise.all([
    toPng(image),
    toPng(overlay(image, values)),
    toPng(heatMap(values, image.width, image.height)),
  ]);
  return { image: picture, cam, heat };
}

function loadAll(
  paths: readonly string[],
  { classifier, train, maxPixels }: ClassEvidenceInput,
): Promise<RgbImage[]> {
  const preprocessing = { preset: "paper-v2", size: classifier.inputSize.value } as const;
  const options = { preprocessing, split: "val", maxPixels } as const;
  return Promise.all(
    paths.map((path) => preprocessImage(new TreePicture(train, path), options, addon())),
  );
}

async function decodePng(base64: string): Promise<RgbImage> {
  const { data, info } = await sharp(Buffer.from(base64, "base64"))
    .removeAlpha()
    .raw()
    .toBuffer({ resolveWithObject: true });
  return { pixels: data, width: info.width, height: info.height };
}

function imageFile(at: number): string {
  return `image-${String(at).padStart(3, "0")}.png`;
}

/** The definition of an ImageNet class; null for classes of other data sets. */
export function definitionOf(wnid: string): string | null {
  return imageNetClasses().find((fact) => fact.wnid === wnid)?.definition ?? null;
}
