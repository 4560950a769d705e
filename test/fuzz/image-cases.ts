import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { decodeImage } from "../../src/images/decode.js";
import { preprocessImage } from "../../src/images/preprocess.js";
import { addon } from "../../src/native/load.js";
import { fixture } from "../helpers/fixtures.js";
import { Random } from "../helpers/random.js";
import { mutate } from "./mutations.js";
import { serveCases } from "./serve-cases.js";

/** Larger seeds take longer to decode and have no other headers. */
const LARGEST_SEED = 40_000;
const MAX_PIXELS = 2 ** 21;
const PREPROCESSING = { preset: "paper-v2", size: 32 } as const;

/** Every format, depth and kind of compression that there is a golden file of. */
const SEEDS = ["images", "preprocess/images", "preprocess/more", "preprocess-core/jpeg"]
  .map(fixture)
  .flatMap((folder) =>
    readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.(json|md|npy|txt)$/.test(entry.name))
      .map(({ name }) => join(folder, name)),
  )
  .sort()
  .map((path) => ({ path, bytes: readFileSync(path) }))
  .filter(({ bytes }) => bytes.length > 0 && bytes.length <= LARGEST_SEED);

serveCases((index) => {
  const random = new Random(index);
  const { path, bytes: whole } = random.pick(SEEDS);
  const bytes = mutate(whole, random);
  const name = `picture-${String(index)}`;
  const image = { bytes, name };
  const options = { preprocessing: PREPROCESSING, maxPixels: MAX_PIXELS };
  return {
    name,
    origin: path,
    read: async () => {
      await preprocessImage(image, { ...options, split: "val" }, addon());
      await preprocessImage(image, { ...options, split: "spurious" }, addon());
      // The way of all formats, also where JPEG files have a shorter one.
      await decodeImage(bytes, { name, maxPixels: MAX_PIXELS });
    },
  };
});
