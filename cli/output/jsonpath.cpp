#include "cli/output/jsonpath.hpp"

#include <algorithm>
#include <charconv>

#include "cli/core/json_scan.hpp"
#include "cli/core/text.hpp"
#include "cli/output/formats.hpp"
#include "cli/output/jsonpath_parse.hpp"

namespace facio::output {

using namespace json;

namespace {

using Values = std::vector<std::string_view>;

/// The member with this name; a name with dots is tried as a path, too.
std::string_view named(std::string_view value, std::string_view name) {
  if (const auto found = member(value, name); !found.empty()) return found;
  const auto dot = name.find('.');
  if (dot == std::string_view::npos) return {};
  const auto inner = member(value, name.substr(0, dot));
  return inner.empty() ? inner : named(inner, name.substr(dot + 1));
}

void add_everything(std::string_view value, Values& to) {
  to.push_back(value);
  std::string_view name, inner;
  for (json::Members members(value); members.next(name, inner);) add_everything(inner, to);
  for (Elements elements(value); elements.next(inner);) add_everything(inner, to);
}

Values elements_of(std::string_view array) {
  Values found;
  std::string_view element;
  for (Elements elements(array); elements.next(element);) found.push_back(element);
  return found;
}

class Evaluation {
 public:
  explicit Evaluation(std::string_view root) : root_(root) {}

  Result<Values> find(const JsonPath& path, std::string_view current) {
    Values values{path.from_root ? root_ : current};
    for (const PathStep& step : path.steps) {
      auto next = take(step, values);
      if (!next) return next;
      values = std::move(*next);
    }
    return values;
  }

  Status write(const std::vector<PathPiece>& pieces, std::string_view current, std::string& out) {
    for (const PathPiece& piece : pieces) {
      if (piece.kind == PathPiece::Kind::text) {
        out += piece.text;
        continue;
      }
      auto values = find(piece.path, current);
      if (!values) return fail(std::move(values.error()));
      bool first = true;
      for (const std::string_view value : *values) {
        if (piece.kind == PathPiece::Kind::range) {
          if (auto written = write(piece.body, value, out); !written) return written;
          continue;
        }
        if (!std::exchange(first, false)) out += ' ';
        append(value, out);
      }
    }
    return {};
  }

 private:
  static void append(std::string_view value, std::string& out) {
    switch (kind_of(value)) {
      case Json::string: out += unescaped(value); return;
      case Json::object:
      case Json::array: append_compact(out, value); return;
      default: out += value;
    }
  }
  Result<Values> take(const PathStep& step, const Values& values) {
    Values found;
    switch (step.kind) {
      case PathStep::Kind::names:
        for (const std::string& name : step.names)
          for (const std::string_view value : values) {
            // kubectl's lists have their items below that name; ours are the items.
            if (value.data() == root_.data() && name == "items" && kind_of(value) == Json::array) found.push_back(value);
            else if (const auto inner = named(value, name); !inner.empty()) found.push_back(inner);
          }
        return found;
      case PathStep::Kind::everything:
        for (const std::string_view value : values) add_everything(value, found);
        return found;
      case PathStep::Kind::all:
        for (const std::string_view value : values) {
          std::string_view name, inner;
          for (json::Members members(value); members.next(name, inner);) found.push_back(inner);
          for (Elements elements(value); elements.next(inner);) found.push_back(inner);
        }
        return found;
      case PathStep::Kind::slices: return sliced(step, values);
      case PathStep::Kind::filter: return filtered(step, values);
    }
    return found;
  }
  Result<Values> sliced(const PathStep& step, const Values& values) {
    Values found;
    for (const std::string_view value : values) {
      if (kind_of(value) == Json::null) continue;
      if (kind_of(value) != Json::array) return jsonpath_error(step.at, "an index needs an array, and this is none");
      const Values elements = elements_of(value);
      const auto count = static_cast<long>(elements.size());
      for (const PathSlice& slice : step.slices) {
        long begin = slice.begin.value_or(0);
        if (begin < 0) begin += count;
        if (slice.single) {
          if (begin < 0 || begin >= count)
            return jsonpath_error(step.at,
                                  "index " + std::to_string(*slice.begin) + " is out of range: there are " + std::to_string(count));
          found.push_back(elements[static_cast<std::size_t>(begin)]);
          continue;
        }
        long end = slice.end.value_or(count);
        if (end < 0) end += count;
        for (long i = std::max(begin, 0L); i < std::min(end, count); i += slice.step)
          found.push_back(elements[static_cast<std::size_t>(i)]);
      }
    }
    return found;
  }
  Result<Values> filtered(const PathStep& step, const Values& values) {
    Values found;
    for (const std::string_view value : values)
      for (const std::string_view element : elements_of(value)) {
        bool any = false;
        for (const auto& together : step.filter) {
          bool all = true;
          for (const PathCondition& condition : together) {
            auto good = holds(condition, element, step.at);
            if (!good) return fail(std::move(good.error()));
            all = all && *good;
          }
          any = any || all;
        }
        if (any) found.push_back(element);
      }
    return found;
  }
  Result<bool> holds(const PathCondition& condition, std::string_view element, std::size_t at) {
    Values sides[2];
    for (int i = 0; i < 2; ++i) {
      const PathOperand& operand = i == 0 ? condition.left : condition.right;
      if (i == 1 && condition.comparison.empty()) return !sides[0].empty();
      if (!operand.is_path) {
        sides[i].push_back(operand.literal);
        continue;
      }
      auto values = find(operand.path, element);
      if (!values) return fail(std::move(values.error()));
      sides[i] = std::move(*values);
    }
    if (sides[0].empty() || sides[1].empty()) return false;
    return compare(sides[0].front(), condition.comparison, sides[1].front(), at);
  }
  static Result<bool> compare(std::string_view a, std::string_view sign, std::string_view b, std::size_t at) {
    const auto decide = [&](auto x, auto y) {
      return sign == "==" ? x == y : sign == "!=" ? x != y : sign == "<" ? x < y : sign == "<=" ? x <= y : sign == ">" ? x > y : x >= y;
    };
    if (kind_of(a) == Json::number && kind_of(b) == Json::number) {
      double x = 0, y = 0;
      std::from_chars(a.data(), a.data() + a.size(), x);
      std::from_chars(b.data(), b.data() + b.size(), y);
      return decide(x, y);
    }
    if (kind_of(a) == Json::string && kind_of(b) == Json::string) return decide(unescaped(a), unescaped(b));
    if (sign == "==") return a == b;
    if (sign == "!=") return a != b;
    if (kind_of(a) == Json::null || kind_of(b) == Json::null) return false;
    return jsonpath_error(at, "values of different types are neither less nor more than each other");
  }

  std::string_view root_;
};

}  // namespace

Status check_jsonpath(std::string_view text) {
  auto pieces = parse_jsonpath(text);
  if (!pieces) return fail(std::move(pieces.error()));
  return {};
}

Status run_jsonpath(std::string_view text, std::string_view json, std::string& out) {
  const auto pieces = parse_jsonpath(text);
  if (!pieces) return fail(Error(pieces.error()));
  std::string written;
  if (auto status = Evaluation(trimmed(json)).write(*pieces, trimmed(json), written); !status) return status;
  out += written;
  return {};
}

}  // namespace facio::output
