#include <cmath>
#include <cstdint>
#include <limits>

#include "check.h"
#include "support/json.h"

using namespace plimsoll;

void testJson() {
  // What is written is read again, with the keys in order.
  const Json made = {{"text", "a \"b\" \n"}, {"flag", true},   {"none", nullptr},          {"least", std::numeric_limits<std::int64_t>::min()},
                     {"ratio", 0.1},         {"whole", 2.0},   {"list", {1, "two", 3.5}},  {"empty", Json::array()},
                     {"nested", {{"a", 1}}}, {"pairs", Json::array({"one", "two"})}};
  const std::string written = made.dump();
  CHECK(written == R"({"empty":[],"flag":true,"least":-9223372036854775808,"list":[1,"two",3.5],"nested":{"a":1},"none":null,)"
                R"("pairs":["one","two"],"ratio":0.1,"text":"a \"b\" \n","whole":2.0})",
        written);
  const Json read = Json::parse(written);
  CHECK(read.dump() == written);
  CHECK(read.at("ratio").get<double>() == 0.1 && read.at("whole").get<float>() == 2.0f);
  CHECK(read.at("text").get<std::string>() == "a \"b\" \n" && read.at("flag").get<bool>());
  CHECK((Json::parse("[3,1,2]").get<std::vector<int>>() == std::vector<int>{3, 1, 2}));
  CHECK(read.value("absent", 7) == 7 && read.value("absent", "x") == "x" && read.value("ratio", 0.5) == 0.1);
  CHECK(Json(std::nan("")).dump() == "null");
  CHECK(Json("\xff").dump() == "\"\xEF\xBF\xBD\"");

  // What is no JSON is no object, and neither is anything else.
  for (const char* line : {"", "{", "{\"a\":1} x", "[1]", "7", "\"a\"", "null"}) CHECK(!Json::parse(line).isObject(), line);
  CHECK(Json(0).isCount() && !Json(-1).isCount() && !Json(1.0).isCount() && !Json(true).isCount() && !Json("1").isCount());

  // A field that is missing, of another kind, or too large.
  const auto fails = [&](auto&& get) {
    try {
      get();
      return false;
    } catch (const Json::Error&) {
      return true;
    }
  };
  CHECK(fails([&] { read.at("absent"); }));
  CHECK(fails([&] { read.at("text").get<int>(); }));
  CHECK(fails([&] { read.at("ratio").get<int>(); }));
  CHECK(fails([&] { read.at("flag").get<double>(); }));
  CHECK(fails([&] { read.at("none").get<std::string>(); }));
  CHECK(fails([&] { Json(-1).get<std::size_t>(); }));
  CHECK(fails([&] { Json(std::int64_t{1} << 40).get<int>(); }));
  CHECK(fails([&] { read.value("text", 1); }));
  CHECK(fails([&] { read.at("text").get<std::vector<int>>(); }));
  CHECK(Json::parse("18446744073709551615").get<double>() == 18446744073709551615.0);
}
