#include "commands/facio/runtime/models/call_builder.hpp"

#include <algorithm>

#include "cli/core/encoding.hpp"
#include "cli/core/foreign_text.hpp"
#include "cli/core/text.hpp"

namespace facio::serve {
namespace {

constexpr std::size_t kMostCallsOfReply = 128;
/// What is told of a call beside its id, name and arguments, and wanted back with it.
constexpr std::string_view kCallExtras[] = {"extra_content", "thought_signature", "provider_specific_fields"};

std::optional<std::int64_t> index_of(JsonRef call) {
  const JsonRef index = call.get("index");
  return index.is(JsonKind::integer) ? std::optional(index.integer()) : std::nullopt;
}

/// The object that names the tool: some providers leave the wrapper out.
JsonRef function_of(JsonRef call) { return call.get("function").is(JsonKind::object) ? call.get("function") : call; }

}  // namespace

void CallArguments::add(std::string_view piece) {
  if (const std::string_view start = trimmed(piece); start.empty() && (text_.empty() || whole_)) {
    return;
  } else if (whole_ && start.starts_with('{')) {
    *this = {};
  }
  text_ += piece;
  for (const char c : piece) {
    if (escaped_) escaped_ = false;
    else if (in_string_ && c == '\\') escaped_ = true;
    else if (c == '"') in_string_ = !in_string_;
    else if (!in_string_ && (c == '{' || c == '[')) ++depth_;
    else if (!in_string_ && (c == '}' || c == ']') && depth_ > 0) whole_ = --depth_ == 0;
  }
}

std::string CallArguments::take() {
  std::string text = with_halves_joined(trimmed(text_));
  if (text.empty() || text == "null") return "{}";
  auto document = JsonDocument::parse_foreign(text);
  if (!document) return text;  // the model is told what is wrong with them
  if (document->root().is(JsonKind::string))
    if (auto inner = JsonDocument::parse_foreign(document->root().string()); inner && inner->root().is(JsonKind::object))
      return inner->dump();
  return JsonDocument::parse(text) ? text : document->dump();
}

void CallBuilder::add(JsonRef calls) {
  ++pieces_;
  if (calls.is(JsonKind::object)) return add_one(calls);
  if (!calls.is(JsonKind::array)) return;
  for (std::size_t i = 0; i < calls.size(); ++i) add_one(calls.at(i));
}

void CallBuilder::add_function(JsonRef function) {
  if (!function.is(JsonKind::object)) return;
  ++pieces_;
  add_one(function);
}

CallBuilder::Open* CallBuilder::begin() { return calls_.size() < kMostCallsOfReply ? &calls_.emplace_back() : nullptr; }

/// The call that a piece goes on with; null: it begins one.
CallBuilder::Open* CallBuilder::continued(JsonRef call, std::string_view tool, bool has_arguments) {
  const auto index = index_of(call);
  const std::string& id = call.get("id").text();
  const auto found = std::find_if(calls_.rbegin(), calls_.rend(), [&](const Open& open) {
    if (index) return open.index == index;
    return id.empty() || open.id == id;
  });
  if (found == calls_.rend()) return nullptr;
  Open& open = *found;
  if (!id.empty() && !open.id.empty() && id != open.id) return nullptr;
  if (open.touched == pieces_ && !tool.empty()) return nullptr;  // two calls of one piece
  const bool same_id = !id.empty() && id == open.id;
  if (same_id || tool.empty() || open.tool.empty()) return &open;
  // A name again: the same call once more, or the next one of a provider that gives neither ids nor indices.
  if (tool != open.tool) return nullptr;
  const bool only_begun = open.arguments.text().empty() || open.arguments.text() == "{}";
  return open.arguments.whole() && has_arguments && !only_begun ? nullptr : &open;
}

void CallBuilder::add_one(JsonRef call) {
  if (!call.is(JsonKind::object)) return;
  const JsonRef function = function_of(call), arguments = function.get("arguments");
  const std::string& tool = function.get("name").text();
  const std::string text = arguments.is(JsonKind::object) ? arguments.dump() : arguments.text();
  Open* open = continued(call, tool, !text.empty());
  if (open == nullptr) open = begin();
  if (open == nullptr) return;
  open->touched = pieces_;
  if (!open->index) open->index = index_of(call);
  if (open->id.empty()) open->id = call.get("id").text();
  if (open->tool.empty()) open->tool = tool;
  open->arguments.add(text);
  for (const std::string_view name : kCallExtras) open->extra.add(name, call.get(name));
}

std::vector<ModelCall> CallBuilder::take() {
  if (std::ranges::all_of(calls_, [](const Open& open) { return open.index.has_value(); }))
    std::ranges::stable_sort(calls_, {}, &Open::index);
  std::vector<ModelCall> calls;
  for (Open& open : calls_) {
    if (open.tool.empty() && open.arguments.text().empty()) continue;
    if (open.id.empty()) open.id = "call_" + random_hex(8);
    calls.push_back({with_halves_joined(open.id), with_halves_joined(open.tool), open.arguments.take(), open.extra.take()});
  }
  calls_.clear();
  return calls;
}

}  // namespace facio::serve
