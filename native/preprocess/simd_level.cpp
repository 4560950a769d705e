#include "preprocess/simd_level.h"

namespace spurious {

namespace {

std::vector<SimdLevel> DetectLevels() {
  std::vector<SimdLevel> levels = {SimdLevel::kScalar};
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx2")) {
    levels.push_back(SimdLevel::kAvx2);
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl")) {
      levels.push_back(SimdLevel::kAvx512);
    }
  }
#elif defined(__aarch64__)
  levels.push_back(SimdLevel::kNeon);  // part of the base architecture
#endif
  return levels;
}

}  // namespace

const char* SimdLevelName(SimdLevel level) {
  switch (level) {
    case SimdLevel::kScalar:
      return "scalar";
    case SimdLevel::kAvx2:
      return "avx2";
    case SimdLevel::kAvx512:
      return "avx512";
    case SimdLevel::kNeon:
      return "neon";
  }
  return "scalar";
}

std::optional<SimdLevel> ParseSimdLevel(std::string_view name) {
  for (SimdLevel level :
       {SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512, SimdLevel::kNeon}) {
    if (name == SimdLevelName(level)) return level;
  }
  return std::nullopt;
}

const std::vector<SimdLevel>& SimdLevels() {
  static const std::vector<SimdLevel> levels = DetectLevels();
  return levels;
}

SimdLevel BestSimdLevel() { return SimdLevels().back(); }

}  // namespace spurious
