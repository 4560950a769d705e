#include "test/support_json.h"

#include <cstdlib>
#include <stdexcept>

namespace spurious::test {

class JsonReader {
 public:
  explicit JsonReader(const std::string& text) : text_(text) {}

  Json Whole() {
    Json value = Value();
    SkipSpace();
    if (at_ != text_.size()) Fail("the end");
    return value;
  }

 private:
  [[noreturn]] void Fail(const std::string& expected) const {
    throw std::runtime_error("JSON, byte " + std::to_string(at_) + ": expected " + expected);
  }

  void SkipSpace() {
    while (at_ < text_.size() &&
           std::string_view(" \n\r\t").find(text_[at_]) != std::string::npos) {
      ++at_;
    }
  }

  bool Take(std::string_view token) {
    SkipSpace();
    if (text_.compare(at_, token.size(), token) != 0) return false;
    at_ += token.size();
    return true;
  }

  void Expect(std::string_view token) {
    if (!Take(token)) Fail(std::string(token));
  }

  Json Value() {
    Json value;
    if (Take("null")) return value;
    if (Take("true") || Take("false")) {
      value.kind_ = Json::Kind::kBoolean;
      value.boolean_ = text_[at_ - 2] == 'u';
    } else if (Take("{")) {
      value.kind_ = Json::Kind::kObject;
      List(value, "}");
    } else if (Take("[")) {
      value.kind_ = Json::Kind::kArray;
      List(value, "]");
    } else if (Take("\"")) {
      value.kind_ = Json::Kind::kString;
      value.string_ = RestOfString();
    } else {
      value.kind_ = Json::Kind::kNumber;
      char* end = nullptr;
      value.number_ = std::strtod(text_.c_str() + at_, &end);
      if (end == text_.c_str() + at_) Fail("a value");
      at_ = static_cast<size_t>(end - text_.c_str());
    }
    return value;
  }

  void List(Json& value, std::string_view closing) {
    if (Take(closing)) return;
    do {
      if (value.kind_ == Json::Kind::kObject) {
        Expect("\"");
        value.keys_.push_back(RestOfString());
        Expect(":");
      }
      value.items_.push_back(Value());
    } while (Take(","));
    Expect(closing);
  }

  std::string RestOfString() {
    std::string string;
    for (; at_ < text_.size() && text_[at_] != '"'; ++at_) {
      // NOLINTNEXTLINE(bugprone-inc-dec-in-conditions): left to right by &&
      if (text_[at_] == '\\' && ++at_ < text_.size() && text_[at_] != '"' && text_[at_] != '\\') {
        Fail("no other escape than of a quote or a backslash");
      }
      string += text_[at_];
    }
    Expect("\"");
    return string;
  }

  const std::string& text_;
  size_t at_ = 0;
};

Json Json::Parse(const std::string& text) { return JsonReader(text).Whole(); }

const Json* Json::Find(std::string_view key) const {
  for (size_t i = 0; i < keys_.size(); ++i) {
    if (keys_[i] == key) return &items_[i];
  }
  return nullptr;
}

void Json::Require(Kind kind) const {
  if (kind_ != kind) throw std::runtime_error("JSON: a value is of another kind than expected");
}

const Json& Json::operator[](std::string_view key) const {
  const Json* value = Find(key);
  if (value == nullptr) throw std::runtime_error("JSON: no key " + std::string(key));
  return *value;
}

const std::vector<Json>& Json::items() const {
  if (kind_ != Kind::kObject) Require(Kind::kArray);
  return items_;
}

double Json::number() const {
  Require(Kind::kNumber);
  return number_;
}

bool Json::boolean() const {
  Require(Kind::kBoolean);
  return boolean_;
}

const std::string& Json::string() const {
  Require(Kind::kString);
  return string_;
}

}  // namespace spurious::test
