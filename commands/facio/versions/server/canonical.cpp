#include "commands/facio/versions/server/canonical.hpp"

#include <algorithm>
#include <vector>

namespace facio::serve {
namespace {

void write(std::string& out, JsonRef value, std::size_t depth);

void write_line_start(std::string& out, bool first, std::size_t depth) {
  out += first ? "\n" : ",\n";
  out.append(2 * depth, ' ');
}

void write_object(std::string& out, JsonRef value, std::size_t depth) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < value.size(); ++i) order.push_back(i);
  std::ranges::sort(order, {}, [&](std::size_t i) { return value.name_at(i); });
  out += '{';
  for (const std::size_t i : order) {
    write_line_start(out, i == order.front(), depth + 1);
    append_json_string(out, value.name_at(i));
    out += ": ";
    write(out, value.at(i), depth + 1);
  }
  if (!order.empty()) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += '}';
}

void write(std::string& out, JsonRef value, std::size_t depth) {
  if (value.kind() == JsonKind::object) return write_object(out, value, depth);
  if (value.kind() != JsonKind::array) {
    out += value.dump();
    return;
  }
  out += '[';
  for (std::size_t i = 0; i < value.size(); ++i) {
    write_line_start(out, i == 0, depth + 1);
    write(out, value.at(i), depth + 1);
  }
  if (value.size() != 0) {
    out += '\n';
    out.append(2 * depth, ' ');
  }
  out += ']';
}

}  // namespace

std::string canonical_json(JsonRef value) {
  std::string out;
  write(out, value, 0);
  out += '\n';
  return out;
}

}  // namespace facio::serve
