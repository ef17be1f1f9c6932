#include "cli/core/forms.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"

namespace facio {
namespace {

std::string path_of(const std::string& path, std::string_view name) {
  return path.empty() ? std::string(name) : path + "." + std::string(name);
}

/// Absent, null and empty are alike: forms of programs send "" for what was not filled in.
bool is_empty(JsonRef value) { return value.is_null() || (value.kind() == JsonKind::string && is_blank(value.string())); }

bool has_value(JsonRef value, std::string_view wanted) {
  if (value.is(JsonKind::boolean)) return wanted == (value.boolean() ? "true" : "false");
  return value.text() == wanted;
}

/// A member of an object by its name or its alias.
JsonRef member_of(JsonRef value, const Shape& shape, std::string_view name) {
  const JsonRef found = value.get(name);
  const Field* const field = shape.find(name);
  return found || field == nullptr || field->attr.alias.empty() ? found : value.get(field->attr.alias);
}

bool holds(JsonRef value, const Shape& shape, const FormTerm& term) {
  const JsonRef member = member_of(value, shape, term.member);
  switch (term.is) {
    case FormTerm::Is::given: return static_cast<bool>(member);
    case FormTerm::Is::there: return !is_empty(member);
    case FormTerm::Is::valued: return has_value(member, term.value);
    case FormTerm::Is::valued_or_absent: return member.is_null() || has_value(member, term.value);
    case FormTerm::Is::base64: return member.is(JsonKind::string) && base64_decode(member.string());
  }
  return false;
}

/// "with kind at"; empty for a form that asks for no value.
std::string condition_of(const Form& form) {
  for (std::string_view rest = form.has; !rest.empty();)
    if (const FormTerm term = next_term(rest); term.is == FormTerm::Is::valued)
      return " with " + std::string(term.member) + " " + std::string(term.value);
  return {};
}

/// The values that a form asks for are there: it is the one that is meant.
bool is_meant(JsonRef value, const Shape& shape, const Form& form) {
  for (std::string_view rest = form.has; !rest.empty();)
    if (const FormTerm term = next_term(rest); term.is == FormTerm::Is::valued && !holds(value, shape, term)) return false;
  return true;
}

/// The first thing that is wrong with the object as one of this form.
Status check_form(JsonRef value, const Shape& shape, const Form& form, const std::string& path) {
  for (std::string_view rest = form.has; !rest.empty();) {
    const FormTerm term = next_term(rest);
    if (holds(value, shape, term)) continue;
    const std::string where = path_of(path, term.member);
    if (term.is == FormTerm::Is::base64) return reject_field(where, "is no base64; encode the bytes with padding and without line breaks");
    if (term.is == FormTerm::Is::there || term.is == FormTerm::Is::given) return reject_field(where, "is required" + condition_of(form));
    if (member_of(value, shape, term.member).is_null()) return reject_field(where, "is required");
    return reject_field(where, "must be " + std::string(term.value));
  }
  for (std::string_view rest = form.lacks; !rest.empty();) {
    const std::string_view name = split_off(rest, ' ');
    if (!is_empty(member_of(value, shape, name)))
      return reject_field(path_of(path, name), "has no meaning" + condition_of(form) + "; leave it out");
  }
  return {};
}

}  // namespace

FormTerm next_term(std::string_view& terms) {
  std::string_view value = split_off(terms, ' ');
  if (value.ends_with(":base64")) return {FormTerm::Is::base64, value.substr(0, value.find(':'))};
  if (value.starts_with('+')) return {FormTerm::Is::given, value.substr(1)};
  if (value.find('=') == std::string_view::npos) return {FormTerm::Is::there, value};
  std::string_view name = split_off(value, '=');
  if (!name.ends_with('?')) return {FormTerm::Is::valued, name, value};
  name.remove_suffix(1);
  return {FormTerm::Is::valued_or_absent, name, value};
}

bool forms_hold(const Shape& shape, bool patch) {
  return !shape.forms.empty() && (!patch || std::ranges::none_of(shape.fields, &Field::required));
}

Status check_forms(JsonRef value, const Shape& shape, Direction direction, const std::string& path) {
  if (direction == Direction::sent || direction == Direction::sent_patch) return {};
  if (!forms_hold(shape, direction == Direction::patch)) return {};
  const Form* nearest = nullptr;
  for (const Form& form : shape.forms) {
    if (check_form(value, shape, form, path)) return {};
    if (nearest == nullptr && is_meant(value, shape, form)) nearest = &form;
  }
  if (shape.forms_say.empty()) return check_form(value, shape, nearest != nullptr ? *nearest : shape.forms.front(), path);
  std::string_view said = shape.forms_say;
  const std::string_view field = split_off(said, ':');
  return reject_field(path_of(path, field), std::string(trimmed(said)));
}

}  // namespace facio
