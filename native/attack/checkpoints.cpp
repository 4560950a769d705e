#include "attack/checkpoints.h"

#include <algorithm>

namespace spurious {

std::vector<Checkpoint> Checkpoints(int64_t steps) {
  const auto share = [steps](double part) {
    return std::max<int64_t>(static_cast<int64_t>(part * static_cast<double>(steps)), 1);
  };
  const int64_t shrink = share(0.03), smallest = share(0.06);
  std::vector<Checkpoint> checkpoints;
  int64_t length = share(0.22);
  for (int64_t end = length; end <= steps; end += length) {
    checkpoints.push_back({end - 1, length});
    length = std::max(length - shrink, smallest);
  }
  return checkpoints;
}

}  // namespace spurious
