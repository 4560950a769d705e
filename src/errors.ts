/**
 * The one table of errors. Every failure a user can meet has a stable code, one exit status,
 * one meaning and one default hint; docs/errors.md lists them and a test holds both together.
 */

export const EXIT_STATUS = {
  bug: 1,
  usage: 2,
  environment: 3,
  data: 4,
  model: 5,
  artefact: 6,
} as const;

export type ErrorKind = keyof typeof EXIT_STATUS;

interface ErrorEntry {
  readonly kind: ErrorKind;
  readonly meaning: string;
  readonly hint: string;
}

export const ERRORS = {
  INTERNAL: {
    kind: "bug",
    meaning: "A defect of this program.",
    hint: "please report it with the command line and the output of `spurious-native doctor`",
  },

  USAGE_INVALID: {
    kind: "usage",
    meaning: "An argument or flag has a value that cannot be used.",
    hint: "see `spurious-native <command> --help`",
  },
  DATA_NOT_GIVEN: {
    kind: "usage",
    meaning: "No data set was named by flag, environment or configuration file.",
    hint: "pass --data DIR and --val DIR, set SPURIOUS_IMAGENET and IMAGENET_ROOT, or write spurious-native.config.json",
  },
  CONFIG_INVALID: {
    kind: "usage",
    meaning: "spurious-native.config.json cannot be read.",
    hint: 'it is a JSON object with the optional fields "data" and "val"',
  },
  INPUT_SIZE_UNKNOWN: {
    kind: "usage",
    meaning: "Neither the model file nor a flag tells the input size.",
    hint: "pass --size N (pixels, for example --size 224)",
  },
  NORMALIZATION_UNKNOWN: {
    kind: "usage",
    meaning: "Neither the model file, its graph nor a flag tells how inputs are normalised.",
    hint: "pass --normalize imagenet|inception|openai-clip|none|inside, or --mean r,g,b --std r,g,b",
  },
  CLASS_MAP_INVALID: {
    kind: "usage",
    meaning: "The class map does not exist, cannot be read or does not fit the model's head.",
    hint: "pass --class-map with a built-in name (docs/datasets.md has the list) or a file of classes",
  },
  OUTPUT_EXISTS: {
    kind: "usage",
    meaning: "The result folder already holds something.",
    hint: "choose another --out, pass --force to replace it or --resume to continue it",
  },

  ADDON_MISSING: {
    kind: "environment",
    meaning: "The native addon has not been built.",
    hint: "run `npm run build:addon` in the package folder; it needs CMake and a C++20 compiler",
  },
  ADDON_LOAD_FAILED: {
    kind: "environment",
    meaning: "The native addon exists but cannot be loaded.",
    hint: "run `spurious-native doctor`, then rebuild with `npm run build:addon`",
  },
  SETUP_FAILED: {
    kind: "environment",
    meaning:
      "The checkout could not be set up (Node too old, npm packages, TypeScript, C++ tools).",
    hint: "see docs/install.md",
  },
  LIBTORCH_MISSING: {
    kind: "environment",
    meaning: "No usable libtorch was found and none could be fetched.",
    hint: "set SPURIOUS_NATIVE_LIBTORCH to a folder that holds include/ and lib/ of torch 2.11 to 2.14",
  },
  DEVICE_UNAVAILABLE: {
    kind: "environment",
    meaning: "The device asked for does not exist or this build cannot use it.",
    hint: "use --device cpu, or build against a CUDA libtorch; `spurious-native doctor` lists devices",
  },
  OUT_OF_MEMORY: {
    kind: "environment",
    meaning: "The device or the machine ran out of memory.",
    hint: "pass a smaller --batch",
  },
  OUTPUT_WRITE_FAILED: {
    kind: "environment",
    meaning: "A result file could not be written (disk full, no permission).",
    hint: "free space or choose another --out; nothing half-written was left behind",
  },
  WORKER_FAILED: {
    kind: "environment",
    meaning: "A process of --workers ended without saying why, twice.",
    hint: "what was done is kept: run the same command with --resume, with fewer --workers if memory is short",
  },
  SLURM_FAILED: {
    kind: "environment",
    meaning: "A command of Slurm is missing or has failed.",
    hint: "run it on a machine that submits jobs; the message holds what Slurm said",
  },
  BENCH_FAILED: {
    kind: "environment",
    meaning: "A benchmark could not be prepared, or one of its processes failed.",
    hint: "see the message; `--peer none` measures this program alone, `spurious-native bench --help` says what peers need",
  },

  DATA_NOT_FOUND: {
    kind: "data",
    meaning: "A data folder or file does not exist.",
    hint: "check the path; `spurious-native doctor` shows which locations are in use",
  },
  DATA_LAYOUT: {
    kind: "data",
    meaning: "A data folder does not have the expected layout.",
    hint: "docs/datasets.md shows every layout that is understood",
  },
  DATA_CLASS_WITHOUT_VAL: {
    kind: "data",
    meaning:
      "A class has spurious images but no validation images (or the reverse), so it has no score.",
    hint: "add the missing images or take the class out of the benchmark folder",
  },
  DATA_CLASS_WITHOUT_TRAIN: {
    kind: "data",
    meaning: "A class that was asked for has no training images.",
    hint: "add its folder to --train or leave it out of --classes",
  },
  ARCHIVE_DAMAGED: {
    kind: "data",
    meaning:
      "A tar file ends early, is broken or holds a sparse file. `mine` has used the images before that, all else stops.",
    hint: "download, copy or pack it again, then run the same command with --force",
  },
  SOURCE_UNREACHABLE: {
    kind: "data",
    meaning: "A URL gives no answer, or not the parts of files that are asked for.",
    hint: "check the URL and the network, then run the same command again (with --resume, where it takes it)",
  },
  SOURCE_CHANGED: {
    kind: "data",
    meaning: "An archive is another one than when it was opened.",
    hint: "run the same command again when nobody writes to it any more",
  },
  IMAGE_UNREADABLE: {
    kind: "data",
    meaning: "An image file is empty, is not a picture or its content is broken.",
    hint: "replace the file; results list what they skipped",
  },
  IMAGE_TRUNCATED: {
    kind: "data",
    meaning: "An image file ends before its picture does.",
    hint: "download the file again; results list what they skipped",
  },
  IMAGE_UNSUPPORTED: {
    kind: "data",
    meaning: "A picture has a format or colour mode that is not read.",
    hint: "convert it to JPEG, PNG, WebP, GIF, BMP or TIFF",
  },
  IMAGE_TOO_LARGE: {
    kind: "data",
    meaning: "A picture has more pixels than the limit.",
    hint: "pass --max-pixels N if the picture is genuine",
  },
  IMAGES_SKIPPED: {
    kind: "data",
    meaning:
      "More images were skipped than --max-skipped allows; the results without them were written.",
    hint: "look at counts.skipped in result.json, or pass --max-skipped N",
  },
  SCORE_INPUT_INVALID: {
    kind: "data",
    meaning: "A table of given probabilities cannot be used.",
    hint: "expected a CSV file with the columns path,split,class,p[,logit][,predicted][,predictedProb]",
  },
  PCA_INPUT_INVALID: {
    kind: "data",
    meaning: "The features of a class have no principal components.",
    hint: "a class needs at least two different images, and features that are finite numbers",
  },

  MODEL_NOT_FOUND: {
    kind: "model",
    meaning: "The model file does not exist or cannot be read.",
    hint: "give the path of a TorchScript file",
  },
  MODEL_NOT_TORCHSCRIPT: {
    kind: "model",
    meaning: "The model file is something other than a TorchScript archive.",
    hint: "make it one with `spurious-native models import` (checkpoints of ResNets), tools/export_model.py or torch.jit.trace(...).save(...); see docs/own-model.md",
  },
  MODEL_DAMAGED: {
    kind: "model",
    meaning: "The model file is truncated or its content is broken.",
    hint: "copy or export it again; compare --sha256",
  },
  MODEL_HASH_MISMATCH: {
    kind: "model",
    meaning: "The model file does not have the SHA-256 that was pinned.",
    hint: "the file is not the one expected: do not load it, or correct --sha256",
  },
  MODEL_METADATA_INVALID: {
    kind: "model",
    meaning: "The metadata inside the model file cannot be used.",
    hint: "export the model again with tools/export_model.py",
  },
  MODEL_NO_LINEAR_HEAD: {
    kind: "model",
    meaning: "The classifier's last linear layer was not found in the model's graph.",
    hint: "pass --allow-no-head to score the model from its outputs alone (no features, no PCA)",
  },
  MODEL_ALREADY_MENDED: {
    kind: "model",
    meaning: "The model has a fix built in; what was asked for needs the features of the original.",
    hint: "use the original model, whose file and SHA-256 the metadata of this one name (`spurious-native inspect`)",
  },
  MODEL_OUTPUT_UNSUPPORTED: {
    kind: "model",
    meaning: "The model returns something that holds no logits [N, classes].",
    hint: "wrap the model so that forward(images [N,3,H,W]) returns logits [N, classes]",
  },
  MODEL_FORWARD_FAILED: {
    kind: "model",
    meaning: "The model's own code failed on an image batch.",
    hint: "check --size; the message holds the first lines of the model's error",
  },
  MODEL_NOT_DIFFERENTIABLE: {
    kind: "model",
    meaning: "The model's features have no gradient with respect to the image.",
    hint: "export the model anew with gradients enabled and without quantised or fused operations; feature attacks and Grad-CAM need them",
  },
  CHECKPOINT_INVALID: {
    kind: "model",
    meaning: "A checkpoint holds no weights, or not those of the architecture that was asked for.",
    hint: "pass the --arch it was trained with; `spurious-native models list` shows them, tools/export_model.py takes any other model",
  },

  RESULT_INVALID: {
    kind: "artefact",
    meaning: "A result file is damaged, foreign or of a newer schema.",
    hint: "make the result again with this version",
  },
  RESULTS_DIFFER: {
    kind: "artefact",
    meaning: "Two results that are to be compared do not hold the same images.",
    hint: "evaluate both models on the same data; unreadable images make a difference, too",
  },
  SHARDS_INCOMPLETE: {
    kind: "artefact",
    meaning:
      "Results of parts do not make a whole: one is missing, there twice or of other settings.",
    hint: "give the result folders of all parts 1/n to n/n, made with the same settings",
  },
  ARTEFACT_INVALID: {
    kind: "artefact",
    meaning: "A file of tensors or of a PCA, a fix or labels is missing, damaged or foreign.",
    hint: "make it again with this version; a copy may have been cut short",
  },
  RESUME_MISMATCH: {
    kind: "artefact",
    meaning: "The folder to resume was made with other settings.",
    hint: "run with the settings it was made with, or with --force to start over",
  },

  CANCELLED: {
    kind: "bug",
    meaning: "The work was stopped by its caller or by a signal (exit status 130 or 143).",
    hint: "run the same command with --resume to go on",
  },
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof ERRORS;

export interface ErrorDetails {
  /** The file, folder, flag or value that is at fault. */
  input?: string | undefined;
  /** Replaces the table's default hint. */
  hint?: string | undefined;
  cause?: unknown;
}

/** Message form: what failed: which input: expected what, got what. */
export class SpuriousError extends Error {
  readonly code: ErrorCode;
  readonly input: string | undefined;
  readonly hint: string;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "SpuriousError";
    this.code = code;
    this.input = details.input;
    this.hint = details.hint ?? ERRORS[code].hint;
  }

  get exitStatus(): number {
    return EXIT_STATUS[ERRORS[this.code].kind];
  }

  toJSON(): { code: ErrorCode; message: string; hint: string; input: string | null } {
    return { code: this.code, message: this.message, hint: this.hint, input: this.input ?? null };
  }
}

export function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(ERRORS, value);
}
