// A handful of lines in place of a framework: a check that fails prints itself and fails its subject.
#pragma once

#include <functional>
#include <sstream>
#include <string>

namespace test {

struct Subject {
  const char* name;
  void (*run)();
};

void fail(const char* file, int line, const std::string& what);

// Runs body(); fails unless it throws the type.
template <typename Error>
bool throws(const std::function<void()>& body) {
  try {
    body();
  } catch (const Error&) {
    return true;
  }
  return false;
}

}  // namespace test

// CHECK(condition) or CHECK(condition, "what" << value)
#define CHECK(condition, ...)                                       \
  do {                                                              \
    if (!(condition)) {                                             \
      std::ostringstream text;                                      \
      text << #condition << " " __VA_OPT__(<<) __VA_ARGS__;         \
      test::fail(__FILE__, __LINE__, text.str());                   \
    }                                                               \
  } while (false)

void testJson();
void testPhilox();
void testCpu();
void testMemory();
void testThreads();
void testVerify();
void testBf16();
void testMeasure();
void testConvolution();
void testOperators();
void testPlanner();
void testFused();
