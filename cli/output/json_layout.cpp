#include "cli/core/json_scan.hpp"
#include "cli/output/formats.hpp"

namespace facio::output {

using namespace json;

void append_indented(std::string& out, std::string_view value, std::size_t level) {
  const Json kind = kind_of(value);
  const bool object = kind == Json::object;
  if (!object && kind != Json::array) {
    out += value;
    return;
  }
  if (is_empty(value)) {
    out += object ? "{}" : "[]";
    return;
  }
  char separator = value.front();
  const auto line = [&] {
    out += separator;
    out += '\n';
    separator = ',';
    out.append(2 * (level + 1), ' ');
  };
  if (object) {
    for (const auto& [name, inner] : json::Members(value)) {
      line();
      out.append("\"").append(name).append("\": ");
      append_indented(out, inner, level + 1);
    }
  } else {
    for (const std::string_view inner : Elements(value)) {
      line();
      append_indented(out, inner, level + 1);
    }
  }
  out += '\n';
  out.append(2 * level, ' ');
  out += value.back();
}

void append_compact(std::string& out, std::string_view value) {
  const char* at = value.data();
  const char* const end = at + value.size();
  while (at != end) {
    const char* start = at;
    if (*at == '"') {
      for (++at; *at != '"'; ++at)
        if (*at == '\\') ++at;
      ++at;
      out.append(start, at);
    } else if (*at == ' ' || *at == '\n' || *at == '\r' || *at == '\t') {
      ++at;
    } else {
      while (at != end && *at != '"' && *at != ' ' && *at != '\n' && *at != '\r' && *at != '\t') ++at;
      out.append(start, at);
    }
  }
}

std::string text_of(std::string_view value) {
  std::string text;
  switch (kind_of(value)) {
    case Json::nothing:
    case Json::null: break;
    case Json::string: text = unescaped(value); break;
    case Json::array:
    case Json::object: append_compact(text, value); break;
    default: text = value;
  }
  return text;
}

}  // namespace facio::output
