import { createHash } from "node:crypto";
import { listPictures } from "../pictures.js";
import { preprocessImage, type PreparedImage } from "../../images/preprocess.js";
import { addon } from "../../native/load.js";
import { VERSION } from "../../version.js";
import { serve } from "./serve.js";

interface PreprocessWork {
  readonly images: string;
  readonly size: number;
  readonly passes: number;
}

/** One is read while another is computed, all on the one core this process is given. */
const AT_A_TIME = 2;

await serve(async () => {
  const { images, size, passes } = JSON.parse(process.argv[2] ?? "") as PreprocessWork;
  const files = await listPictures(images);
  const native = addon();
  const options = { preprocessing: { preset: "paper-v2", size }, split: "val" } as const;
  const prepare = (file: string): Promise<PreparedImage> => preprocessImage(file, options, native);

  const digest = createHash("sha256");
  for (const file of files) digest.update((await prepare(file)).pixels);
  return {
    readiness: {
      version: `spurious-native ${VERSION}, ${native.addonInfo().simd}`,
      warmUp: `${String(files.length)} pictures`,
      answer: digest.digest("hex"),
    },
    async run() {
      for (let i = 0; i < passes; i++) await prepareAll(files, prepare);
      return passes * files.length;
    },
    close: () => Promise.resolve(),
  };
});

async function prepareAll(
  files: readonly string[],
  prepare: (file: string) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  const worker = async (): Promise<void> => {
    for (let i = next++; i < files.length; i = next++) await prepare(files[i] as string);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}
