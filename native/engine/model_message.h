// What a model's own failure says.
#pragma once

#include <string>

namespace spurious {

// Of an exception's text, without libtorch's C++ stack and the model's source: the first line that
// is not indented, after the last place in the source that is pointed at.
std::string ModelMessage(const std::string& text);

}  // namespace spurious
