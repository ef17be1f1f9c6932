#include "commands/facio/runtime/models/openai_model.hpp"

#include <algorithm>
#include <chrono>

#include "cli/core/encoding.hpp"
#include "cli/core/text.hpp"
#include "cli/http/event_stream.hpp"
#include "commands/facio/runtime/models/openai_wire.hpp"
#include "commands/serve/outbound/outbound.hpp"

namespace facio::serve {
namespace {

using std::chrono::steady_clock;

constexpr int kConnectMs = 60'000;  ///< until the head of the answer, which reasoning models send late
constexpr int kPieceMs = 120'000;   ///< between two pieces
constexpr int kWholeMs = 600'000;   ///< for an answer that is not streamed
constexpr std::size_t kMostOfAnswer = std::size_t{16} * 1024 * 1024;
constexpr int kTries = 4;
constexpr std::int64_t kFirstPauseMs = 1000, kLongestPauseMs = 30'000, kPatienceMs = 600'000;

std::int64_t retry_after_ms(const OutboundHeaders& headers) {
  const std::string_view text = http::find_header(headers, "retry-after");
  std::int64_t seconds = 0;
  return read_number(text, seconds) && seconds >= 0 ? seconds * 1000 : 0;
}

bool mentions(std::string_view text, std::string_view word) { return text.find(word) != std::string_view::npos; }

}  // namespace

/// Why an attempt failed, as far as it matters for the next one.
struct OpenAiModel::Attempt {
  bool transient = false;    ///< the same request can succeed later
  bool learned = false;      ///< the request can succeed in another form
  std::int64_t wait_ms = 0;  ///< what the provider asks for
};

/// Whether the refusal names something that can be left out; notes that in `known`.
bool OpenAiModel::learn(const std::string& body, const ModelRequest& request, ProviderQuirks::Known& known) const {
  auto document = JsonDocument::parse(body);
  if (!document) return false;
  const JsonRef error = document->root().get("error");
  std::string about;
  for (const JsonRef named : {error.get("param"), error.get("details").get("field")})
    if (named.is(JsonKind::string)) about = named.string();
  const std::string words = refusal_text(body);
  const auto once = [](bool& quirk) { return !std::exchange(quirk, true); };
  if (mentions(words, "stream_options") && once(known.no_stream_options)) return true;
  if ((about == "stream" || mentions(words, "stream")) && once(known.no_stream)) return true;
  if (mentions(words, "max_completion_tokens") && once(known.new_token_limit)) return true;
  if ((about == "temperature" || mentions(words, "temperature")) && once(known.no_temperature)) return true;
  const bool more_than_one = request.messages.size() > 1 || !request.tools.empty();
  return mentions(words, "exactly one") && mentions(words, "message") && more_than_one && once(known.one_message);
}

tl::unexpected<Error> OpenAiModel::refused(OutboundStream& stream, const ModelRequest& request, Attempt& state) {
  const unsigned status = stream.status();
  const std::string body = stream.read_all(kConnectMs).value_or("");
  state.transient = status == 408 || status == 409 || status == 429 || status >= 500;
  state.wait_ms = retry_after_ms(stream.headers());
  if (ProviderQuirks::Known known = quirks_.of(address_.base); (status == 400 || status == 422) && learn(body, request, known)) {
    quirks_.learn(address_.base, known);
    state.learned = true;
  }
  const std::string why = refusal_text(body), who = address_.provider + " answered with status " + std::to_string(status);
  if (status == 401 || status == 403)
    return fail(Code::upstream_failed, who + ": it does not accept the key", "facioctl providers set " + address_.provider);
  return fail(Code::upstream_failed, who + (why.empty() ? "" : ": " + why));
}

Result<ModelReply> OpenAiModel::read_stream(OutboundStream& stream, Attempt& state, UniqueFunction<void(std::string_view)>& piece) const {
  EventStreamReader reader;
  ReplyBuilder reply;
  std::size_t total = 0;
  while (!reply.done()) {
    auto bytes = stream.read(kPieceMs);
    if (!bytes) {
      state.transient = !reply.passed_on() && bytes.error().code() != Code::unavailable;
      return fail(std::move(bytes.error()));
    }
    if (bytes->empty()) break;
    total += bytes->size();
    if (total > kMostOfAnswer) return fail(Code::upstream_failed, address_.provider + " sent more than 16 MiB");
    reader.feed(*bytes);
    while (auto event = reader.next())
      if (auto added = reply.add(event->data, piece); !added) {
        state.transient = !reply.passed_on();
        return fail(std::move(added.error()));
      }
  }
  auto whole = reply.take();
  state.transient = !whole && !reply.passed_on();
  return whole;
}

Result<ModelReply> OpenAiModel::attempt(const ModelRequest& request, const Cancel& cancel, Attempt& state,
                                        UniqueFunction<void(std::string_view)>& piece) {
  const ProviderQuirks::Known known = quirks_.of(address_.base);
  OutboundRequest call{.method = "POST",
                       .url = address_.base + "/chat/completions",
                       .body = request_body(request, known, address_.extra_body),
                       .content_type = "application/json",
                       .accept = known.no_stream ? "application/json" : "text/event-stream, application/json",
                       .bearer = address_.key_as_header ? Secret() : address_.key,
                       .timeout_ms = known.no_stream ? kWholeMs : kConnectMs,
                       .headers = address_.headers,
                       .cancel = cancel.fd(),
                       .repeatable = true};
  if (address_.key_as_header) call.headers.emplace_back("api-key", address_.key);
  auto stream = outbound_.open(call);
  if (!stream) {
    state.transient = stream.error().code() == Code::upstream_failed || stream.error().code() == Code::upstream_timeout;
    return fail(std::move(stream.error()));
  }
  if (stream->status() != 200) return refused(*stream, request, state);
  if (stream->content_type().starts_with("text/event-stream")) {
    auto reply = read_stream(*stream, state, piece);
    if (reply) std::move(*stream).finish();
    return reply;
  }
  auto body = stream->read_all(kWholeMs, kMostOfAnswer);
  if (!body) {
    state.transient = body.error().code() != Code::unavailable;
    return fail(std::move(body.error()));
  }
  std::move(*stream).finish();
  auto reply = reply_from(*body);
  if (reply && piece && !reply->text.empty()) piece(reply->text);
  return reply;
}

Result<ModelReply> OpenAiModel::ask(const ModelRequest& request, const Cancel& cancel, UniqueFunction<void(std::string_view)>& piece) {
  const auto begun = steady_clock::now();
  std::int64_t pause = kFirstPauseMs;
  for (std::int64_t tries = 1;; ++tries) {
    Attempt state;
    auto reply = attempt(request, cancel, state, piece);
    if (reply) {
      reply->attempts = tries;
      return reply;
    }
    if (cancel.cancelled()) return fail(Code::unavailable, cancel.why());
    if (state.learned) continue;
    const std::int64_t gone = std::chrono::duration_cast<std::chrono::milliseconds>(steady_clock::now() - begun).count();
    const std::int64_t wait = std::clamp(state.wait_ms, pause, std::max(pause, kLongestPauseMs)) + pause * (random_hex(1)[0] % 8) / 16;
    const bool again = state.transient && (request.patient ? gone + wait < kPatienceMs : tries < kTries);
    if (!again) return reply;
    if (!cancel.pause(wait)) return fail(Code::unavailable, cancel.why());
    pause = std::min(pause * 2, kLongestPauseMs);
  }
}

}  // namespace facio::serve
