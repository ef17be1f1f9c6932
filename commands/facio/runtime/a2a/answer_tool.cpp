#include "commands/facio/runtime/a2a/answer_tool.hpp"

#include <algorithm>
#include <array>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/core/utf8.hpp"
#include "cli/files/workspace_files.hpp"
#include "commands/facio/credentials/server/service.hpp"
#include "commands/facio/runtime/tools/tool_group.hpp"

namespace facio::serve::a2a {
namespace {

constexpr std::size_t kMostOfFile = std::size_t{2} << 20U;
constexpr std::array<std::string_view, 2> kOpenEnds = {"input_required", "rejected"};
constexpr std::string_view kOneOf = "give exactly one of path, url, data, state and message";

struct GiveAnswer {
  std::optional<std::string> path, url;
  std::optional<RawJson> data;
  std::optional<std::string> name, media_type, state;
  std::optional<bool> message;

  static constexpr ShapeHead shape{"GiveAnswer", "What to give, or how the task ends"};
  static constexpr auto fields() {
    using G = GiveAnswer;
    return Fields{
        field("path", &G::path, "a file to give, relative to the workspace, of at most 2 MiB", {.format = Format::path, .not_blank = true}),
        field("url", &G::url, "a link to a file to give", {.not_blank = true, .max_length = 4096}),
        field("data", &G::data, "data to give, as JSON"),
        field("name", &G::name, "name of the file; without it that of path", {.not_blank = true, .max_length = 256}),
        field("media_type", &G::media_type, "media type of the file, as text/csv; without it by its name", {.max_length = 256}),
        field("state", &G::state, "input_required: your answer is a question; rejected: it says why you refuse", {.choices = kOpenEnds}),
        field("message", &G::message, "true: your answer is a short message, with no task to follow")};
  }
};

struct MediaType {
  std::string_view ending, type;
};
constexpr MediaType kMediaTypes[] = {
    {".txt", "text/plain"},      {".log", "text/plain"},      {".md", "text/markdown"},      {".csv", "text/csv"},
    {".html", "text/html"},      {".xml", "text/xml"},        {".json", "application/json"}, {".yaml", "application/yaml"},
    {".pdf", "application/pdf"}, {".zip", "application/zip"}, {".gz", "application/gzip"},   {".png", "image/png"},
    {".jpg", "image/jpeg"},      {".jpeg", "image/jpeg"},     {".gif", "image/gif"},         {".webp", "image/webp"},
    {".svg", "image/svg+xml"},   {".mp3", "audio/mpeg"},      {".wav", "audio/wav"},         {".mp4", "video/mp4"},
};

std::string media_type_of(std::string_view name, bool is_text) {
  const std::string small = lower(name);
  const auto* found = std::ranges::find_if(kMediaTypes, [&](const MediaType& one) { return small.ends_with(one.ending); });
  if (found != std::end(kMediaTypes)) return std::string(found->type);
  return is_text ? "text/plain" : "application/octet-stream";
}

bool is_link(std::string_view url) {
  const auto colon = url.find(':');
  return colon != std::string_view::npos && colon > 0 && std::ranges::all_of(url.substr(0, colon), [](char c) { return is_letter(c); }) &&
         std::ranges::none_of(url, [](char c) { return static_cast<unsigned char>(c) <= ' '; });
}

struct Giver {
  AnswerSink sink;
  const WorkspaceFiles& files;
  const CredentialsService& credentials;

  Result<std::string> give(const ToolRun& run, const GiveAnswer& wanted) const {
    const bool message = wanted.message.value_or(false);
    if (wanted.path.has_value() + wanted.url.has_value() + wanted.data.has_value() + wanted.state.has_value() + message != 1)
      return fail(Code::rejected, std::string(kOneOf));
    if (message || wanted.state) return end(wanted.state, message);
    auto part = wanted.path ? file(run, wanted) : wanted.url ? link(wanted) : data(run, *wanted.data);
    if (!part) return fail(std::move(part.error()));
    part->url = credentials.masked(run.agent, part->url);
    part->file_name = credentials.masked(run.agent, part->file_name);
    if (auto added = sink.add(std::move(*part)); !added) return fail(std::move(added.error()));
    return "given; now say in your answer what it is";
  }

 private:
  Result<std::string> end(const std::optional<std::string>& state, bool message) const {
    std::optional<State> ends;
    if (state) ends = *state == kOpenEnds[0] ? State::input_required : State::rejected;
    if (auto set = sink.end_with(ends, message); !set) return fail(std::move(set.error()));
    return message                         ? "noted; now give the message as your answer"
           : ends == State::input_required ? "noted; now ask your question as your answer"
                                           : "noted; now say in your answer why you refuse";
  }

  Result<Part> file(const ToolRun& run, const GiveAnswer& wanted) const {
    auto bytes = files.read(*wanted.path, kMostOfFile);
    if (!bytes) return fail(std::move(bytes.error()));
    std::string shown = credentials.masked(run.agent, *bytes);
    const bool text = bytes->find('\0') == std::string::npos && is_utf8(*bytes);
    if (!text && shown != *bytes)
      return fail(Code::rejected, "path: the file contains a secret, and is not text in which it could be masked");
    Part part{.text = {}, .raw = base64_encode(shown)};
    part.file_name = wanted.name.value_or(wanted.path->substr(wanted.path->rfind('/') + 1));
    part.media = wanted.media_type.value_or(media_type_of(part.file_name, text));
    return part;
  }

  static Result<Part> link(const GiveAnswer& wanted) {
    if (!is_link(*wanted.url)) return fail(Code::rejected, "url: must be an address such as https://example.com/report.pdf");
    Part part{.text = {}, .url = *wanted.url};
    part.file_name = wanted.name.value_or("");
    part.media = wanted.media_type.value_or("");
    return part;
  }

  Result<Part> data(const ToolRun& run, const RawJson& value) const {
    std::string shown = credentials.masked(run.agent, value.text);
    if (!JsonDocument::parse(shown)) return fail(Code::rejected, "data: a part that is not text contains a secret");
    return Part{.text = {}, .data = std::move(shown), .media = "application/json"};
  }
};

}  // namespace

std::shared_ptr<ToolSource> answer_tool(AnswerSink sink, const WorkspaceFiles& files, const CredentialsService& credentials) {
  auto group = std::make_shared<ToolGroup>();
  group->add<GiveAnswer>("answer",
                         "Gives the agent that sent this message something beside the text of your answer: a file of the workspace (path), "
                         "a link to a file (url) or JSON (data). Or says how your answer ends the task: with a question (state "
                         "input_required), with a refusal (state rejected), or as a mere message (message). One of them in each call.",
                         [giver = Giver{std::move(sink), files, credentials}](const ToolRun& run, const GiveAnswer& wanted) {
                           return giver.give(run, wanted);
                         });
  return group;
}

}  // namespace facio::serve::a2a
