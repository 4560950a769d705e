/** One measurement of the report: a command line and what it has to show. */
export interface Suite {
  /** Name of the JSON file and of the remarks. */
  readonly name: string;
  readonly heading: string;
  /** Arguments after `spurious-native bench`. */
  readonly args: readonly string[];
  /** What was set out to be reached: this program's rate divided by that of the row named. */
  readonly targets: readonly { readonly versus: string; readonly ratio: number }[];
}

export const SUITES: readonly Suite[] = [
  {
    name: "forward-fp32",
    heading: "Forward passes, fp32",
    args: ["forward", "--runs", "11"],
    targets: [
      { versus: "onnxruntime-node", ratio: 1 },
      { versus: "torch-compile", ratio: 1 },
      { versus: "matrix-products", ratio: 0.85 },
    ],
  },
  {
    name: "forward-bf16",
    heading: "Forward passes, bf16",
    args: ["forward", "--dtype", "bf16", "--runs", "11"],
    targets: [{ versus: "torch-compile", ratio: 1.05 }],
  },
  {
    name: "preprocess",
    heading: "Decode, resize and crop, one core",
    args: ["preprocess"],
    targets: [{ versus: "pillow", ratio: 3.5 }],
  },
  {
    name: "eval-fp32",
    heading: "The whole evaluation, fp32",
    args: ["eval"],
    targets: [
      { versus: "python-0", ratio: 2.7 },
      { versus: "python-2", ratio: 2.7 },
      { versus: "forward-alone", ratio: 0.95 },
    ],
  },
  {
    name: "pca",
    heading: "Class-wise neural PCA",
    args: ["pca"],
    targets: [
      { versus: "numpy-covariance", ratio: 5 },
      { versus: "numpy-gram", ratio: 1 },
    ],
  },
  {
    name: "attack-fp32",
    heading: "Feature attack images, fp32",
    args: ["attack"],
    targets: [{ versus: "original-loop", ratio: 1.6 }],
  },
  {
    name: "cam-fp32",
    heading: "Grad-CAM of alpha, fp32",
    args: ["cam"],
    targets: [{ versus: "pytorch-grad-cam", ratio: 5 }],
  },
  {
    name: "spufix-fp32",
    heading: "A model with its fix built in, fp32",
    args: ["spufix"],
    targets: [{ versus: "without-fix", ratio: 0.99 }],
  },
  {
    name: "mine-fp32",
    heading: "Mining a pool, fp32",
    args: ["mine"],
    targets: [{ versus: "eval", ratio: 0.9 }],
  },
];
