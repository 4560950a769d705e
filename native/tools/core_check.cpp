// core_check MODEL [--size N] [--batch N] [--device D] [--dtype fp32|bf16|fp16] [--threads N]
//            [--runs N]
//
// The C++ core without Node: loads a TorchScript file, says what was found in it and measures the
// forward pass on seeded noise. For GPU nodes that have CMake and a torch, and nothing else.
#include <algorithm>
#include <cstdio>
#include <cstring>
#include <future>
#include <random>
#include <string>
#include <vector>

#include "core/error.h"
#include "engine/engine.h"

namespace {

using namespace spurious;

struct Arguments {
  EngineOptions engine;
  int64_t size = 224, batch = 32;
  int runs = 5;
};

at::ScalarType DType(const std::string& name) {
  if (name == "fp32") return at::kFloat;
  if (name == "bf16") return at::kBFloat16;
  if (name == "fp16") return at::kHalf;
  throw std::invalid_argument("--dtype: expected fp32, bf16 or fp16, got " + name);
}

Arguments Parse(int argc, char** argv) {
  Arguments arguments;
  for (int i = 1; i < argc; ++i) {
    const std::string flag = argv[i];
    const bool has_value = i + 1 < argc;
    if (flag.starts_with("--") && !has_value) throw std::invalid_argument(flag + ": needs a value");
    if (flag == "--size")
      arguments.size = std::stol(argv[++i]);
    else if (flag == "--batch")
      arguments.batch = std::stol(argv[++i]);
    else if (flag == "--runs")
      arguments.runs = std::stoi(argv[++i]);
    else if (flag == "--threads")
      arguments.engine.threads = std::stoi(argv[++i]);
    else if (flag == "--device")
      arguments.engine.device = argv[++i];
    else if (flag == "--dtype")
      arguments.engine.dtype = DType(argv[++i]);
    else if (flag.starts_with("--"))
      throw std::invalid_argument(flag + ": unknown flag");
    else
      arguments.engine.path = flag;
  }
  if (arguments.engine.path.empty()) throw std::invalid_argument("usage: core_check MODEL [flags]");
  return arguments;
}

template <typename T>
T Wait(std::future<Outcome<T>> future) {
  Outcome<T> outcome = future.get();
  if (std::holds_alternative<std::exception_ptr>(outcome)) {
    std::rethrow_exception(std::get<std::exception_ptr>(outcome));
  }
  return std::get<T>(std::move(outcome));
}

template <typename T>
std::pair<std::future<Outcome<T>>, Done<T>> MakeFuture() {
  auto promise = std::make_shared<std::promise<Outcome<T>>>();
  return {promise->get_future(), [promise](Outcome<T> outcome) { promise->set_value(outcome); }};
}

void Describe(const PreparedModel& model) {
  std::printf("kind            %s (%s)\n", model.facts().kind.c_str(),
              model.facts().type_name.c_str());
  std::printf("parameters      %lld\n", static_cast<long long>(model.facts().parameters));
  if (const auto& head = model.head().head) {
    std::printf("head            %s, %lld classes, %lld features\n", head->kind.c_str(),
                static_cast<long long>(head->weight.size(0)),
                static_cast<long long>(head->weight.size(1)));
  } else {
    std::printf("head            none: %s\n", model.head().missing.c_str());
  }
  if (const auto& map = model.feature_map()) {
    std::printf("feature map     %s by %s, pooled by %s\n", map->kind.c_str(),
                map->operation.c_str(), map->pooling.c_str());
  }
  std::printf("normalisation   %s\n", model.normalization() ? "inside" : "not in the graph");
}

void Run(const Arguments& arguments) {
  Engine engine(arguments.engine);
  auto [loaded, on_loaded] = MakeFuture<const PreparedModel*>();
  engine.Load(on_loaded);
  Describe(*Wait(std::move(loaded)));

  std::vector<uint8_t> pixels(
      static_cast<size_t>(arguments.batch * arguments.size * arguments.size * 3));
  std::mt19937 random(0);
  for (auto& value : pixels) value = static_cast<uint8_t>(random());
  ForwardJob job;
  job.images = {pixels.data(),  arguments.batch, arguments.size,
                arguments.size, {0, 0, 0},       {1, 1, 1}};
  job.rows = arguments.batch;

  std::vector<double> seconds;
  for (int i = -3; i < arguments.runs; ++i) {  // three warm-up runs: profile, compile, settle
    auto [done, on_done] = MakeFuture<ForwardOutput>();
    engine.Forward(job, on_done);
    const ForwardOutput output = Wait(std::move(done));
    if (i == -3) std::printf("first logit     %.6f\n", output.logits[0][0].item<float>());
    if (i >= 0) seconds.push_back(output.seconds);
  }
  std::sort(seconds.begin(), seconds.end());
  const double median = seconds[seconds.size() / 2];
  std::printf("forward         %.1f images/s (median of %d, batch %lld)\n",
              static_cast<double>(arguments.batch) / median, arguments.runs,
              static_cast<long long>(arguments.batch));
}

}  // namespace

int main(int argc, char** argv) {
  try {
    Run(Parse(argc, argv));
    return 0;
  } catch (const Error& error) {
    std::fprintf(stderr, "error[%s]: %s\n", CodeName(error.code()), error.what());
    return 1;
  } catch (const std::exception& error) {
    std::fprintf(stderr, "error: %s\n", error.what());
    return 2;
  }
}
