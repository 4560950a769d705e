import { SpuriousError } from "../errors.js";

/** Causes of a failed `require` of the addon that people meet, with what to do about each. */
const CAUSES: { readonly pattern: RegExp; readonly hint: string }[] = [
  {
    pattern: /lib(torch|c10)[\w]*\.so.*cannot open shared object/,
    hint: "the libtorch it was built with has moved or gone: rebuild with `npm run build:addon`, or put the folder back (SPURIOUS_NATIVE_LIBTORCH)",
  },
  {
    pattern: /libcu|libnvidia/,
    hint: "a CUDA library of the torch it was built with is missing: install that torch's nvidia packages, or rebuild against a CPU build of torch",
  },
  {
    pattern: /GLIBC(XX)?_[\d.]+.*not found/,
    hint: "it was built on a machine with newer system libraries: rebuild here with `npm run build:addon`",
  },
  {
    pattern: /undefined symbol/,
    hint: "libtorch was replaced by another version after the build: rebuild with `npm run build:addon`",
  },
  {
    pattern: /invalid ELF header|wrong ELF class|not a valid Win32|mach-o/i,
    hint: "it was built for another machine: rebuild here with `npm run build:addon`",
  },
];

export function describeLoadFailure(file: string, cause: unknown): SpuriousError {
  const message = cause instanceof Error ? cause.message : String(cause);
  const known = CAUSES.find(({ pattern }) => pattern.test(message));
  return new SpuriousError(
    "ADDON_LOAD_FAILED",
    `loading the native addon: ${file}: ${message.split("\n")[0] ?? ""}`,
    { input: file, hint: known?.hint, cause },
  );
}
