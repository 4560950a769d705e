// Pass: tells a graph the type and device of the images it will be given.
#pragma once

#include <memory>

#include "graph/values.h"

namespace spurious::graph {

// Questions about the image's type and device (and those of its copies and views) become constants,
// and what depends on nothing else is computed at once. Scripted models ask: torchvision's
// Normalize makes its means with the image's type, which hides that they are constants.
void BindInputType(const std::shared_ptr<Graph>& graph, Value* image, at::Device device,
                   at::ScalarType dtype);

}  // namespace spurious::graph
