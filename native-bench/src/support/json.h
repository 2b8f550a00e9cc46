// A JSON value: what the protocol is written in. Reading and writing the text are nlohmann's; its header, 25,000 lines of templates, is
// in one file only, for each that includes it takes the compiler three seconds more.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

namespace plimsoll {

class Json {
 public:
  // A field is missing, or a value is of another kind.
  struct Error : std::runtime_error {
    using std::runtime_error::runtime_error;
  };

  Json() noexcept;
  Json(std::nullptr_t) noexcept;
  Json(const char* text);
  Json(std::string text);
  Json(double number);
  template <std::integral T>
  Json(T number) : Json(Integer{std::is_same_v<T, bool>, static_cast<std::int64_t>(number)}) {}
  template <typename T>
  Json(const std::vector<T>& elements) : Json(array()) {
    for (const T& element : elements) push_back(element);
  }
  // Pairs whose first is a text make an object, {{"name", 1}, {"size", 2}}, and all else an array.
  Json(std::initializer_list<Json> elements);
  Json(const Json&);
  Json(Json&&) noexcept;
  Json& operator=(const Json&);
  Json& operator=(Json&&) noexcept;
  ~Json();

  static Json array(std::initializer_list<Json> elements = {});
  static Json object();

  // Null where the text is no JSON.
  static Json parse(const std::string& text);
  // In one line; bytes that are no UTF-8 are replaced, and what is no number is null.
  std::string dump() const;

  bool isObject() const { return kind_ == Kind::object; }
  bool isText() const { return kind_ == Kind::text; }
  // A whole number from 0 on.
  bool isCount() const { return kind_ == Kind::integer && integer_ >= 0; }

  // Throws Error where the value is of another kind, or does not fit.
  template <typename T>
  T get() const {
    if constexpr (std::is_same_v<T, bool>) {
      return boolean();
    } else if constexpr (std::integral<T>) {
      const std::int64_t whole = integer();
      if (!std::in_range<T>(whole)) throw Error("a number is out of range");
      return static_cast<T>(whole);
    } else if constexpr (std::floating_point<T>) {
      return static_cast<T>(number());
    } else if constexpr (std::is_same_v<T, std::string>) {
      return text();
    } else {
      T elements;
      for (const Json& element : *this) elements.push_back(element.get<typename T::value_type>());
      return elements;
    }
  }

  // Of an object. `at` throws Error where there is no such field.
  bool contains(const char* key) const { return find(key) != nullptr; }
  const Json& at(const char* key) const;
  template <typename T>
  T value(const char* key, T otherwise) const {
    const Json* found = find(key);
    return found == nullptr ? otherwise : found->get<T>();
  }
  std::string value(const char* key, const char* otherwise) const { return value(key, std::string(otherwise)); }
  // Made where it is not there yet.
  Json& operator[](const char* key);

  // Of an array; both throw Error where it is something else.
  void push_back(Json element);
  const Json* begin() const;
  const Json* end() const { return begin() + children_.size(); }

 private:
  enum class Kind { null, boolean, integer, real, text, array, object };
  struct Integer {
    bool isBoolean;
    std::int64_t value;
  };
  struct Text;  // json.cpp

  explicit Json(Integer number) noexcept;
  const Json* find(const char* key) const;
  bool boolean() const;
  std::int64_t integer() const;
  double number() const;
  const std::string& text() const;

  Kind kind_ = Kind::null;
  std::int64_t integer_ = 0;  // and of a boolean
  double real_ = 0;
  std::string text_;
  std::vector<std::string> keys_;  // of an object: of each child its own
  std::vector<Json> children_;
};

}  // namespace plimsoll
