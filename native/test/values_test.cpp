#include "graph/values.h"

#include "test/support_models.h"
#include "test/testing.h"

namespace spurious::graph {

using test::Seeded;

namespace {

// A graph on its own, with one tensor input, to put nodes into.
struct Scratch {
  std::shared_ptr<Graph> graph = std::make_shared<Graph>();
  Value* input = graph->addInput()->setType(c10::TensorType::get());

  Value* Constant(const c10::IValue& value) { return graph->insertConstant(value); }
  Value* Insert(const char* operation, const std::vector<torch::jit::NamedValue>& arguments) {
    return graph->insert(c10::Symbol::fromQualString(operation), arguments);
  }
};

}  // namespace

TEST_CASE("in-place operations have the name of the others") {
  Scratch scratch;
  CHECK(OpName(scratch.Insert("aten::relu_", {scratch.input})->node()) == "aten::relu");
  CHECK(OpName(scratch.Insert("aten::relu", {scratch.input})->node()) == "aten::relu");
  Value* one = scratch.Constant(true);
  CHECK(OpName(scratch.Insert("aten::__and__", {one, one})->node()) == "aten::__and__");
  CHECK(OpName(one->node()) == "prim::Constant");
}

TEST_CASE("views and casts of a constant tensor are constants") {
  Scratch scratch;
  const at::Tensor weight = Seeded({2, 6}, 1);
  Value* constant = scratch.Constant(weight);
  CHECK(ConstantTensor(constant)->equal(weight));
  const auto of = [](Value* value) {
    const auto tensor = ConstantTensor(value);
    REQUIRE(tensor);
    return *tensor;
  };
  CHECK(of(scratch.Insert("aten::t", {constant})).equal(weight.t()));
  CHECK(of(scratch.Insert("aten::transpose", {constant, 0, 1})).equal(weight.t()));
  CHECK(of(scratch.Insert("aten::unsqueeze", {constant, 0})).equal(weight.unsqueeze(0)));
  CHECK(of(scratch.Insert("aten::detach", {constant})).equal(weight));
  Value* shape = scratch.Constant(std::vector<int64_t>{3, 4});
  Value* viewed = scratch.Insert("aten::view", {constant, shape});
  CHECK(of(viewed).equal(weight.view({3, 4})));
  CHECK(of(scratch.Insert("aten::t", {viewed})).equal(weight.view({3, 4}).t()));
}

TEST_CASE("what depends on the input, or computes, is no constant tensor") {
  Scratch scratch;
  Value* constant = scratch.Constant(Seeded({2, 2}, 1));
  CHECK(!ConstantTensor(scratch.input));
  CHECK(!ConstantTensor(scratch.Insert("aten::t", {scratch.input})));
  CHECK(!ConstantTensor(scratch.Insert("aten::relu", {constant})));
  CHECK(!ConstantTensor(scratch.Constant(3)));
  CHECK(!ConstantTensor(scratch.Constant(c10::IValue())));
  Value* size = scratch.Insert("aten::size", {scratch.input, 0});
  CHECK(!ConstantTensor(scratch.Insert("aten::unsqueeze", {constant, size})));
}

TEST_CASE("numbers are constants as scalars and as tensors of one element") {
  Scratch scratch;
  CHECK(ConstantNumber(scratch.Constant(3)) == 3.0);
  CHECK(ConstantNumber(scratch.Constant(-0.25)) == -0.25);
  CHECK(ConstantNumber(scratch.Constant(true)) == 1.0);
  CHECK(ConstantNumber(scratch.Constant(at::full({1, 1}, 1.5, at::kHalf))) == 1.5);
  CHECK(!ConstantNumber(scratch.Constant(Seeded({2}, 1))));
  CHECK(!ConstantNumber(scratch.Constant(at::zeros({1}, at::kComplexFloat))));
  CHECK(!ConstantNumber(scratch.Constant(std::string("3"))));
  CHECK(!ConstantNumber(scratch.input));
}

TEST_CASE("lists of integers are constants when all their items are") {
  Scratch scratch;
  using Ints = std::vector<int64_t>;
  CHECK(ConstantInts(scratch.Constant(7)) == Ints{7});
  CHECK(ConstantInts(scratch.Constant(Ints{1, -1})) == Ints{1, -1});
  Value* size = scratch.Insert("aten::size", {scratch.input, 0});
  const auto list = [&](std::vector<Value*> items) {
    return scratch.graph->insertNode(scratch.graph->createList(c10::IntType::get(), items))
        ->output();
  };
  CHECK(ConstantInts(list({scratch.Constant(4), scratch.Constant(-1)})) == Ints{4, -1});
  CHECK(!ConstantInts(list({size, scratch.Constant(-1)})));
  CHECK(!ConstantInts(size));
  CHECK(!ConstantInts(scratch.Constant(0.5)));
}

TEST_CASE("inputs are found by their name in the operator's schema") {
  Scratch scratch;
  Value* dims = scratch.Constant(std::vector<int64_t>{2, 3});
  const Node* mean = scratch.Insert("aten::mean", {scratch.input, dims})->node();
  CHECK(NamedInput(mean, "dim") == dims);
  CHECK(NamedInput(mean, "self") == scratch.input);
  CHECK(NamedInput(mean, "weight") == nullptr);
  CHECK(NamedInput(dims->node(), "dim") == nullptr);
}

TEST_CASE("reshapes, casts and dropout pass values through, arithmetic does not") {
  Scratch scratch;
  CHECK(PassesThrough(scratch.Insert("aten::flatten", {scratch.input, 1, -1})->node()));
  CHECK(PassesThrough(scratch.Insert("aten::dropout", {scratch.input, 0.5, false})->node()));
  CHECK(PassesThrough(scratch.Insert("aten::squeeze", {scratch.input})->node()));
  CHECK(PassesThrough(scratch.Insert("aten::squeeze_", {scratch.input})->node()));
  CHECK(!PassesThrough(scratch.Insert("aten::relu", {scratch.input})->node()));
  CHECK(!PassesThrough(scratch.Insert("aten::mul", {scratch.input, 2})->node()));
  CHECK(!PassesThrough(scratch.Insert("aten::softmax", {scratch.input, 1})->node()));
}

}  // namespace spurious::graph
