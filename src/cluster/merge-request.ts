import type { ResultFolderOptions } from "../results/result-folder.js";
import type { Part } from "./part.js";

/** What merging the parts of any command takes. */
export interface MergeRequest extends Pick<ResultFolderOptions, "force"> {
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
