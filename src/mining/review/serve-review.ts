import { type ServedPage, servePage } from "../../annotation/serve-page.js";
import { MinedImages } from "../mined-images.js";
import { readMineResult } from "../mine-result.js";
import { reviewAnnotation } from "./review-annotation.js";
import { openReview, reviewPath } from "./review-file.js";
import { ReviewSession } from "./review-session.js";
import { type ExamplesRequest, trainingExamples } from "./training-examples.js";

export interface ReviewRequest extends ExamplesRequest {
  /** Result folder of `mine`. */
  readonly mine: string;
  /** File of answers; default review.json in the result folder. */
  readonly review?: string | undefined;
  /** Default: any that is free. */
  readonly port?: number | undefined;
}

export type ServedReview = ServedPage<ReviewSession>;

/**
 * Opens the page on which a person says of every mined image whether it is kept, for browsers on
 * this machine.
 * @throws RESULT_INVALID, USAGE_INVALID (port, or a file that is open elsewhere), ARTEFACT_INVALID,
 *   RESUME_MISMATCH a review of other images, DATA_NOT_FOUND, OUTPUT_WRITE_FAILED
 */
export async function serveReview(request: ReviewRequest): Promise<ServedReview> {
  const { folder, result } = await readMineResult(request.mine);
  const examples = await trainingExamples(result, request);
  const mined = new MinedImages(folder, result);
  return servePage({
    port: request.port ?? 0,
    writer: await openReview(request.review ?? reviewPath(folder), result),
    session: (writer) => new ReviewSession(result, writer, mined, examples),
    annotation: reviewAnnotation,
  });
}
