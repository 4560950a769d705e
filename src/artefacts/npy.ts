import { type ByteSource, FileSource } from "./byte-source.js";
import { artefactInvalid } from "./invalid.js";
import { NumpyArray, NumpyType } from "./numpy-globals.js";
import { unpickle } from "./pickle.js";
import { PickleError, type PickleValue } from "./pickle-values.js";
import { asArtefact } from "./torch-file.js";
import { nestedTorchGlobals } from "./torch-legacy.js";

const MAGIC = "\x93NUMPY";
const WHAT = "reading a NumPy file";

/**
 * Reads a file of numpy.save: an array of numbers, or what a pickled array of objects holds, of
 * which nothing is run. A single object (`np.save(path, {...})`) is returned itself, several as a
 * list, row by row. Tensors of PyTorch inside are TorchTensor.
 * @throws ARTEFACT_INVALID missing, damaged, of another kind, or wanting code, which is named
 */
export async function readNpy(path: string): Promise<PickleValue> {
  await using source = await FileSource.open(path);
  const { header, start } = readHeader(source);
  const content = await source.load(start, source.size - start);
  return asArtefact(WHAT, path, () => {
    const { type, fortran, shape } = parseHeader(header);
    if (!type.holdsObjects) return NumpyArray.of(type, shape, content, fortran);
    const { value } = unpickle(content, { resolve: nestedTorchGlobals(path) });
    if (!(value instanceof NumpyArray)) throw new PickleError("a pickled array", "something else");
    return value.shape.length === 0 ? (value.objects[0] ?? null) : [...value.objects];
  });
}

/** The text that says what follows. */
function readHeader(source: ByteSource): { header: string; start: number } {
  const fixed = source.bytes(0, 12);
  if (fixed.length < 12 || fixed.toString("latin1", 0, 6) !== MAGIC) {
    throw artefactInvalid(WHAT, source.name, "a file of numpy.save (.npy)", "other bytes");
  }
  const isLong = (fixed[6] ?? 0) >= 2;
  const at = isLong ? 12 : 10;
  const length = isLong ? fixed.readUInt32LE(8) : fixed.readUInt16LE(8);
  if (at + length > source.size) {
    throw artefactInvalid(WHAT, source.name, "a whole header", "a file that ends before");
  }
  return { header: source.bytes(at, length).toString("latin1"), start: at + length };
}

/** A literal of a Python dictionary such as {'descr': '<f4', 'fortran_order': False, 'shape': (3,)} */
function parseHeader(header: string): { type: NumpyType; fortran: boolean; shape: number[] } {
  const descriptor = /'descr': '([^']+)'/.exec(header)?.[1];
  const order = /'fortran_order': (True|False)/.exec(header)?.[1];
  const sides = /'shape': \(([\d, ]*)\)/.exec(header)?.[1];
  if (descriptor === undefined || order === undefined || sides === undefined) {
    throw new PickleError("type, order and shape of an array", JSON.stringify(header.slice(0, 80)));
  }
  const shape = sides.split(",").filter((side) => side.trim() !== "");
  return { type: NumpyType.of(descriptor), fortran: order === "True", shape: shape.map(Number) };
}
