// A small reader of JSON files that the project's own tools have written.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace spurious::test {

// Throws std::runtime_error for text that is no JSON and for values of another kind than asked for.
class Json {
 public:
  static Json Parse(const std::string& text);

  bool IsNull() const { return kind_ == Kind::kNull; }
  bool IsNumber() const { return kind_ == Kind::kNumber; }
  bool Has(std::string_view key) const { return Find(key) != nullptr; }
  // An object's value, an array's or object's values in their order.
  const Json& operator[](std::string_view key) const;
  const std::vector<Json>& items() const;
  // An object's keys, in the order of its items.
  const std::vector<std::string>& keys() const { return keys_; }
  double number() const;
  bool boolean() const;
  const std::string& string() const;

 private:
  friend class JsonReader;
  enum class Kind { kNull, kBoolean, kNumber, kString, kArray, kObject };

  const Json* Find(std::string_view key) const;
  void Require(Kind kind) const;

  Kind kind_ = Kind::kNull;
  bool boolean_ = false;
  double number_ = 0;
  std::string string_;
  std::vector<std::string> keys_;  // of an object, beside items_
  std::vector<Json> items_;
};

}  // namespace spurious::test
