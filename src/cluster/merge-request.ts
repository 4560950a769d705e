import type { ResultFolderOptions } from "../results/result-folder.js";

/** What merging the parts of any command takes. */
export interface MergeRequest extends Pick<ResultFolderOptions, "force"> {
  /** Folders of all parts, in any order, or folders that hold them. */
  readonly parts: readonly string[];
  /** The result: a folder, or for a fix a file. */
  readonly out: string;
  readonly signal?: AbortSignal | undefined;
}
