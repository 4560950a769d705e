/** One class a model can predict and a data set can hold. */
export interface ClassInfo {
  readonly index: number;
  /** WordNet id or the folder name that stands for the class. */
  readonly wnid: string;
  readonly label: string;
  /** Comma-separated; the text table prints the first. */
  readonly synonyms: string;
}

/** Classes by index, and the column of a model's head that each one has. */
export interface ClassMap {
  /** "imagenet1k", "imagenet21k-google", ... or the file's name. */
  readonly name: string;
  readonly classes: readonly ClassInfo[];
  /** Width of the head this map is for. */
  readonly width: number;
  /** Column of a class in the head, or -1 when the head lacks it. */
  columnOf(classIndex: number): number;
  /** Class of a column, or -1. */
  classOf(column: number): number;
}

/** Class by index; one that the map does not know stands for itself. */
export function classInfos(classMap: ClassMap): (index: number) => ClassInfo {
  const byIndex = new Map(classMap.classes.map((info) => [info.index, info]));
  return (index) => {
    const name = String(index);
    return byIndex.get(index) ?? { index, wnid: name, label: name, synonyms: name };
  };
}
