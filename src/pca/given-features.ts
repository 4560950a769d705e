import { SafetensorsReader, type TensorPlace } from "../artefacts/safetensors-reader.js";
import { SpuriousError } from "../errors.js";

/** Rows that are looked at together while all are checked. */
const CHUNK_VALUES = 1 << 20;

/** Penultimate features in a file, of N images, and the last layer that they go into. */
export class GivenFeatures implements AsyncDisposable {
  private constructor(
    private readonly file: SafetensorsReader,
    private readonly features: TensorPlace,
    /** Class index of each row: [N]. */
    readonly labels: readonly number[],
    /** [C, d] */
    readonly weight: Float32Array,
    /** [C] */
    readonly bias: Float32Array,
  ) {}

  /**
   * Reads all but the features themselves, which may be larger than memory.
   * @param path of a safetensors file (see PcaFeaturesRequest)
   * @throws ARTEFACT_INVALID; PCA_INPUT_INVALID weight or bias hold what is no finite number
   */
  static async open(path: string): Promise<GivenFeatures> {
    const file = await SafetensorsReader.open(path);
    try {
      return await GivenFeatures.#read(file);
    } catch (error) {
      await file[Symbol.asyncDispose]();
      throw error;
    }
  }

  static async #read(file: SafetensorsReader): Promise<GivenFeatures> {
    const features = file.require("features", "F32", 2);
    const labels = file.require("labels", "I64", 1);
    const weight = file.require("weight", "F32", 2);
    const bias = file.require("bias", "F32", 1);
    const [n = 0, d = 0] = features.shape;
    const [classes, width] = weight.shape;
    if (n === 0 || labels.shape[0] !== n || width !== d || classes !== bias.shape[0]) {
      throw featuresInvalid(
        file.path,
        "features [N, d], labels [N], weight [C, d], bias [C] of at least one image",
        [features, labels, weight, bias].map(({ shape }) => `[${shape.join(", ")}]`).join(", "),
      );
    }
    const given = new GivenFeatures(
      file,
      features,
      Array.from((await file.read("labels")).data as BigInt64Array, Number),
      (await file.read("weight")).data as Float32Array,
      (await file.read("bias")).data as Float32Array,
    );
    requireFinite(file.path, "weight", given.weight, d, 0);
    requireFinite(file.path, "bias", given.bias, 1, 0);
    return given;
  }

  get path(): string {
    return this.file.path;
  }

  /** N */
  get count(): number {
    return this.labels.length;
  }

  /** d */
  get width(): number {
    return this.features.shape[1] ?? 0;
  }

  /**
   * Looks at every value once, a few rows at a time.
   * @param onRows hears of rows looked at; what it throws ends the work
   * @throws PCA_INPUT_INVALID naming the first that is no finite number
   */
  async requireFinite(onRows: (rows: number) => void): Promise<void> {
    const { width, count } = this;
    const step = Math.max(1, Math.floor(CHUNK_VALUES / width));
    const chunk = new Float32Array(step * width);
    for (let first = 0; first < count; first += step) {
      const rows = Math.min(step, count - first);
      const values = chunk.subarray(0, rows * width);
      await this.file.readRows(this.features, first, values);
      requireFinite(this.path, "features", values, width, first);
      onRows(rows);
    }
  }

  /** @param rows ascending @returns their features: [rows, d] */
  async read(rows: readonly number[]): Promise<Float32Array> {
    const { width } = this;
    const values = new Float32Array(rows.length * width);
    for (let at = 0; at < rows.length; ) {
      const first = rows[at] as number;
      let end = at + 1;
      while (rows[end] === first + end - at) end += 1;
      const run = values.subarray(at * width, end * width);
      await this.file.readRows(this.features, first, run);
      at = end;
    }
    return values;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.file[Symbol.asyncDispose]();
  }
}

/** @param firstRow row of the first value @throws PCA_INPUT_INVALID naming the first number that is none */
function requireFinite(
  path: string,
  name: string,
  data: Float32Array,
  width: number,
  firstRow: number,
): void {
  // Without a branch, this is several times as fast as asking each value; NaN stays, once it is there.
  let none = 0;
  for (let i = 0; i < data.length; i++) none += (data[i] as number) * 0;
  if (none === 0) return;
  const at = data.findIndex((value) => !Number.isFinite(value));
  throw new SpuriousError(
    "PCA_INPUT_INVALID",
    `reading features: ${path}: expected finite numbers, got ${String(data[at])} in ${name}, row ${String(firstRow + Math.floor(at / width))}, column ${String(at % width)}`,
    { input: path },
  );
}

export function featuresInvalid(path: string, expected: string, got: string): SpuriousError {
  return new SpuriousError(
    "ARTEFACT_INVALID",
    `reading features: ${path}: expected ${expected}, got ${got}`,
    { input: path },
  );
}
