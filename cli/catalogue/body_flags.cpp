// The flags of a body, for the program.
#include "cli/catalogue/catalogue.hpp"
#include "cli/catalogue/flags.hpp"

namespace facio {

std::vector<BodyFlag> body_flags(const Shape& body) {
  std::vector<BodyFlag> flags;
  for_each_body_flag(body, {}, [&flags](const FlagText& path, const FlagText& flag, const FlagText& parent, const Field& field) {
    BodyFlag one{std::string(path.view()), std::string(flag.view()), &field, {}, {}};
    if (const auto equals = field.attr.implies.find('='); equals != std::string_view::npos) {
      if (parent.size != 0) one.implies_path.append(parent.view()).append(".");
      one.implies_path += field.attr.implies.substr(0, equals);
      one.implies_value = field.attr.implies.substr(equals + 1);
    }
    flags.push_back(std::move(one));
  });
  return flags;
}

std::string kebab(std::string_view name) {
  std::string text;
  kebab_bytes(name, [&text](char byte) { text += byte; });
  return text;
}

}  // namespace facio
