#include "engine/model_message.h"

#include <sstream>
#include <string_view>

namespace spurious {

std::string ModelMessage(const std::string& text) {
  const size_t pointer = text.rfind("<--- HERE");
  std::istringstream lines(pointer == std::string::npos ? text
                                                        : text.substr(text.find('\n', pointer)));
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line.starts_with(' ')) continue;
    for (const std::string_view prefix : {"builtins.", "RuntimeError: "}) {
      if (line.starts_with(prefix)) line.erase(0, prefix.size());
    }
    return line;
  }
  return "no reason given";
}

}  // namespace spurious
