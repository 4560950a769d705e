/**
 * The public API: everything a command does, as functions of the same names.
 */

export { type MergedParts, mergeParts } from "./cluster/merge-parts.js";
export type { MergeRequest } from "./cluster/merge-request.js";
export type { PartDocument } from "./cluster/part.js";
export { runWorkers, type WorkersRequest } from "./cluster/run-workers.js";
export { mergeSlurm } from "./cluster/slurm/merge.js";
export { planSlurm, type PlanSlurmRequest } from "./cluster/slurm/plan.js";
export { type SlurmStatus, slurmStatus } from "./cluster/slurm/status.js";
export { type SlurmSubmission, submitSlurm } from "./cluster/slurm/submit.js";
export type { BenchDocument } from "./bench/document.js";
export { bench, type BenchRequest } from "./bench/run.js";
export { diagnose, type Diagnosis } from "./doctor/diagnose.js";
export { demoModel, demoRequest } from "./demo/demo.js";
export { type Tour, tour, type TourOptions } from "./demo/tour.js";
export {
  type ErrorCode,
  type ErrorKind,
  ERRORS,
  EXIT_STATUS,
  SpuriousError,
} from "./errors.js";
export { compareResults, type Comparison } from "./comparison/compare.js";
export { type LeaderboardRow, leaderboardRows } from "./comparison/leaderboard.js";
export { writeComparison } from "./comparison/write-comparison.js";
export { writeLeaderboard } from "./comparison/write-leaderboard.js";
export { evaluate, type EvaluateRequest } from "./evaluation/evaluate.js";
export { evaluatePart, type EvaluatePartRequest } from "./evaluation/evaluate-part.js";
export {
  evaluateMany,
  type EvaluateManyRequest,
  type Evaluations,
} from "./evaluation/evaluate-many.js";
export { readModelList } from "./evaluation/model-list.js";
export { type EvidencePartRequest, makeEvidencePart } from "./evidence/evidence-part.js";
export {
  type EvidenceRequest,
  type EvidenceResult,
  makeEvidence,
} from "./evidence/make-evidence.js";
export type { ClassInfo, ClassMap } from "./imagenet/class-info.js";
export { builtInHeads, resolveClassMap } from "./imagenet/class-map.js";
export { pixels, type PixelsOptions, type PixelsRow } from "./images/pixels.js";
export { type PreparedImage, preprocessImage } from "./images/preprocess.js";
export { type Preset, PRESETS, type Preprocessing } from "./images/presets.js";
export {
  exportBenchmark,
  type ExportBenchmarkRequest,
  type ExportedBenchmark,
} from "./mining/export-benchmark.js";
export { mergeMines } from "./mining/merge-mines.js";
export { minePart, type MinePartRequest } from "./mining/mine-part.js";
export { minePool } from "./mining/mine.js";
export type { MineResult } from "./mining/mine-result.js";
export type { MineRequest } from "./mining/prepare-mine.js";
export {
  type ReviewRequest,
  type ServedReview,
  serveReview,
} from "./mining/review/serve-review.js";
export { type Agreement, type AgreementRequest, labelAgreement } from "./labelling/agreement.js";
export {
  type ExportedLabels,
  exportLabels,
  type ExportLabelsRequest,
} from "./labelling/export-labels.js";
export { type LabelsFile, readLabels } from "./labelling/labels-file.js";
export {
  type AdjudicateRequest,
  serveAdjudication,
  type ServedLabels,
  serveLabels,
  type ServeRequest,
} from "./labelling/serve.js";
export { evaluateFix, type EvaluateFixRequest } from "./mitigation/evaluate-fix.js";
export { exportFix, type ExportFixRequest, type MendedModel } from "./mitigation/export-fix.js";
export { fitSpuFixPart, type SpuFixFitPartRequest } from "./mitigation/fit-part.js";
export { fitSpuFix, type SpuFixFitRequest } from "./mitigation/fit.js";
export { Classifier, type ClassifierRequest } from "./models/classifier.js";
export { Engine, type EngineOptions } from "./models/engine.js";
export {
  importModel,
  type ImportedModel,
  type ImportModelRequest,
} from "./models/import/import-model.js";
export { listModels, type ModelList } from "./models/import/list-models.js";
export { inspectModel, type ModelInspection } from "./models/inspect.js";
export type { ModelMetadata } from "./models/metadata.js";
export { addon } from "./native/load.js";
export { alphaOfImages, type AlphaResult } from "./pca/alpha-of-images.js";
export { fitPca, type PcaFitRequest } from "./pca/fit.js";
export { fitPcaPart, type PcaFitPartRequest } from "./pca/fit-part.js";
export { fitPcaOfFeatures, type PcaFeaturesRequest } from "./pca/fit-features.js";
export { importActSpace, type ImportActSpaceRequest } from "./pca/import-act-space.js";
export { rankImages, type RankResult } from "./pca/rank.js";
export { type Spectrum, spectrumOf, spectrumPng, spectrumSvg } from "./pca/spectrum.js";
export { resultTable } from "./report/result-table.js";
export { type TableFormat, TABLE_FORMATS } from "./report/table-formats.js";
export { writeReport, type WriteReportRequest, type WrittenReport } from "./report/write-report.js";
export type { EvalClass, EvalResult } from "./results/eval-result.js";
export { auroc } from "./scoring/auroc.js";
export { averagePrecision } from "./scoring/average-precision.js";
export { bootstrapDifferences, bootstrapIntervals, type Interval } from "./scoring/bootstrap.js";
export { type ClassGroup, groupByClass } from "./scoring/class-groups.js";
export type { ImageRow } from "./scoring/image-row.js";
export { scoreImages, type ScoreRequest } from "./scoring/score-images.js";
export { spuriousScore, type SpuriousScore } from "./scoring/spurious-score.js";
export {
  type FetchedLibtorch,
  fetchLibtorch,
  type FetchLibtorchRequest,
} from "./setup/fetch-libtorch.js";
export type { ProgressSink } from "./terminal/progress.js";
export { VERSION } from "./version.js";
