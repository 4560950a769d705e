import * as echarts from "echarts";
import { FONT } from "../report/fonts.js";
import { svgToPng } from "../report/svg-png.js";
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

const WIDTH = 960;
const HEIGHT = 480;
const FONTS = `${FONT}, Helvetica, Arial, sans-serif`;

/** The spectrum as a picture: share of variance by eigen index, on a logarithmic axis. */
export function spectrumSvg({ class: index, label, components }: Spectrum): string {
  const chart = echarts.init(null, null, {
    renderer: "svg",
    ssr: true,
    width: WIDTH,
    height: HEIGHT,
  });
  chart.setOption({
    animation: false,
    backgroundColor: "#ffffff",
    textStyle: { fontFamily: FONTS, color: "#333333" },
    title: {
      text: `Spectrum of class ${String(index)} (${label.replaceAll("_", " ")})`,
      left: 24,
      top: 12,
      textStyle: { fontFamily: FONTS, fontSize: 18, fontWeight: 600 },
    },
    grid: { left: 88, right: 32, top: 64, bottom: 64 },
    xAxis: {
      type: "category",
      name: "eigen index (0-based)",
      nameLocation: "middle",
      nameGap: 36,
      data: components.map(({ eigenIndex }) => String(eigenIndex)),
    },
    yAxis: {
      type: "log",
      name: "share of variance (%)",
      nameLocation: "middle",
      nameGap: 60,
      axisLabel: { formatter: (value: number) => String(Number(value.toPrecision(1))) },
    },
    series: [
      {
        type: "line",
        symbol: "circle",
        symbolSize: components.length > 60 ? 4 : 7,
        lineStyle: { width: 1.5, color: "#0072b2" },
        itemStyle: { color: "#0072b2" },
        data: components.map(({ varianceShare }) => varianceShare * 100),
      },
    ],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return svg;
}

/** spectrumSvg as PNG, twice the size. */
export function spectrumPng(spectrum: Spectrum): Promise<Uint8Array> {
  return svgToPng(spectrumSvg(spectrum));
}
