import type { ResultFolderOptions } from "../results/result-folder.js";
import type { Part } from "./part.js";

/** Where the images are now; default: where a part has seen them. */
export interface ImagePlaces {
  /** Of `eval`: the spurious images. */
  readonly data?: string | undefined;
  /** Of `eval`: the validation images. */
  readonly val?: string | undefined;
  /** Of `mine`: all pools, in the order in which the parts were given them. */
  readonly pools?: readonly string[] | undefined;
}

/** What merging the parts of any command takes. */
export interface MergeRequest extends ImagePlaces, Pick<ResultFolderOptions, "force"> {
  /** Of `mine`: whether copies of the images stay in the result; default: as the parts were told. */
  readonly copies?: boolean | undefined;
  /** Folders of all parts, in any order, or folders that hold them. */
  readonly parts: readonly string[];
  /** The result: a folder, or for a fix a file. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
}

/** The same with the parts as they were read and found whole: all of one command, in their order. */
export interface ReadMergeRequest extends Omit<MergeRequest, "parts"> {
  readonly parts: readonly [Part, ...Part[]];
}
