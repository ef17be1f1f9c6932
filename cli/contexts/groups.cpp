#include "cli/contexts/contexts.hpp"

#include <algorithm>
#include <iterator>

#include "cli/core/expression.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

constexpr Type kText{.kind = Kind::string}, kFlag{.kind = Kind::boolean};

Value text(const std::string& value) { return {ValueKind::text, value}; }
Value flag(bool value) { return {ValueKind::boolean, value ? "true" : "false"}; }

struct GroupField {
  Field field;
  Value (*value)(const Context& context);
};

constexpr GroupField kFields[] = {
    {{.name = "tag", .type = &kText},
     [](const Context& context) {
       Value tags{ValueKind::list};
       std::ranges::transform(context.tags, std::back_inserter(tags.elements), text);
       return tags;
     }},
    {{.name = "name", .type = &kText}, [](const Context& context) { return text(context.name); }},
    {{.name = "kind", .type = &kText}, [](const Context& context) { return text(context.kind); }},
    {{.name = "url", .type = &kText}, [](const Context& context) { return text(context.url); }},
    {{.name = "agent", .type = &kText}, [](const Context& context) { return text(context.agent); }},
    {{.name = "protected", .type = &kFlag}, [](const Context& context) { return flag(context.is_protected); }},
    {{.name = "readonly", .type = &kFlag}, [](const Context& context) { return flag(context.readonly); }},
};

Result<Expression> read(std::string_view expression, std::string_view where) {
  const ExpressionPlace place{.flag = where, .example = "for example tag==eu && !name~test", .before = ExpressionPlace::Before::groups};
  return Expression::parse(expression, place, [](std::string_view name) -> Result<Expression::Known> {
    for (std::size_t i = 0; i < std::size(kFields); ++i)
      if (kFields[i].field.name == name) return Expression::Known{i, &kFields[i].field};
    return fail(Code::usage, "tag, name, kind, url, agent, protected or readonly was expected, but got '" + std::string(name) + "'");
  });
}

}  // namespace

Status check_group(std::string_view expression) {
  return read(expression, {}).map([](const Expression&) {});
}

Result<std::vector<const Context*>> contexts_of(const Config& config, std::string_view group) {
  const auto named = std::ranges::find(config.groups, group, &Group::name);
  if (named == config.groups.end() && group == kAllContexts) {
    std::vector<const Context*> all;
    for (const Context& context : config.contexts) all.push_back(&context);
    return all;
  }
  if (named == config.groups.end() && group.find_first_of("=~<>!&|() ") == std::string_view::npos) {
    const std::string known = config.groups.empty() ? "none is configured" : "known: " + join(config.groups, ", ", &Group::name);
    return fail(Code::usage, "there is no group '" + std::string(group) + "'; " + known, "facioctl config set groups.NAME 'tag==eu'");
  }
  const auto expression = named == config.groups.end() ? read(group, "--group") : read(named->expression, {});
  if (!expression) return fail(expression.error());
  std::vector<const Context*> found;
  for (const Context& context : config.contexts)
    if (expression->holds([&](std::size_t index) { return kFields[index].value(context); })) found.push_back(&context);
  return found;
}

}  // namespace facio
