// Small questions about values of a frozen TorchScript graph, shared by the passes.
#pragma once

#include <torch/script.h>

#include <optional>
#include <string>
#include <vector>

namespace spurious::graph {

using torch::jit::Graph;
using torch::jit::Node;
using torch::jit::Value;

// Operator name without the in-place underscore: "aten::relu_" is "aten::relu".
std::string OpName(const Node* node);

// The tensor a value holds when it is a constant, or a view or cast of one (t, transpose, to,
// detach, contiguous, unsqueeze, reshape); nothing otherwise.
std::optional<at::Tensor> ConstantTensor(const Value* value);

// A constant number, given as a scalar or a one-element tensor.
std::optional<double> ConstantNumber(const Value* value);

// Constant int or int list.
std::optional<std::vector<int64_t>> ConstantInts(const Value* value);

// Input of `node` by its schema name ("dim", "weight"), or nullptr.
const Value* NamedInput(const Node* node, const std::string& name);

// True for a sum or difference whose second operand is scaled first (torch.add(a, b, alpha=2)).
bool ScalesOperand(const Node* node);

// True for operations that only rename, move or reshape the values of their first input, or do
// nothing when a model is evaluated (dropout).
bool PassesThrough(const Node* node);

}  // namespace spurious::graph
