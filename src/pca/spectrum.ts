import { scaleLinear, scaleLog } from "d3-scale";
import { line } from "d3-shape";
import { html } from "../report/html.js";
import { FIGURE_X, FIGURE_Y, figureSvg } from "../report/plots/figure.js";
import { svgToPng } from "../report/svg-png.js";
import { plainLabel } from "../results/terminal-table.js";
import { trainAlphas } from "./alpha.js";
import { findPcaClass, readClassPca } from "./class-pca.js";
import { readPcaIndex } from "./pca-index.js";

export interface SpectrumComponent {
  readonly eigenIndex: number;
  readonly eigenvalue: number;
  /** Of the total variance of psi, 0 to 1. */
  readonly varianceShare: number;
  /** <1, v_l>: what the component weighs in the logit. */
  readonly sum: number;
  readonly alphaMax: number;
  readonly alphaMin: number;
}

/** The document of `pca show --json`. */
export interface Spectrum {
  readonly class: number;
  readonly label: string;
  readonly images: number;
  readonly rank: number;
  readonly features: number;
  readonly totalVariance: number;
  readonly solver: string;
  readonly route: string;
  readonly components: readonly SpectrumComponent[];
}

/** Eigenvalues of a class and what each component does among its training images. */
export async function spectrumOf(folder: string, classIndex: number): Promise<Spectrum> {
  const index = await readPcaIndex(folder);
  const entry = findPcaClass(index, classIndex);
  const pca = await readClassPca(folder, entry);
  const d = pca.weight.length;
  const components = Array.from(pca.eigenvalues, (eigenvalue, eigenIndex) => {
    const alphas = trainAlphas(pca, eigenIndex);
    const direction = pca.components.subarray(eigenIndex * d, (eigenIndex + 1) * d);
    return {
      eigenIndex,
      eigenvalue,
      varianceShare: eigenvalue / entry.totalVariance,
      sum: direction.reduce((total, value) => total + value, 0),
      alphaMax: alphas.reduce((most, value) => Math.max(most, value), -Infinity),
      alphaMin: alphas.reduce((least, value) => Math.min(least, value), Infinity),
    };
  });
  const { label, images, rank, totalVariance, solver, route } = entry;
  return {
    class: classIndex,
    label,
    images,
    rank,
    features: d,
    totalVariance,
    solver,
    route,
    components,
  };
}

const COLOR = "#0072b2";

/** The spectrum as a picture: share of variance by eigen index, on a logarithmic axis. */
export function spectrumSvg({ class: index, label, components }: Spectrum): string {
  const shares = components.map(({ varianceShare }) => varianceShare * 100);
  const lowest = shares.reduce((least, share) => Math.min(least, share), 100);
  const x = scaleLinear([0, Math.max(1, components.length - 1)], FIGURE_X);
  const y = scaleLog([lowest, Math.max(...shares)], FIGURE_Y).nice();
  const points = shares.map((share, at) => [x(at), y(share)] as [number, number]);
  const radius = components.length > 60 ? 2.5 : 4;
  return figureSvg({
    title: `Spectrum of class ${String(index)} (${plainLabel(label)})`,
    x: {
      scale: x,
      label: "eigen index (0-based)",
      ticks: x.ticks(10).filter(Number.isInteger),
      format: String,
    },
    y: {
      scale: y,
      label: "share of variance (%)",
      ticks: y.ticks(5),
      format: (tick) => (isRound(tick) ? String(Number(tick.toPrecision(1))) : ""),
    },
    marks: [
      html`<path d="${line()(points) ?? ""}" fill="none" stroke="${COLOR}" stroke-width="1.5"/>`,
      ...points.map(
        ([left, top], at) =>
          html`<circle cx="${left.toFixed(1)}" cy="${top.toFixed(1)}" r="${radius}" fill="${COLOR}"><title>${`component ${String(at)}: ${(shares[at] ?? 0).toPrecision(3)} %`}</title></circle>`,
      ),
    ],
  });
}

/** 1, 2 and 5 times a power of ten. */
function isRound(tick: number): boolean {
  const digit = Number(tick.toExponential(0).slice(0, 1));
  return digit === 1 || digit === 2 || digit === 5;
}

/** spectrumSvg as PNG, twice the size. */
export function spectrumPng(spectrum: Spectrum): Promise<Uint8Array> {
  return svgToPng(spectrumSvg(spectrum));
}
