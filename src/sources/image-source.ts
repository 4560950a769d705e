/** A picture that can be read, wherever it is. */
export interface ImageSource {
  /** What errors call it: its path or URL. */
  readonly name: string;
  /** Its content, read anew at each call. @throws IMAGE_UNREADABLE, IMAGE_TRUNCATED, SOURCE_* */
  read(): Promise<Uint8Array>;
}
