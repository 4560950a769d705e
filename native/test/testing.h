// What every test file includes first: doctest, beside torch, and how this project's types print.
#pragma once

// torch's logging header defines CHECK too; it must have come and gone before doctest.
#include <c10/util/Logging.h>
#undef CHECK

// torch has functions called toString too, which return char pointers.
#define DOCTEST_CONFIG_DOUBLE_STRINGIFY
#include "core/error.h"
#include "doctest/doctest.h"
#include "test/support.h"

template <>
struct doctest::StringMaker<spurious::ErrorCode> {
  static String convert(spurious::ErrorCode code) { return spurious::CodeName(code); }
};

namespace spurious::test {

// The error that `act` throws; the test case fails when it throws nothing or anything else.
template <typename Act>
Error ErrorOf(Act act) {
  try {
    act();
  } catch (const Error& error) {
    return error;
  } catch (const std::exception& error) {
    FAIL("expected an Error, got: " << error.what());
  }
  FAIL("expected an Error, nothing was thrown");
  throw std::logic_error("not reached");
}

template <typename Act>
ErrorCode CodeOf(Act act) {
  return ErrorOf(act).code();
}

inline bool Contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

}  // namespace spurious::test
