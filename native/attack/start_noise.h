// Random numbers that belong to one image of an attack, whatever else is computed beside it.
#pragma once

#include <torch/script.h>

#include <cstdint>

namespace spurious {

// Standard normal numbers [3, height, width], float32 on the CPU: the same for the same arguments
// on every device and in every batch. Philox-4x32-10 (Salmon et al. 2011) keyed with the seed
// counts over (position, component, class); Box-Muller makes its words normal.
at::Tensor StartNoise(uint64_t seed, uint32_t class_index, uint32_t component, int64_t height,
                      int64_t width);

}  // namespace spurious
