// The labelling page: one component at a time.

import { id } from "./elements.js";
import { showHeading, tell } from "./frame.js";
import { prefetch, showCam, showComponent } from "./label-view.js";
import { annotate } from "./queue.js";

let cam = false;

function toggleCam() {
  cam = !cam;
  showCam(cam);
  tell(cam ? "Grad-CAM on" : "Grad-CAM off");
}

id("cam").addEventListener("click", toggleCam);

await annotate({
  keyOf: ({ class: index, component }) => `${index}/${component}`,
  groupOf: (item) => item.class,
  groups: ({ classes }) =>
    classes.map(({ index, label }) => ({ index, label: `${label}, ${index}` })),
  bodyOf: ({ class: index, component }) => ({ class: index, component }),
  heading: ({ annotator, role, blind }) =>
    showHeading(
      role === "adjudicator" ? "Adjudication" : "Labelling",
      `${annotator}${blind ? ", blind" : ""}`,
    ),
  show: (view, { place }) => showComponent(view, place, cam),
  prefetch: (view) => prefetch(view, cam),
  tellOf: ({ label, component }) => `${label}, component ${component}`,
  texts: {
    none: "There is nothing to label.",
    done: "Every component has an answer. The file is complete; stop the program or look through the answers with the list above.",
    group: "class",
  },
  actions: { g: toggleCam },
});
