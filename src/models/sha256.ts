import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { stat } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { SpuriousError } from "../errors.js";

/** SHA-256 of a file's content, in hexadecimal; memory stays flat. */
export async function sha256File(file: string): Promise<string> {
  const hash = createHash("sha256");
  await pipeline(createReadStream(file, { highWaterMark: 1 << 20 }), hash);
  return hash.digest("hex");
}

/**
 * The SHA-256 of a model file, compared with the one expected before anything of the file is run.
 * @returns "" for what is no file: the loader has a fuller message
 * @throws MODEL_HASH_MISMATCH
 */
export async function verifiedHash(file: string, expected: string | undefined): Promise<string> {
  const status = await stat(file).catch(() => undefined);
  if (!status?.isFile()) return "";
  const sha256 = await sha256File(file);
  if (expected !== undefined && expected.toLowerCase() !== sha256) {
    throw new SpuriousError(
      "MODEL_HASH_MISMATCH",
      `checking the model file: ${file}: expected SHA-256 ${expected.toLowerCase()}, got ${sha256}`,
      { input: file },
    );
  }
  return sha256;
}
