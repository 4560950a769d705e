/** A file that is read although something is wrong with it. */
export interface FuzzCase {
  /** What errors must call it by. */
  readonly name: string;
  /** An error may be about what the file points to: a line of it by its text, data by their name. */
  readonly pointsElsewhere?: boolean;
  /** What was changed, for the report of a failure. */
  readonly origin: string;
  /** Reads it in every way there is. */
  readonly read: () => Promise<unknown>;
}

export type Outcome =
  /** Nothing was wrong with what is read of it. */
  | { readonly kind: "read" }
  /** A SpuriousError about the file, by its name. */
  | { readonly kind: "refused"; readonly code: string }
  /** Another exception, an error that does not name the file, a crash, no end. */
  | { readonly kind: "wrong"; readonly what: string };

export interface FuzzResult {
  readonly index: number;
  readonly origin: string;
  readonly outcome: Outcome;
}

/** What a worker says of its work. */
export type FuzzMessage =
  | { readonly begin: number; readonly origin: string }
  | { readonly end: number; readonly outcome: Outcome };

/** Cases [from, to). */
export interface FuzzTask {
  readonly from: number;
  readonly to: number;
}
