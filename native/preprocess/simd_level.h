// Which vector instructions are used, chosen when the program runs.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

namespace spurious {

enum class SimdLevel { kScalar, kAvx2, kAvx512, kNeon };

// "scalar", "avx2", "avx512" or "neon".
const char* SimdLevelName(SimdLevel level);
std::optional<SimdLevel> ParseSimdLevel(std::string_view name);

// What this CPU runs, slowest first. All levels give the same bytes.
const std::vector<SimdLevel>& SimdLevels();
SimdLevel BestSimdLevel();

}  // namespace spurious
