#include "support/json.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace plimsoll {

// To nlohmann's values and back.
struct Json::Text {
  using Other = nlohmann::json;

  static Json from(const Other& other) {
    Json json;
    switch (other.type()) {
      case Other::value_t::boolean: return other.get<bool>();
      case Other::value_t::number_integer: return other.get<std::int64_t>();
      case Other::value_t::number_unsigned:
        // What is larger is as near as a double comes.
        if (other.get<std::uint64_t>() <= INT64_MAX) return other.get<std::int64_t>();
        return other.get<double>();
      case Other::value_t::number_float: return other.get<double>();
      case Other::value_t::string: return other.get<std::string>();
      case Other::value_t::array:
        json.kind_ = Kind::array;
        for (const Other& element : other) json.children_.push_back(from(element));
        return json;
      case Other::value_t::object:
        json.kind_ = Kind::object;
        for (const auto& [key, element] : other.items()) {
          json.keys_.push_back(key);
          json.children_.push_back(from(element));
        }
        return json;
      default: return json;
    }
  }

  static Other to(const Json& json) {
    switch (json.kind_) {
      case Kind::null: return nullptr;
      case Kind::boolean: return json.integer_ != 0;
      case Kind::integer: return json.integer_;
      case Kind::real: return json.real_;
      case Kind::text: return json.text_;
      case Kind::array: {
        Other array = Other::array();
        for (const Json& element : json.children_) array.push_back(to(element));
        return array;
      }
      case Kind::object: {
        Other object = Other::object();
        for (std::size_t i = 0; i < json.keys_.size(); ++i) object[json.keys_[i]] = to(json.children_[i]);
        return object;
      }
    }
    return nullptr;
  }
};

Json::Json() noexcept = default;
Json::Json(std::nullptr_t) noexcept {}
Json::Json(const char* text) : kind_(Kind::text), text_(text) {}
Json::Json(std::string text) : kind_(Kind::text), text_(std::move(text)) {}
Json::Json(double number) : kind_(Kind::real), real_(number) {}
Json::Json(Integer number) noexcept : kind_(number.isBoolean ? Kind::boolean : Kind::integer), integer_(number.value) {}
Json::Json(const Json&) = default;
Json::Json(Json&&) noexcept = default;
Json& Json::operator=(const Json&) = default;
Json& Json::operator=(Json&&) noexcept = default;
Json::~Json() = default;

Json::Json(std::initializer_list<Json> elements) : kind_(Kind::array) {
  const auto isField = [](const Json& element) {
    return element.kind_ == Kind::array && element.children_.size() == 2 && element.children_[0].kind_ == Kind::text;
  };
  if (!std::all_of(elements.begin(), elements.end(), isField)) {
    children_ = elements;
    return;
  }
  kind_ = Kind::object;
  for (const Json& element : elements) (*this)[element.children_[0].text_.c_str()] = element.children_[1];
}

Json Json::array(std::initializer_list<Json> elements) {
  Json json;
  json.kind_ = Kind::array;
  json.children_ = elements;
  return json;
}

Json Json::object() {
  Json json;
  json.kind_ = Kind::object;
  return json;
}

Json Json::parse(const std::string& text) { return Text::from(nlohmann::json::parse(text, nullptr, false)); }

std::string Json::dump() const { return Text::to(*this).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace); }

const Json* Json::find(const char* key) const {
  if (kind_ != Kind::object) return nullptr;
  const auto found = std::find(keys_.begin(), keys_.end(), key);
  return found == keys_.end() ? nullptr : &children_[static_cast<std::size_t>(found - keys_.begin())];
}

const Json& Json::at(const char* key) const {
  const Json* found = find(key);
  if (found == nullptr) throw Error("there is no field '" + std::string(key) + "'");
  return *found;
}

Json& Json::operator[](const char* key) {
  if (kind_ == Kind::null) kind_ = Kind::object;
  if (kind_ != Kind::object) throw Error("'" + std::string(key) + "' is asked of what is no object");
  if (const Json* found = find(key)) return children_[static_cast<std::size_t>(found - children_.data())];
  keys_.emplace_back(key);
  return children_.emplace_back();
}

void Json::push_back(Json element) {
  if (kind_ == Kind::null) kind_ = Kind::array;
  if (kind_ != Kind::array) throw Error("an array is wanted");
  children_.push_back(std::move(element));
}

const Json* Json::begin() const {
  if (kind_ != Kind::array) throw Error("an array is wanted");
  return children_.data();
}

bool Json::boolean() const {
  if (kind_ != Kind::boolean) throw Error("true or false is wanted");
  return integer_ != 0;
}

std::int64_t Json::integer() const {
  if (kind_ != Kind::integer) throw Error("a whole number is wanted");
  return integer_;
}

double Json::number() const {
  if (kind_ == Kind::integer) return static_cast<double>(integer_);
  if (kind_ != Kind::real) throw Error("a number is wanted");
  return real_;
}

const std::string& Json::text() const {
  if (kind_ != Kind::text) throw Error("a text is wanted");
  return text_;
}

}  // namespace plimsoll
