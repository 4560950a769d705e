// The page of mined images: one image large at a time, and its neighbours of the list.

import { showHeading } from "./frame.js";
import { annotate } from "./queue.js";
import { prefetch, showImage } from "./review-view.js";

await annotate({
  keyOf: ({ place }) => String(place),
  groupOf: ({ component }) => component,
  groups: ({ components }) =>
    components.map((index) => ({ index, label: `Component ${index}` })),
  bodyOf: ({ place }) => ({ place }),
  heading: ({ label }) => showHeading("Mined images", label),
  show: showImage,
  prefetch,
  tellOf: ({ id, component }) => `${id}, component ${component}`,
  texts: {
    none: "There are no images to look through.",
    done: "Every image has an answer. Stop the program and write the kept images with mine export, or look through the answers with the list above.",
    group: "component",
  },
});
