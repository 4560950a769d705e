// Pass: reads of a module's attributes become constants, and nothing else changes.
#pragma once

#include <memory>

#include "graph/values.h"

namespace spurious::graph {

// Which reads become constants.
enum class Attributes { kAll, kAllButTensors };

// A copy of a module's method with its calls inlined and the tensors, numbers and flags that it
// reads from the module put in as constants. Attributes that the method writes are left to be read.
// Freezing does this too, but also takes `detach` away and with it straight-through gradients.
// Inputs: the object, then the method's arguments.
std::shared_ptr<Graph> ResolveAttributes(const torch::jit::Module& module,
                                         const std::string& method,
                                         Attributes which = Attributes::kAll);

// In a graph whose first input is `module`: what it still reads becomes constants; every other node
// stays the node it is.
void ReplaceReads(Graph& graph, const torch::jit::Module& module, Attributes which);

// Whether the method, or one that it calls, cuts the gradient of a value off.
bool Detaches(const torch::jit::Module& module, const std::string& method);

}  // namespace spurious::graph
