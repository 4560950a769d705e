import { PickleCursor } from "./pickle-cursor.js";
import { LITERALS } from "./pickle-literals.js";
import {
  describe,
  type PickleDict,
  PickleError,
  PickleGlobal,
  PickleObject,
  type PickleValue,
} from "./pickle-values.js";

/** What a pickle may use beside plain values. */
export interface PickleOptions {
  /**
   * Python's `module.name`, or undefined to refuse it. Nothing is ever imported: a pickle reaches
   * only what this function hands out.
   */
  readonly resolve?: (module: string, name: string) => PickleGlobal | undefined;
  /** Objects that are stored beside the pickle, by their id. */
  readonly persistent?: (id: PickleValue) => PickleValue;
}

export interface Unpickled {
  readonly value: PickleValue;
  /** Bytes read; what follows is the caller's. */
  readonly length: number;
}

/** Far more than any checkpoint has; a loop of a hostile file ends here. */
const MOST_STEPS = 20_000_000;
/**
 * Elements and bytes that calls and states may be given, per byte of the pickle: a value is used
 * about once in a file of numbers, but a hostile one may have one large value copied by every call.
 */
const GIVEN_PER_BYTE = 8;
const GIVEN_ANYWAY = 2 ** 16;

/**
 * Reads one pickle (protocols 0 to 5) without running anything: numbers, texts, bytes, lists,
 * tuples, dictionaries (`collections.OrderedDict` too), and what `resolve` allows. A stack machine
 * without recursion; what it holds is linear in the bytes it was given.
 * @throws PickleError damaged, or a global that is not allowed, by name; PickleTruncated
 */
export function unpickle(bytes: Uint8Array, options: PickleOptions = {}): Unpickled {
  const machine = new PickleMachine(bytes, options);
  return { value: machine.run(), length: machine.cursor.position };
}

const ORDERED_DICT = new PickleGlobal("collections.OrderedDict", ([pairs = []]) => {
  if (pairs instanceof Map) return new Map(pairs);
  const isPair = (pair: PickleValue): pair is [PickleValue, PickleValue] =>
    Array.isArray(pair) && pair.length === 2;
  if (Array.isArray(pairs) && pairs.every(isPair)) return new Map(pairs);
  throw new PickleError("pairs of an OrderedDict", describe(pairs));
});

class PickleMachine {
  readonly cursor: PickleCursor;
  readonly #options: PickleOptions;
  readonly #stack: PickleValue[] = [];
  readonly #marks: number[] = [];
  readonly #memo = new Map<number, PickleValue>();
  #given: number;

  constructor(bytes: Uint8Array, options: PickleOptions) {
    this.cursor = new PickleCursor(bytes);
    this.#options = options;
    this.#given = GIVEN_ANYWAY + GIVEN_PER_BYTE * bytes.length;
  }

  run(): PickleValue {
    for (let step = 0; step < MOST_STEPS; step++) {
      const opcode = this.cursor.u8();
      if (opcode === STOP) return this.pop();
      const operation = OPERATIONS.get(opcode);
      if (operation === undefined) {
        throw new PickleError("an opcode of plain values", `0x${opcode.toString(16)}`);
      }
      operation(this, this.cursor);
    }
    throw new PickleError(`at most ${MOST_STEPS} steps`, "more");
  }

  push(value: PickleValue): void {
    this.#stack.push(value);
  }

  pop(): PickleValue {
    this.#requireOne();
    return this.#stack.pop() as PickleValue;
  }

  top(): PickleValue {
    this.#requireOne();
    return this.#stack.at(-1) as PickleValue;
  }

  mark(): void {
    this.#marks.push(this.#stack.length);
  }

  /** Everything above the last mark, which goes too. */
  popMark(): PickleValue[] {
    const mark = this.#marks.pop();
    if (mark === undefined) throw new PickleError("a mark on the stack", "none");
    return this.#stack.splice(mark);
  }

  /** POP takes a mark away where there is nothing above it. */
  discard(): void {
    if (this.#marks.length > 0 && this.#marks.at(-1) === this.#stack.length) this.#marks.pop();
    else this.pop();
  }

  remember(index: number = this.#memo.size): void {
    this.#memo.set(index, this.top());
  }

  recall(index: number): void {
    const value = this.#memo.get(index);
    if (value === undefined) throw new PickleError("a remembered value", `none at ${index}`);
    this.push(value);
  }

  global(module: string, name: string): PickleGlobal {
    const full = `${module}.${name}`;
    if (full === ORDERED_DICT.name) return ORDERED_DICT;
    const found = this.#options.resolve?.(module, name);
    if (found !== undefined) return found;
    throw new PickleError(
      "tensors and plain values alone",
      `a pickle that wants ${full}, which was not run`,
      "this reader runs no code of a file; save the tensors alone: torch.save(model.state_dict(), FILE)",
    );
  }

  call(callee: PickleValue, args: PickleValue): void {
    if (!(callee instanceof PickleGlobal) || callee.call === undefined || !Array.isArray(args)) {
      throw new PickleError("something that can be called", describe(callee));
    }
    this.give(args);
    this.push(callee.call(args));
  }

  /** Counts what a call or an object is about to take. */
  give(value: PickleValue): void {
    this.#given -= sizeOf(value);
    if (Array.isArray(value)) for (const one of value) this.#given -= sizeOf(one);
    if (this.#given < 0)
      throw new PickleError("values used about once", "some used again and again");
  }

  persistent(id: PickleValue): void {
    if (this.#options.persistent === undefined) {
      throw new PickleError("no references to objects elsewhere", describe(id));
    }
    this.push(this.#options.persistent(id));
  }

  #requireOne(): void {
    if (this.#stack.length <= (this.#marks.at(-1) ?? 0)) {
      throw new PickleError("a value on the stack", "none");
    }
  }
}

type Operation = (machine: PickleMachine, cursor: PickleCursor) => void;

const STOP = 0x2e;

/** Opcodes that work on the stack. */
const ON_STACK: Readonly<Record<string, Operation>> = {
  "\x80": (_, cursor) => requireProtocol(cursor.u8()),
  "\x95": (_, cursor) => void cursor.u64(),
  "(": (machine) => machine.mark(),
  "0": (machine) => machine.discard(),
  "1": (machine) => void machine.popMark(),
  "2": (machine) => machine.push(machine.top()),
  t: (machine) => machine.push(machine.popMark()),
  l: (machine) => machine.push(machine.popMark()),
  d: (machine) => machine.push(fill(new Map(), machine.popMark())),
  "\x85": (machine) => pushTuple(machine, 1),
  "\x86": (machine) => pushTuple(machine, 2),
  "\x87": (machine) => pushTuple(machine, 3),
  a: (machine) => append(machine, [machine.pop()]),
  e: (machine) => append(machine, machine.popMark()),
  s: (machine) => {
    const value = machine.pop();
    setItems(machine, [machine.pop(), value]);
  },
  u: (machine) => setItems(machine, machine.popMark()),
  p: (machine, cursor) => machine.remember(Number(cursor.decimal())),
  q: (machine, cursor) => machine.remember(cursor.u8()),
  r: (machine, cursor) => machine.remember(cursor.u32()),
  "\x94": (machine) => machine.remember(),
  g: (machine, cursor) => machine.recall(Number(cursor.decimal())),
  h: (machine, cursor) => machine.recall(cursor.u8()),
  j: (machine, cursor) => machine.recall(cursor.u32()),
};

/** Opcodes that reach for objects; each global goes through the caller's table. */
const OBJECTS: Readonly<Record<string, Operation>> = {
  c: (machine, cursor) => machine.push(machine.global(cursor.line(), cursor.line())),
  "\x93": (machine) => {
    const name = machine.pop();
    const module = machine.pop();
    if (typeof module !== "string" || typeof name !== "string") {
      throw new PickleError("the name of a global", describe(name));
    }
    machine.push(machine.global(module, name));
  },
  R: callTop,
  "\x81": callTop,
  "\x92": (machine) => {
    const named = machine.pop();
    if (!(named instanceof Map) || named.size > 0) {
      throw new PickleError("no named arguments", describe(named));
    }
    callTop(machine);
  },
  i: (machine, cursor) => {
    const callee = machine.global(cursor.line(), cursor.line());
    machine.call(callee, machine.popMark());
  },
  o: (machine) => {
    const [callee = null, ...args] = machine.popMark();
    machine.call(callee, args);
  },
  b: build,
  P: (machine, cursor) => machine.persistent(cursor.line()),
  Q: (machine) => machine.persistent(machine.pop()),
};

const OPERATIONS: ReadonlyMap<number, Operation> = new Map([
  ...Object.entries(LITERALS).map(([opcode, read]): [number, Operation] => [
    opcode.charCodeAt(0),
    (machine, cursor) => machine.push(read(cursor)),
  ]),
  ...[...Object.entries(ON_STACK), ...Object.entries(OBJECTS)].map(
    ([opcode, operation]): [number, Operation] => [opcode.charCodeAt(0), operation],
  ),
]);

function requireProtocol(protocol: number): void {
  if (protocol > 5) throw new PickleError("a pickle of protocol 0 to 5", String(protocol));
}

function callTop(machine: PickleMachine): void {
  const args = machine.pop();
  machine.call(machine.pop(), args);
}

function build(machine: PickleMachine): void {
  const state = machine.pop();
  const target = machine.top();
  machine.give(state);
  if (target instanceof PickleObject) target.build(state);
  // Attributes of an OrderedDict, such as the versions that torch keeps there, are left out.
  else if (!(target instanceof Map)) throw new PickleError("an object", describe(target));
}

/** Elements of a list or a dictionary, bytes of a text or of bytes. */
function sizeOf(value: PickleValue): number {
  if (typeof value === "string" || value instanceof Uint8Array || Array.isArray(value)) {
    return value.length;
  }
  return value instanceof Map ? value.size : 1;
}

function pushTuple(machine: PickleMachine, length: number): void {
  const items: PickleValue[] = [];
  for (let i = 0; i < length; i++) items.unshift(machine.pop());
  machine.push(items);
}

function append(machine: PickleMachine, items: readonly PickleValue[]): void {
  const list = machine.top();
  if (!Array.isArray(list)) throw new PickleError("a list", describe(list));
  for (const item of items) list.push(item);
}

function setItems(machine: PickleMachine, items: readonly PickleValue[]): void {
  const dict = machine.top();
  if (!(dict instanceof Map)) throw new PickleError("a dictionary", describe(dict));
  fill(dict, items);
}

function fill(dict: PickleDict, items: readonly PickleValue[]): PickleDict {
  if (items.length % 2 !== 0) throw new PickleError("keys with values", "a key without one");
  for (let i = 0; i < items.length; i += 2) {
    dict.set(items[i] as PickleValue, items[i + 1] as PickleValue);
  }
  return dict;
}
