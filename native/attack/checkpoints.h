// When Auto-PGD looks back at its steps.
#pragma once

#include <cstdint>
#include <vector>

namespace spurious {

struct Checkpoint {
  int64_t step;    // the check comes after the step with this index, counted from 0
  int64_t length;  // steps since the check before
};

// Intervals begin at 22 % of the steps and shrink by 3 % each down to 6 % (Croce and Hein 2020).
// They depend on the number of steps alone. 200 steps: after 44, 82, 114, 140, 160, 174, 186, 198.
std::vector<Checkpoint> Checkpoints(int64_t steps);

}  // namespace spurious
