/** What a pickle may hold here. Lists and tuples are arrays, dictionaries are maps. */
export type PickleValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Uint8Array
  | PickleValue[]
  | PickleDict
  | PickleObject;

export type PickleDict = Map<PickleValue, PickleValue>;

/** Something else that a table of globals makes: a tensor, a storage, a type. */
export abstract class PickleObject {
  /** Takes the state that a pickle gives an object after making it. */
  build(state: PickleValue): void {
    throw new PickleError("no state for this kind of object", describe(state));
  }
}

/** A name of Python's that a table allows; `call` stands for calling it. */
export class PickleGlobal extends PickleObject {
  constructor(
    readonly name: string,
    readonly call?: (args: readonly PickleValue[]) => PickleValue,
  ) {
    super();
  }
}

/** A pickle that is damaged, or that wants something this reader does not make. */
export class PickleError extends Error {
  constructor(
    readonly expected: string,
    readonly got: string,
    readonly hint?: string,
  ) {
    super(`expected ${expected}, got ${got}`);
    this.name = "PickleError";
  }
}

/** The bytes end before the pickle does. */
export class PickleTruncated extends PickleError {
  constructor() {
    super("a whole pickle", "one that ends early");
    this.name = "PickleTruncated";
  }
}

/** A short text for messages. */
export function describe(value: PickleValue | undefined): string {
  if (value === undefined) return "nothing";
  if (value === null) return "None";
  if (typeof value === "string") {
    return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}...` : value);
  }
  if (typeof value !== "object") return String(value);
  if (value instanceof Uint8Array) return `${String(value.length)} bytes`;
  if (Array.isArray(value)) return `a list of ${String(value.length)}`;
  if (value instanceof Map) return `a dictionary of ${String(value.size)}`;
  return value instanceof PickleGlobal ? value.name : `a ${value.constructor.name}`;
}
